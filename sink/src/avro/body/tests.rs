use apache_avro::{Decimal, Schema as Parsed, types::Value, writer::datum::GenericDatumWriter};
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn schema(text: &str) -> Schema {
    Schema::parse(text, &[]).unwrap_or_else(|why| panic!("{text}: {why}"))
}

/// What a body says, or the reason and a part of the sentence why it says nothing.
fn reading(text: &str, body: &[u8]) -> Result<Json, String> {
    read(&schema(text), body).map_err(|broken| format!("{}: {}", broken.reason, broken.why))
}

#[test]
fn every_type_is_read_from_the_bytes_that_the_specification_gives_it() {
    const FIXED: &str = r#"{"type": "fixed", "name": "F", "size": 2}"#;
    const ENUM: &str = r#"{"type": "enum", "name": "E", "symbols": ["A", "B"]}"#;
    const LIST: &str = r#"{"type": "array", "items": "long"}"#;
    const MAP: &str = r#"{"type": "map", "values": "long"}"#;
    const RECORD: &str = r#"{"type": "record", "name": "R", "fields": [{"name": "a", "type": "long"}, {"name": "b", "type": "string"}]}"#;
    const PRICE: &str = r#"{"type": "record", "name": "P", "fields": [{"name": "p", "type":
        {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}}]}"#;
    const FIXED_PRICE: &str =
        r#"{"type": "fixed", "name": "P", "size": 2, "logicalType": "decimal", "precision": 4, "scale": 3}"#;
    let logical = |of: &str, name: &str| format!(r#"{{"type": "{of}", "logicalType": "{name}"}}"#);
    let min = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    let max = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    let uuid: Vec<u8> = (0..16).collect();
    for (schema, body, expected) in [
        ("\"null\"", &[][..], json!(null)),
        ("\"boolean\"", &[1], json!(true)),
        ("\"boolean\"", &[0], json!(false)),
        ("\"int\"", &[0x7f], json!(-64)),
        ("\"int\"", &[0x80, 0x01], json!(64)),
        ("\"long\"", &min, json!(i64::MIN)),
        ("\"long\"", &max, json!(i64::MAX)),
        ("\"float\"", &1.5f32.to_le_bytes(), json!(1.5)),
        ("\"double\"", &(-0.1f64).to_le_bytes(), json!(-0.1)),
        ("\"string\"", &[6, b'f', b'o', b'o'], json!("foo")),
        // Bytes that are all there is have no length before them.
        ("\"bytes\"", &[0xff, 0x00], json!("/wA=")),
        ("[\"null\", \"bytes\"]", &[2, 4, 0xff, 0x00], json!("/wA=")),
        ("[\"null\", \"string\"]", &[0], json!(null)),
        (FIXED, &[0xff, 0x00], json!("/wA=")),
        (ENUM, &[2], json!("B")),
        (LIST, &[4, 6, 54, 0], json!([3, 27])),
        // Two blocks, of which the first states its length in bytes.
        (LIST, &[3, 4, 6, 54, 2, 2, 0], json!([3, 27, 1])),
        (LIST, &[0], json!([])),
        (MAP, &[2, 2, b'k', 6, 0], json!({"k": 3})),
        (RECORD, &[54, 6, b'f', b'o', b'o'], json!({"a": 27, "b": "foo"})),
        (PRICE, &[4, 0x04, 0xd2], json!({"p": "12.34"})),
        (PRICE, &[2, 0xff], json!({"p": "-0.01"})),
        (PRICE, &[2, 0x00], json!({"p": "0.00"})),
        (FIXED_PRICE, &[0x00, 0x07], json!("0.007")),
        (&logical("int", "date"), &[0], json!("1970-01-01")),
        (&logical("int", "date"), &[1], json!("1969-12-31")),
        (&logical("int", "time-millis"), &[2], json!(1)),
        (&logical("long", "timestamp-millis"), &max, json!(i64::MAX)),
        (&logical("long", "timestamp-micros"), &[3], json!(-2)),
        (&logical("long", "local-timestamp-millis"), &[2], json!(1)),
        (&logical("long", "unheard-of"), &[2], json!(1)),
        (&logical("string", "uuid"), &[2, b'u'], json!("u")),
        (
            r#"{"type": "fixed", "name": "U", "size": 16, "logicalType": "uuid"}"#,
            &uuid,
            json!("00010203-0405-0607-0809-0a0b0c0d0e0f"),
        ),
    ] {
        assert_eq!(reading(schema, body), Ok(expected), "{schema} {body:?}");
    }
}

