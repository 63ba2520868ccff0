//! A body in Avro's binary encoding as the JSON that strategies work with. Pure.
//!
//! The crate that parses schemas has a reader too. It takes a body that ends too early for nulls, and follows a record that
//! contains itself until the stack is full; what comes from a topic may do neither.

use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::NaiveDate;
use num_bigint::BigInt;
use serde_json::{Map, Number, Value as Json};
use uuid::Uuid;

use super::schema::{Form, Schema};

/// Records, lists and maps inside of each other, at most: as many as JSON may have here.
const DEPTH: u32 = 127;
/// What a value may come to in memory, in bytes: so much in any case, and so much for each byte that it is read from. A
/// list of a million nulls takes three bytes.
const ROOM: usize = 64 << 10;
const ROOM_OF_BYTE: usize = 256;
/// What a value takes, beside its text.
const VALUE_BYTES: usize = 32;
/// Bytes of a decimal, about 2,400 digits: writing one out takes time with the square of them.
const DECIMAL_BYTES: usize = 1_024;
/// From the year 0, from which chrono counts days, to 1970.
const DAYS_TO_EPOCH: i32 = 719_163;

/// Why a body can't be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken {
    /// A stable code.
    pub(super) reason: &'static str,
    /// A part of a sentence.
    pub(super) why: String,
}

/// Reads a body to its end.
///
/// - A record or a map becomes an object, an enum its symbol, a union what is in it.
/// - `bytes` and `fixed` become base64, as bytes do everywhere here.
/// - `int` and `long` stay whole numbers, with any logical type but `date`: a moment or a time of day in its own unit is
///   exact, and what Cypher's `datetime({epochMillis: …})` takes.
/// - `date` becomes `YYYY-MM-DD`, which Cypher's `date(…)` takes; it takes no count of days.
/// - `decimal` becomes text with all its digits: as a number it would be rounded.
/// - `uuid` becomes text.
/// - A `float` becomes the `double` of the same value.
pub(super) fn read(schema: &Schema, body: &[u8]) -> Result<Json, Broken> {
    let mut cursor = Cursor { schema, rest: body, room: ROOM + ROOM_OF_BYTE * body.len() };
    // The serializers write bytes that are all there is without their length.
    let json = match schema.root() {
        Form::Bytes(None) => cursor.value(&Form::Bytes(Some(body.len())), 0)?,
        Form::Decimal { scale, bytes: None } => {
            cursor.value(&Form::Decimal { scale: *scale, bytes: Some(body.len()) }, 0)?
        }
        Form::Uuid(None) => cursor.value(&Form::Uuid(Some(body.len())), 0)?,
        root => cursor.value(root, 0)?,
    };
    match cursor.rest.len() {
        0 => Ok(json),
        more => Err(malformed(format!("{more} bytes are left over"))),
    }
}

struct Cursor<'a> {
    schema: &'a Schema,
    rest: &'a [u8],
    room: usize,
}

impl<'a> Cursor<'a> {
    fn value(&mut self, form: &Form, depth: u32) -> Result<Json, Broken> {
        self.spend(VALUE_BYTES)?;
        Ok(match form {
            Form::Null => Json::Null,
            Form::Boolean => match self.take(1)? {
                [0] => Json::Bool(false),
                [1] => Json::Bool(true),
                other => return Err(malformed(format!("a boolean is byte {}", other[0]))),
            },
            Form::Int => self.int()?.into(),
            Form::Long => self.long()?.into(),
            Form::Float => number(self.array().map(f32::from_le_bytes)?.into())?,
            Form::Double => number(self.array().map(f64::from_le_bytes)?)?,
            Form::Text => Json::String(self.text()?.to_owned()),
            Form::Bytes(size) => {
                let bytes = self.bytes(*size)?;
                self.spend(bytes.len().div_ceil(3) * 4)?;
                Json::String(BASE64_STANDARD.encode(bytes))
            }
            Form::Date => {
                let days = self.int()?;
                let date = days.checked_add(DAYS_TO_EPOCH).and_then(NaiveDate::from_num_days_from_ce_opt);
                let date = date.ok_or_else(|| malformed(format!("{days} days from 1970-01-01 are no date")))?;
                Json::String(date.to_string())
            }
            Form::Decimal { scale, bytes } => {
                let bytes = self.bytes(*bytes)?;
                if !(1..=DECIMAL_BYTES).contains(&bytes.len()) {
                    let found = bytes.len();
                    return Err(malformed(format!("a decimal has 1 to {DECIMAL_BYTES} bytes, and not {found}")));
                }
                self.spend(*scale)?;
                Json::String(decimal(bytes, *scale))
            }
            Form::Uuid(size) => {
                let bytes = self.bytes(*size)?;
                let uuid = Uuid::from_slice(bytes);
                let uuid = uuid.map_err(|_| malformed(format!("a UUID has 16 bytes, and not {}", bytes.len())))?;
                Json::String(uuid.to_string())
            }
            Form::Enum(symbols) => {
                let at = self.int()?;
                let symbol = usize::try_from(at).ok().and_then(|at| symbols.get(at));
                let symbol =
                    symbol.ok_or_else(|| malformed(format!("an enum of {} symbols has none {at}", symbols.len())))?;
                self.spend(symbol.len())?;
                Json::String(symbol.clone())
            }
            Form::Union(variants) => {
                let at = self.long()?;
                let place = usize::try_from(at).ok().and_then(|at| variants.get(at));
                let place =
                    place.ok_or_else(|| malformed(format!("a union of {} types has none {at}", variants.len())))?;
                self.at(*place, depth)?
            }
            Form::Array(items) => {
                let depth = deeper(depth)?;
                let mut list = Vec::new();
                self.blocks(|cursor| {
                    list.push(cursor.at(*items, depth)?);
                    Ok(())
                })?;
                Json::Array(list)
            }
            Form::Map(values) => {
                let depth = deeper(depth)?;
                let mut object = Map::new();
                self.blocks(|cursor| {
                    let name = cursor.text()?.to_owned();
                    object.insert(name, cursor.at(*values, depth)?);
                    Ok(())
                })?;
                Json::Object(object)
            }
            Form::Record(fields) => {
                let depth = deeper(depth)?;
                let mut object = Map::new();
                for (name, place) in fields {
                    self.spend(name.len())?;
                    object.insert(name.clone(), self.at(*place, depth)?);
                }
                Json::Object(object)
            }
        })
    }

