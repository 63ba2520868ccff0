//! From a record's bytes to an event, by the rules of the messages.

use std::ops::RangeInclusive;

use model::{
    Kind,
    event::{Connection, Event, Extras, Interaction, Opinion, Purchase},
};

use super::field::Fields;

/// Ids of users and products.
const IDS: RangeInclusive<i64> = 1..=i64::MAX;
/// From the year 2000 to the end of 2099, in epoch seconds: what lies outside is most likely milliseconds.
const TIMESTAMPS: RangeInclusive<i64> = 946_684_800..=4_102_444_799;
/// Pieces in a purchase.
const QUANTITIES: RangeInclusive<i64> = 1..=1_000_000;
/// Stars.
const STARS: RangeInclusive<i64> = 1..=5;
/// Bytes of a transaction's or interaction's id; far below what Neo4j can index (about 8 kB).
const ID_BYTES: RangeInclusive<usize> = 1..=512;
/// Bytes of a name or a category.
const NAME_BYTES: RangeInclusive<usize> = 1..=200;
/// Bytes of a review.
const REVIEW_BYTES: RangeInclusive<usize> = 0..=32 * 1024;

/// The header in which a replayed record carries the place where it first stood.
pub const ORIGIN_HEADER: &str = "sluice.origin";

/// A rule that a record breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// A stable code.
    pub reason: String,
    /// A sentence without a full stop.
    pub message: String,
}

impl Fault {
    /// Makes a fault of a code and a sentence.
    pub fn new(reason: impl Into<String>, message: impl Into<String>) -> Self {
        Self { reason: reason.into(), message: message.into() }
    }
}

/// Where a record stands, which gives an id to an event that states none.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The topic.
    pub topic: &'a str,
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
    /// How many topics of this name and partition the graph has seen, this one included.
    pub incarnation: i64,
    /// Where it stood first, if it is a replay.
    pub origin: Option<&'a str>,
}

impl Place<'_> {
    /// `<topic>-<partition>-<offset>`, plus `-<incarnation>` from the second on; or the origin of a replay.
    pub fn id(&self) -> String {
        match self.origin {
            Some(origin) => origin.to_owned(),
            None if self.incarnation > 1 => {
                format!("{}-{}-{}-{}", self.topic, self.partition, self.offset, self.incarnation)
            }
            None => format!("{}-{}-{}", self.topic, self.partition, self.offset),
        }
    }
}

/// Reads the event of a record's value.
///
/// # Errors
/// The first rule that it breaks: `malformed_json`, `not_an_object`, `repeated_key`, `null_value`, `empty_value`,
/// `self_follow`, `interaction_type_unknown`, and for each field `<field>_missing`, `_wrong_type`, `_out_of_range`.
pub fn decode(kind: Kind, value: Option<&[u8]>, place: Place<'_>) -> Result<Event, Fault> {
    let fields = Fields::read(value)?;
    match kind {
        Kind::Purchase => purchase(&fields, place).map(Event::Purchase),
        Kind::Interaction => interaction(&fields, place).map(Event::Interaction),
        Kind::Connection => connection(&fields).map(Event::Connection),
    }
}

fn purchase(fields: &Fields<'_>, place: Place<'_>) -> Result<Purchase, Fault> {
    Ok(Purchase {
        transaction_id: fields.optional_text("transaction_id", ID_BYTES)?.unwrap_or_else(|| place.id()),
        user_id: fields.integer("user_id", IDS)?,
        product_id: fields.integer("product_id", IDS)?,
        category: fields.optional_text("category", NAME_BYTES)?,
        quantity: fields.integer("quantity", QUANTITIES)?,
        timestamp: fields.integer("timestamp", TIMESTAMPS)?,
        extras: extras(fields)?,
    })
}

fn interaction(fields: &Fields<'_>, place: Place<'_>) -> Result<Interaction, Fault> {
    Ok(Interaction {
        interaction_id: fields.optional_text("interaction_id", ID_BYTES)?.unwrap_or_else(|| place.id()),
        user_id: fields.integer("user_id", IDS)?,
        product_id: fields.integer("product_id", IDS)?,
        opinion: opinion(fields)?,
        timestamp: fields.integer("timestamp", TIMESTAMPS)?,
        extras: extras(fields)?,
    })
}