#[test]
fn a_body_that_does_not_fit_is_refused_with_what_is_wrong() {
    const LIST: &str = r#"{"type": "array", "items": "null"}"#;
    const ENUM: &str = r#"{"type": "enum", "name": "E", "symbols": ["A", "B"]}"#;
    const PRICE: &str = r#"["null", {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}]"#;
    let huge = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    let negated = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    for (schema, body, expected) in [
        ("\"null\"", &[0][..], "malformed_avro: 1 bytes are left over"),
        ("\"boolean\"", &[], "malformed_avro: it ends where 1 bytes should follow, and 0 do"),
        ("\"boolean\"", &[2], "malformed_avro: a boolean is byte 2"),
        ("\"string\"", &[6, b'f'], "malformed_avro: it ends where 3 bytes should follow, and 1 do"),
        ("\"string\"", &[2, 0xff], "malformed_avro: a text is no UTF-8"),
        ("\"string\"", &[1], "malformed_avro: a length is -1"),
        ("\"string\"", &huge, "malformed_avro: it ends where"),
        ("[\"null\", \"long\"]", &[], "malformed_avro: it ends"),
        ("[\"null\", \"long\"]", &[4], "malformed_avro: a union of 2 types has none 2"),
        ("[\"null\", \"long\"]", &[1], "malformed_avro: a union of 2 types has none -1"),
        (ENUM, &[4], "malformed_avro: an enum of 2 symbols has none 2"),
        ("\"int\"", &[0xfe, 0xff, 0xff, 0xff, 0x1f], "more than 32 bits"),
        ("\"long\"", &[0xff; 11], "more than 64 bits"),
        ("\"long\"", &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02], "more than 64 bits"),
        ("\"double\"", &f64::NAN.to_le_bytes(), "number_not_finite: a number is NaN"),
        ("\"double\"", &f64::INFINITY.to_le_bytes(), "number_not_finite: a number is inf"),
        ("\"float\"", &f32::NEG_INFINITY.to_le_bytes(), "number_not_finite: a number is -inf"),
        (LIST, &huge, "malformed_avro: it comes to far more"),
        (LIST, &[&negated[..], &[0]].concat(), "malformed_avro: a block has no count"),
        (PRICE, &[2, 0], "a decimal has 1 to 1024 bytes, and not 0"),
        (r#"{"type": "int", "logicalType": "date"}"#, &[0xfe, 0xff, 0xff, 0xff, 0x0f], "are no date"),
        (r#"{"type": "fixed", "name": "F", "size": 99999999999}"#, &[], "malformed_avro: it ends where"),
        (
            r#"{"type": "bytes", "logicalType": "decimal", "precision": 4000000000, "scale": 4000000000}"#,
            &[1],
            "malformed_avro: it comes to far more",
        ),
    ] {
        let why = reading(schema, body).expect_err(schema);
        assert!(why.contains(expected), "{schema}: {why}");
    }
    let long = [&[2, 0x82, 0x10][..], &[1; 1_025]].concat();
    assert!(reading(PRICE, &long).is_err_and(|why| why.contains("not 1025")));
}

#[test]
fn a_record_in_itself_ends_before_the_stack_does() {
    const NODE: &str = r#"{"type": "record", "name": "N", "fields": [{"name": "next", "type": ["null", "N"]}]}"#;
    let nested = |levels: usize| [vec![2; levels], vec![0]].concat();
    assert!(reading(NODE, &nested(126)).is_ok());
    for levels in [127, 8 << 20] {
        assert!(reading(NODE, &nested(levels)).is_err_and(|why| why.contains("127 deep")));
    }
    let endless = r#"{"type": "record", "name": "N", "fields": [{"name": "again", "type": "N"}]}"#;
    assert!(reading(endless, &[]).is_err_and(|why| why.contains("deep")));
    let wide: Vec<String> = (0..9).map(|at| format!(r#"{{"name": "f{at}", "type": "N"}}"#)).collect();
    let wide = format!(
        r#"{{"type": "record", "name": "N", "fields": [{{"name": "f", "type": {{"type": "record", "name": "E", "fields": [{}]}}}}]}}"#,
        wide.join(", ")
    );
    assert!(reading(&wide, &[]).is_err());
}

const EVERYTHING: &str = r#"{"type": "record", "name": "All", "fields": [
    {"name": "text", "type": "string"},
    {"name": "number", "type": ["null", "long"]},
    {"name": "list", "type": {"type": "array", "items": "int"}},
    {"name": "map", "type": {"type": "map", "values": "double"}},
    {"name": "bytes", "type": "bytes"},
    {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 38, "scale": 4}},
    {"name": "inner", "type": {"type": "record", "name": "Inner", "fields": [{"name": "is", "type": "boolean"}]}}]}"#;

