//! A schema's text as what a reader needs of it. The only room that knows the crate that parses schemas. Pure.

use std::collections::{HashMap, HashSet};

use apache_avro::schema::{InnerDecimalSchema, Name, NamespaceRef, Schema as Parsed, UuidSchema};

/// How a body is read: forms that name each other by their places, so that a schema may contain itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Schema {
    forms: Vec<Form>,
    root: usize,
}

/// How one value is read. Numbers are places of other forms.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Form {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Text,
    /// Bytes; none: their length stands before them.
    Bytes(Option<usize>),
    /// Days since 1970-01-01.
    Date,
    /// An unscaled number, big end first, in bytes as above.
    Decimal {
        scale: usize,
        bytes: Option<usize>,
    },
    /// 16 bytes, with their length before them or not.
    Uuid(Option<usize>),
    Enum(Vec<String>),
    Array(usize),
    Map(usize),
    Union(Vec<usize>),
    Record(Vec<(String, usize)>),
}

impl Schema {
    /// Reads a schema, and those that it refers to.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub(super) fn parse(text: &str, references: &[String]) -> Result<Self, String> {
        let (main, others) = Parsed::parse_str_with_list(text, references).map_err(|error| error.to_string())?;
        let mut building = Building::default();
        for other in &others {
            building.add(other, None);
        }
        let root = building.add(&main, None);
        match building.places.iter().find(|(_, place)| !building.defined.contains(place)) {
            Some((name, _)) => Err(format!("it refers to {name}, which nothing defines")),
            None => Ok(Self { forms: building.forms, root }),
        }
    }

    pub(super) fn root(&self) -> &Form {
        &self.forms[self.root]
    }

    pub(super) fn form(&self, place: usize) -> &Form {
        &self.forms[place]
    }
}

#[derive(Default)]
struct Building {
    forms: Vec<Form>,
    places: HashMap<Name, usize>,
    defined: HashSet<usize>,
}

impl Building {
    fn put(&mut self, form: Form) -> usize {
        self.forms.push(form);
        self.forms.len() - 1
    }

    /// The place of a named form, whether it is defined already or not.
    fn place(&mut self, name: Name) -> usize {
        if let Some(&place) = self.places.get(&name) {
            return place;
        }
        let place = self.put(Form::Null);
        self.places.insert(name, place);
        place
    }

    fn define(&mut self, name: Name, form: Form) -> usize {
        let place = self.place(name);
        self.forms[place] = form;
        self.defined.insert(place);
        place
    }

    fn add(&mut self, parsed: &Parsed, namespace: NamespaceRef<'_>) -> usize {
        let full = |name: &Name| name.fully_qualified_name(namespace).into_owned();
        let form = match parsed {
            Parsed::Null => Form::Null,
            Parsed::Boolean => Form::Boolean,
            Parsed::Int | Parsed::TimeMillis => Form::Int,
            Parsed::Long
            | Parsed::TimeMicros
            | Parsed::TimestampMillis
            | Parsed::TimestampMicros
            | Parsed::TimestampNanos
            | Parsed::LocalTimestampMillis
            | Parsed::LocalTimestampMicros
            | Parsed::LocalTimestampNanos => Form::Long,
            Parsed::Float => Form::Float,
            Parsed::Double => Form::Double,
            Parsed::String | Parsed::Uuid(UuidSchema::String) => Form::Text,
            Parsed::Bytes | Parsed::BigDecimal => Form::Bytes(None),
            Parsed::Date => Form::Date,
            Parsed::Uuid(UuidSchema::Bytes) => Form::Uuid(None),
            Parsed::Decimal(decimal) => match &decimal.inner {
                InnerDecimalSchema::Bytes => Form::Decimal { scale: decimal.scale, bytes: None },
                InnerDecimalSchema::Fixed(fixed) => {
                    let form = Form::Decimal { scale: decimal.scale, bytes: Some(fixed.size) };
                    return self.define(full(&fixed.name), form);
                }
            },
            Parsed::Uuid(UuidSchema::Fixed(fixed)) => {
                return self.define(full(&fixed.name), Form::Uuid(Some(fixed.size)));
            }
            Parsed::Fixed(fixed) | Parsed::Duration(fixed) => {
                return self.define(full(&fixed.name), Form::Bytes(Some(fixed.size)));
            }
            Parsed::Enum(words) => return self.define(full(&words.name), Form::Enum(words.symbols.clone())),
            Parsed::Array(array) => Form::Array(self.add(&array.items, namespace)),
            Parsed::Map(map) => Form::Map(self.add(&map.types, namespace)),
            Parsed::Union(union) => {
                Form::Union(union.variants().iter().map(|variant| self.add(variant, namespace)).collect())
            }
            Parsed::Record(record) => {
                let name = full(&record.name);
                let fields = record.fields.iter();
                let fields =
                    fields.map(|field| (field.name.clone(), self.add(&field.schema, name.namespace()))).collect();
                return self.define(name, Form::Record(fields));
            }
            Parsed::Ref { name } => return self.place(full(name)),
        };
        self.put(form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_what_they_mean_in_their_namespace_and_a_record_may_contain_itself() {
        let schema = Schema::parse(
            r#"{"type": "record", "name": "Node", "namespace": "a", "fields": [
                {"name": "size", "type": {"type": "enum", "name": "b.Size", "symbols": ["S", "L"]}},
                {"name": "again", "type": "b.Size"},
                {"name": "next", "type": ["null", "Node"]}]}"#,
            &[],
        )
        .unwrap();
        let Form::Record(fields) = schema.root() else { panic!("{schema:?}") };
        assert_eq!(schema.form(fields[0].1), &Form::Enum(vec!["S".into(), "L".into()]));
        assert_eq!(fields[0].1, fields[1].1);
        let Form::Union(variants) = schema.form(fields[2].1) else { panic!("{schema:?}") };
        assert_eq!(variants[1], schema.root);
    }

    #[test]
    fn what_a_schema_refers_to_is_found_in_whatever_order_it_comes() {
        let of = |references: &[&str]| {
            let references: Vec<String> = references.iter().map(|&text| text.to_owned()).collect();
            Schema::parse(
                r#"{"type": "record", "name": "Order", "fields": [{"name": "to", "type": "shop.Address"}]}"#,
                &references,
            )
        };
        let address = r#"{"type": "record", "name": "Address", "namespace": "shop", "fields": [{"name": "in", "type": "Country"}]}"#;
        let country = r#"{"type": "enum", "name": "Country", "namespace": "shop", "symbols": ["DE"]}"#;
        for references in [&[address, country][..], &[country, address]] {
            let schema = of(references).unwrap();
            let Form::Record(order) = schema.root() else { panic!("{schema:?}") };
            let Form::Record(to) = schema.form(order[0].1) else { panic!("{schema:?}") };
            assert_eq!(schema.form(to[0].1), &Form::Enum(vec!["DE".into()]));
        }
        assert!(of(&[address]).unwrap_err().contains("shop.Country"));
        assert!(of(&[]).unwrap_err().contains("shop.Address"));
    }

    #[test]
    fn what_is_no_schema_gets_a_sentence() {
        for text in ["", "{", "7", "\"strin\"", r#"{"type": "record", "name": "A"}"#, r#"["null", "null"]"#] {
            assert!(Schema::parse(text, &[]).unwrap_err().len() > 10, "{text}");
        }
    }
}