fn opinion(fields: &Fields<'_>) -> Result<Opinion, Fault> {
    match fields.text("interaction_type", 0..=usize::MAX)?.as_str() {
        "review" => fields.text("value", REVIEW_BYTES).map(Opinion::Review),
        "rating" => fields.integer("value", STARS).map(Opinion::Rating),
        _ => Err(Fault::new("interaction_type_unknown", "interaction_type has to be \"review\" or \"rating\"")),
    }
}

fn connection(fields: &Fields<'_>) -> Result<Connection, Fault> {
    let event = Connection {
        follower_id: fields.integer("follower_id", IDS)?,
        followed_id: fields.integer("followed_id", IDS)?,
        timestamp: fields.integer("timestamp", TIMESTAMPS)?,
        extras: extras(fields)?,
    };
    if event.follower_id == event.followed_id {
        return Err(Fault::new("self_follow", format!("user {} follows themselves", event.follower_id)));
    }
    Ok(event)
}

fn extras(fields: &Fields<'_>) -> Result<Extras, Fault> {
    Ok(Extras {
        user_name: fields.optional_text("user_name", NAME_BYTES)?,
        product_name: fields.optional_text("product_name", NAME_BYTES)?,
        price: fields.optional_amount("price")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'static> = Place { topic: "purchases", partition: 2, offset: 7, incarnation: 1, origin: None };

    /// The reason that `value` is refused for, or `ok`.
    fn reason(kind: Kind, value: &str) -> String {
        decode(kind, Some(value.as_bytes()), PLACE).map_or_else(|fault| fault.reason, |_| "ok".to_owned())
    }

    fn purchase_with(field: &str, value: &str) -> String {
        let mut fields = vec![
            ("transaction_id", "\"t1\""),
            ("user_id", "3"),
            ("product_id", "4"),
            ("category", "\"Books\""),
            ("quantity", "2"),
            ("timestamp", "1789000000"),
        ];
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let body: Vec<_> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", body.join(","))
    }

    #[test]
    fn a_purchase_obeys_the_rules_of_each_field() {
        let long = format!("\"{}\"", "x".repeat(513));
        let full = format!("\"{}\"", "x".repeat(512));
        for (field, value, expected) in [
            ("quantity", "1", "ok"),
            ("quantity", "1000000", "ok"),
            ("quantity", "0", "quantity_out_of_range"),
            ("quantity", "1000001", "quantity_out_of_range"),
            ("quantity", "99999999999999999999", "quantity_out_of_range"),
            ("quantity", "5.0", "quantity_wrong_type"),
            ("quantity", "1.5", "quantity_wrong_type"),
            ("quantity", "1e2", "quantity_wrong_type"),
            ("quantity", "\"5\"", "quantity_wrong_type"),
            ("quantity", "true", "quantity_wrong_type"),
            ("quantity", "[1]", "quantity_wrong_type"),
            ("quantity", "null", "quantity_missing"),
            ("user_id", "9223372036854775807", "ok"),
            ("user_id", "9223372036854775808", "user_id_out_of_range"),
            ("user_id", "0", "user_id_out_of_range"),
            ("user_id", "-3", "user_id_out_of_range"),
            ("user_id", "{}", "user_id_wrong_type"),
            ("product_id", "null", "product_id_missing"),
            ("timestamp", "946684800", "ok"),
            ("timestamp", "946684799", "timestamp_out_of_range"),
            ("timestamp", "4102444799", "ok"),
            ("timestamp", "4102444800", "timestamp_out_of_range"),
            ("timestamp", "1789000000000", "timestamp_out_of_range"),
            ("transaction_id", "\"\"", "transaction_id_out_of_range"),
            ("transaction_id", &full, "ok"),
            ("transaction_id", &long, "transaction_id_out_of_range"),
            ("transaction_id", "5", "transaction_id_wrong_type"),
            ("transaction_id", "null", "ok"),
            ("category", "\"\"", "category_out_of_range"),
            ("category", "null", "ok"),
            ("user_name", "\"Ada\"", "ok"),
            ("user_name", "7", "user_name_wrong_type"),
            ("price", "7", "ok"),
            ("price", "-0.5", "price_out_of_range"),
            ("price", "\"7\"", "price_wrong_type"),
            ("unheard_of", "{\"a\":[1,{\"a\":2}]}", "ok"),
        ] {
            assert_eq!(reason(Kind::Purchase, &purchase_with(field, value)), expected, "{field}: {value}");
        }
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for (value, expected) in [
            ("{not json", "malformed_json"),
            ("{\"user_id\": 3", "malformed_json"),
            ("{} x", "malformed_json"),
            ("\u{feff}", "malformed_json"),
            (" ", "malformed_json"),
            ("[]", "not_an_object"),
            ("null", "not_an_object"),
            ("7", "not_an_object"),
            ("\"text\"", "not_an_object"),
            ("{}", "user_id_missing"),
            ("{\"a\":1,\"a\":1}", "repeated_key"),
            ("{\"a\":1,\"\\u0061\":1}", "repeated_key"),
        ] {
            assert_eq!(reason(Kind::Purchase, value), expected, "{value}");
        }
        assert_eq!(decode(Kind::Purchase, None, PLACE).unwrap_err().reason, "null_value");
        assert_eq!(decode(Kind::Purchase, Some(b""), PLACE).unwrap_err().reason, "empty_value");
        assert_eq!(decode(Kind::Purchase, Some(b"{\"a\":\"\xff\"}"), PLACE).unwrap_err().reason, "malformed_json");
    }

    #[test]
    fn deep_nesting_in_an_unknown_field_is_ignored_and_does_not_overflow_the_stack() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(reason(Kind::Purchase, &purchase_with("unheard_of", &deep)), "ok");
        let broken = purchase_with("unheard_of", &"[".repeat(100_000));
        assert_eq!(reason(Kind::Purchase, &broken), "malformed_json");
    }

    #[test]
    fn an_interaction_is_a_review_or_a_rating() {
        let with = |kind: &str, value: &str| {
            let text = format!(
                "{{\"user_id\":1,\"product_id\":2,\"interaction_type\":{kind},\"value\":{value},\"timestamp\":1789000000}}"
            );
            reason(Kind::Interaction, &text)
        };
        let long = format!("\"{}\"", "x".repeat(32 * 1024 + 1));
        assert_eq!(with("\"rating\"", "5"), "ok");
        assert_eq!(with("\"rating\"", "6"), "value_out_of_range");
        assert_eq!(with("\"rating\"", "0"), "value_out_of_range");
        assert_eq!(with("\"rating\"", "\"five\""), "value_wrong_type");
        assert_eq!(with("\"review\"", "\"\""), "ok");
        assert_eq!(with("\"review\"", "7"), "value_wrong_type");
        assert_eq!(with("\"review\"", "null"), "value_missing");
        assert_eq!(with("\"review\"", &long), "value_out_of_range");
        assert_eq!(with("\"wave\"", "1"), "interaction_type_unknown");
        assert_eq!(with("1", "1"), "interaction_type_wrong_type");
    }

    #[test]
    fn nobody_follows_themselves() {
        let with = |followed: i64| {
            reason(
                Kind::Connection,
                &format!("{{\"follower_id\":1,\"followed_id\":{followed},\"timestamp\":1789000000}}"),
            )
        };
        assert_eq!(with(2), "ok");
        assert_eq!(with(1), "self_follow");
    }

    #[test]
    fn a_missing_id_comes_from_the_place() {
        let id = |place: Place<'_>| match decode(
            Kind::Purchase,
            Some(purchase_with("transaction_id", "null").as_bytes()),
            place,
        ) {
            Ok(Event::Purchase(purchase)) => purchase.transaction_id,
            other => panic!("{other:?}"),
        };
        assert_eq!(id(PLACE), "purchases-2-7");
        assert_eq!(id(Place { incarnation: 3, ..PLACE }), "purchases-2-7-3");
        assert_eq!(id(Place { incarnation: 3, origin: Some("purchases-0-1"), ..PLACE }), "purchases-0-1");
    }
}