/// A value of everything, and the JSON that it is.
fn anything() -> impl Strategy<Value = (Value, Json)> {
    let numbers = (any::<Option<i64>>(), prop::collection::vec(any::<i32>(), 0..5), any::<i64>());
    let map = prop::collection::btree_map("[a-z]{0,3}", -1e300..1e300, 0..4);
    (".{0,20}", numbers, map, prop::collection::vec(any::<u8>(), 0..9), any::<bool>()).prop_map(
        |(text, (number, list, price), map, bytes, is)| {
            let digits = format!("{:0>5}", price.unsigned_abs());
            let (whole, behind) = digits.split_at(digits.len() - 4);
            let shown = format!("{}{whole}.{behind}", if price < 0 { "-" } else { "" });
            let json = json!({"text": text, "number": number, "list": list, "map": map, "price": shown,
                "bytes": BASE64_STANDARD.encode(&bytes), "inner": {"is": is}});
            let number =
                number.map_or(Value::Union(0, Value::Null.into()), |it| Value::Union(1, Value::Long(it).into()));
            let value = Value::Record(vec![
                ("text".into(), Value::String(text)),
                ("number".into(), number),
                ("list".into(), Value::Array(list.into_iter().map(Value::Int).collect())),
                ("map".into(), Value::Map(map.into_iter().map(|(key, it)| (key, Value::Double(it))).collect())),
                ("bytes".into(), Value::Bytes(bytes)),
                ("price".into(), Value::Decimal(Decimal::from(price.to_be_bytes().to_vec()))),
                ("inner".into(), Value::Record(vec![("is".into(), Value::Boolean(is))])),
            ]);
            (value, json)
        },
    )
}

proptest! {
    /// What another implementation writes is read as it was meant; a part of it, or it with a change, as something or not at
    /// all.
    #[test]
    fn what_was_written_is_read_and_what_was_damaged_breaks_nothing(
        (value, expected) in anything(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let parsed = Parsed::parse_str(EVERYTHING).unwrap();
        let mut body = GenericDatumWriter::builder(&parsed).build().unwrap().write_value_to_vec(value).unwrap();
        let schema = schema(EVERYTHING);
        prop_assert_eq!(read(&schema, &body), Ok(expected));
        let at = at.index(body.len());
        prop_assert!(read(&schema, &body[..at]).is_err());
        body[at] = byte;
        drop(read(&schema, &body));
    }

    /// Any bytes under any of some schemas: no panic, and no more memory than a multiple of what they take.
    #[test]
    fn any_bytes_are_something_or_nothing(body in prop::collection::vec(any::<u8>(), 0..200)) {
        for text in [EVERYTHING, r#"{"type": "array", "items": {"type": "map", "values": "null"}}"#] {
            if let Ok(json) = read(&schema(text), &body) {
                prop_assert!(json.to_string().len() < 4 * (ROOM + ROOM_OF_BYTE * body.len()));
            }
        }
    }
}
