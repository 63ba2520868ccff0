//! The fields of a record's JSON object, read one level deep, and the rules that each kind of field obeys.

use std::{borrow::Cow, fmt, ops::RangeInclusive};

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::decode::Fault;

/// Text of the first levels of a JSON value; what lies deeper is skipped over.
#[derive(Clone, Debug, PartialEq)]
enum Value<'a> {
    Null,
    Bool,
    Integer(i64),
    /// A number that is no 64-bit signed integer.
    Number(f64),
    Text(Cow<'a, str>),
    Array,
    Object,
}

impl Value<'_> {
    const fn name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool => "true or false",
            Value::Integer(_) => "an integer",
            Value::Number(_) => "a number that is no 64-bit integer",
            Value::Text(_) => "text",
            Value::Array => "an array",
            Value::Object => "an object",
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Value<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, _: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool)
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value<'de>, E> {
        Ok(Value::Integer(value))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value<'de>, E> {
        Ok(i64::try_from(value).map_or(Value::Number(value as f64), Value::Integer))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Value<'de>, E> {
        Ok(Value::Number(value))
    }
    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(value)))
    }
    fn visit_str<E>(self, value: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(value.to_owned())))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value<'de>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Array)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Object)
    }
}

/// The fields of an object, in their order. Records have few, so a list beats a map.
pub(super) struct Fields<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

/// What stands where an object should: the object's fields, or another kind of value.
struct Top<'a>(Result<Fields<'a>, &'static str>);

impl<'de: 'a, 'a> Deserialize<'de> for Top<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TopVisitor;
        impl<'de> Visitor<'de> for TopVisitor {
            type Value = Top<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_unit<E>(self) -> Result<Top<'de>, E> {
                Ok(Top(Err(Value::Null.name())))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Top<'de>, E> {
                Ok(Top(Err(Value::Bool.name())))
            }
            fn visit_i64<E>(self, _: i64) -> Result<Top<'de>, E> {
                Ok(Top(Err("a number")))
            }
            fn visit_u64<E>(self, _: u64) -> Result<Top<'de>, E> {
                Ok(Top(Err("a number")))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Top<'de>, E> {
                Ok(Top(Err("a number")))
            }
            fn visit_str<E>(self, _: &str) -> Result<Top<'de>, E> {
                Ok(Top(Err("text")))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Top<'de>, A::Error> {
                ValueVisitor.visit_seq(seq).map(|array| Top(Err(array.name())))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Top<'de>, A::Error> {
                let mut fields = Vec::with_capacity(10);
                while let Some((Key(name), value)) = map.next_entry::<Key<'de>, Value<'de>>()? {
                    fields.push((name, value));
                }
                Ok(Top(Ok(Fields(fields))))
            }
        }
        deserializer.deserialize_any(TopVisitor)
    }
}

/// A field's name, borrowed from the record where it holds no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field's name")
            }
            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(name)))
            }
            fn visit_str<E>(self, name: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

impl<'a> Fields<'a> {
    /// Reads an object.
    ///
    /// # Errors
    /// `null_value`, `empty_value`, `malformed_json`, `not_an_object`, `repeated_key`.
    pub(super) fn read(value: Option<&'a [u8]>) -> Result<Self, Fault> {
        let bytes = value.ok_or_else(|| Fault::new("null_value", "the record has no value"))?;
        if bytes.is_empty() {
            return Err(Fault::new("empty_value", "the record's value is empty"));
        }
        let Top(top) = serde_json::from_slice(bytes)
            .map_err(|error| Fault::new("malformed_json", format!("the value is no JSON: {error}")))?;
        let fields = top
            .map_err(|found| Fault::new("not_an_object", format!("the value has to be a JSON object, not {found}")))?;
        for (index, (name, _)) in fields.0.iter().enumerate() {
            if fields.0[..index].iter().any(|(earlier, _)| earlier == name) {
                return Err(Fault::new("repeated_key", format!("the object has the key {name:?} more than once")));
            }
        }
        Ok(fields)
    }

    /// A field that is there and not null.
    fn find(&self, name: &str) -> Option<&Value<'a>> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value).filter(|value| **value != Value::Null)
    }

    fn need(&self, name: &str) -> Result<&Value<'a>, Fault> {
        self.find(name).ok_or_else(|| Fault::new(format!("{name}_missing"), format!("{name} is missing")))
    }

    /// An integer that has to be there.
    pub(super) fn integer(&self, name: &str, range: RangeInclusive<i64>) -> Result<i64, Fault> {
        let value = self.need(name)?;
        // The end of 64 bits is nobody's rule: it would only be nineteen digits to read over.
        let wanted = match (range.start(), *range.end()) {
            (low, i64::MAX) => format!("{name} has to be at least {low}"),
            (low, high) => format!("{name} has to be from {low} to {high}"),
        };
        match value {
            Value::Integer(found) if range.contains(found) => Ok(*found),
            Value::Integer(found) => Err(out_of_range(name, format!("{wanted}, and is {found}"))),
            Value::Number(found) if found.fract() == 0.0 && found.abs() >= 9e18 => {
                Err(out_of_range(name, format!("{wanted}, and is beyond 64 bits")))
            }
            other => Err(wrong_type(name, "an integer", other)),
        }
    }

    /// A number of at least 0 that may be there.
    pub(super) fn optional_amount(&self, name: &str) -> Result<Option<f64>, Fault> {
        let amount = match self.find(name) {
            None => return Ok(None),
            Some(Value::Integer(value)) => *value as f64,
            Some(Value::Number(value)) => *value,
            Some(other) => return Err(wrong_type(name, "a number", other)),
        };
        if amount.is_finite() && amount >= 0.0 {
            Ok(Some(amount))
        } else {
            Err(out_of_range(name, format!("{name} has to be at least 0, and is {amount}")))
        }
    }

    /// Text of so many bytes that has to be there.
    pub(super) fn text(&self, name: &str, bytes: RangeInclusive<usize>) -> Result<String, Fault> {
        check_text(name, self.need(name)?, bytes)
    }

    /// Text of so many bytes that may be there.
    pub(super) fn optional_text(&self, name: &str, bytes: RangeInclusive<usize>) -> Result<Option<String>, Fault> {
        self.find(name).map(|value| check_text(name, value, bytes)).transpose()
    }
}

fn check_text(name: &str, value: &Value<'_>, bytes: RangeInclusive<usize>) -> Result<String, Fault> {
    let Value::Text(text) = value else {
        return Err(wrong_type(name, "text", value));
    };
    if bytes.contains(&text.len()) {
        return Ok(text.clone().into_owned());
    }
    let (low, high) = (bytes.start(), bytes.end());
    Err(out_of_range(name, format!("{name} has to be of {low} to {high} bytes, and is of {}", text.len())))
}

fn wrong_type(name: &str, wanted: &str, found: &Value<'_>) -> Fault {
    Fault::new(format!("{name}_wrong_type"), format!("{name} has to be {wanted}, and is {}", found.name()))
}

fn out_of_range(name: &str, message: String) -> Fault {
    Fault::new(format!("{name}_out_of_range"), message)
}