    fn at(&mut self, place: usize, depth: u32) -> Result<Json, Broken> {
        let schema = self.schema;
        self.value(schema.form(place), depth)
    }

    /// The items of a list or a map: blocks, each after its count, until one is empty.
    fn blocks(&mut self, mut item: impl FnMut(&mut Self) -> Result<(), Broken>) -> Result<(), Broken> {
        loop {
            let mut count = self.long()?;
            if count < 0 {
                // Such a block states its length in bytes, for those that skip it.
                self.long()?;
                count = count.checked_neg().ok_or_else(|| malformed("a block has no count".to_owned()))?;
            }
            if count == 0 {
                return Ok(());
            }
            for _ in 0..count {
                item(self)?;
            }
        }
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Broken> {
        let left = self.room.checked_sub(bytes);
        self.room = left.ok_or_else(|| malformed("it comes to far more than it was read from".to_owned()))?;
        Ok(())
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Broken> {
        let Some((taken, rest)) = self.rest.split_at_checked(count) else {
            return Err(malformed(format!("it ends where {count} bytes should follow, and {} do", self.rest.len())));
        };
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Broken> {
        let mut bytes = [0; N];
        bytes.copy_from_slice(self.take(N)?);
        Ok(bytes)
    }

    /// A whole number: seven bits in each byte, the lowest first, and the sign in the lowest bit.
    fn long(&mut self) -> Result<i64, Broken> {
        let mut bits: u64 = 0;
        for shift in (0..70).step_by(7) {
            let byte = self.take(1)?[0];
            let of_byte = u64::from(byte & 0x7f);
            // The tenth byte has room for one bit more.
            if shift == 63 && of_byte > 1 {
                break;
            }
            bits |= of_byte << shift;
            if byte & 0x80 == 0 {
                return Ok((bits >> 1) as i64 ^ -((bits & 1) as i64));
            }
        }
        Err(malformed("a number has more than 64 bits".to_owned()))
    }

    fn int(&mut self) -> Result<i32, Broken> {
        let long = self.long()?;
        i32::try_from(long).map_err(|_| malformed(format!("an int is {long}, which takes more than 32 bits")))
    }

    fn bytes(&mut self, size: Option<usize>) -> Result<&'a [u8], Broken> {
        if let Some(size) = size {
            return self.take(size);
        }
        let length = self.long()?;
        let size = usize::try_from(length).map_err(|_| malformed(format!("a length is {length}")))?;
        self.take(size)
    }

    fn text(&mut self) -> Result<&'a str, Broken> {
        let bytes = self.bytes(None)?;
        self.spend(bytes.len())?;
        std::str::from_utf8(bytes).map_err(|error| malformed(format!("a text is no UTF-8: {error}")))
    }
}

fn deeper(depth: u32) -> Result<u32, Broken> {
    if depth == DEPTH {
        return Err(malformed(format!("records, lists and maps are more than {DEPTH} deep inside of each other")));
    }
    Ok(depth + 1)
}

/// JSON, and so all that follows here, has no number that is none.
fn number(value: f64) -> Result<Json, Broken> {
    let number = Number::from_f64(value).map(Json::Number);
    number.ok_or_else(|| Broken { reason: "number_not_finite", why: format!("a number is {value}") })
}

/// Exactly, with as many digits behind the point as the scale says.
fn decimal(bytes: &[u8], scale: usize) -> String {
    let unscaled = BigInt::from_signed_bytes_be(bytes).to_string();
    let (sign, digits) = unscaled.strip_prefix('-').map_or(("", unscaled.as_str()), |digits| ("-", digits));
    let zeros = "0".repeat((scale + 1).saturating_sub(digits.len()));
    let digits = zeros + digits;
    let (whole, behind) = digits.split_at(digits.len() - scale);
    let point = if scale == 0 { "" } else { "." };
    format!("{sign}{whole}{point}{behind}")
}

fn malformed(why: String) -> Broken {
    Broken { reason: "malformed_avro", why }
}

#[cfg(test)]
mod tests;
