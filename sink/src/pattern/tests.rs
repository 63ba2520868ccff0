//! Patterns as data: what parses and as what, what does not and where, and what records become.

use serde_json::{Value as Json, json};

use super::{Message, Options, Pattern, changes, parse, parse_all};

#[test]
fn a_pattern_is_written_in_one_way() {
    for (text, expected) in [
        // Nodes.
        ("(:User{!userId})", "(:User{!userId})"),
        ("(:User{!userId, *})", "(:User{!userId})"),
        ("(:User{*, !userId})", "(:User{!userId})"),
        ("  ( :User { !userId , * } )  ", "(:User{!userId})"),
        ("(:User\n{!userId,\n name})\n", "(:User{!userId, name})"),
        ("(:User{!userId, surname})", "(:User{!userId, surname})"),
        ("(:User{surname, !userId})", "(:User{!userId, surname})"),
        ("(:User{!userId, surname, city: address.city})", "(:User{!userId, surname, city: address.city})"),
        ("(:User{!userId, address.city})", "(:User{!userId, address.city})"),
        ("(:User{!userId, `address.city`})", "(:User{!userId, `address.city`})"),
        ("(:User{!userId, address.city: address.city})", "(:User{!userId, address.city})"),
        ("(:User{!userId, a.b: c})", "(:User{!userId, `a.b`: c})"),
        ("(:User{!id: userId})", "(:User{!id: userId})"),
        ("(:User{! id : userId })", "(:User{!id: userId})"),
        ("(:User{!id: id})", "(:User{!id})"),
        ("(:User{!a, !b})", "(:User{!a, !b})"),
        ("(:User{!userId, -address})", "(:User{!userId, -address})"),
        ("(:User{!userId, -address.street, -b})", "(:User{!userId, -address.street, -b})"),
        ("(:User{!userId, -__value.b})", "(:User{!userId, -b})"),
        ("(:User{!userId, *, by: __header.user})", "(:User{!userId, *, by: __header.user})"),
        ("(:User:Admin{!id})", "(:User:Admin{!id})"),
        ("(:User :Admin {!id})", "(:User:Admin{!id})"),
        ("({!id})", "({!id})"),
        ("(:`My Label`{!`the id`: `a``b`.c})", "(:`My Label`{!`the id`: `a``b`.c})"),
        ("(:`User`{!`id`})", "(:User{!id})"),
        ("(:Größe{!größe_1})", "(:Größe{!größe_1})"),
        ("(:`1st`{!`2nd`})", "(:`1st`{!`2nd`})"),
        ("(:`}`{!`]`: `){`})", "(:`}`{!`]`: `){`})"),
        // Parts of the record.
        ("(:User{!userId: __key.id, name: __value.firstName})", "(:User{!userId: __key.id, name: __value.firstName})"),
        ("(:User{!id: __key, at: __timestamp})", "(:User{!id: __key, at: __timestamp})"),
        ("(:User{!id, by: __headers.user})", "(:User{!id, by: __header.user})"),
        ("(:User{!id, by: __header.`x-user`})", "(:User{!id, by: __header.`x-user`})"),
        ("(:User{!id, all: __value})", "(:User{!id, all: __value})"),
        ("(:User{!id, `__key`})", "(:User{!id, `__key`})"),
        ("(:User{!id, __key: a})", "(:User{!id, `__key`: a})"),
        ("(:User{!id, a.__key})", "(:User{!id, a.__key})"),
        ("(:User{!id, __keys})", "(:User{!id, __keys})"),
        // Relationships.
        ("(:A{!a})-[:R]->(:B{!b})", "(:A{!a})-[:R]->(:B{!b})"),
        ("(:A{!a})-[:R{*}]->(:B{!b})", "(:A{!a})-[:R]->(:B{!b})"),
        ("(:A{!a})-[:R{}]->(:B{!b})", "(:A{!a})-[:R{}]->(:B{!b})"),
        ("(:A{!a}) -[ :R {price , currency} ]-> (:B{!b})", "(:A{!a})-[:R{price, currency}]->(:B{!b})"),
        ("(:A{!a})-[:R{-x}]->(:B{!b})", "(:A{!a})-[:R{-x}]->(:B{!b})"),
        ("(:A{!a})-[:R{!n: __key.n, d}]->(:B{!b})", "(:A{!a})-[:R{!n: __key.n, d}]->(:B{!b})"),
        ("(:A{!a})-[:R{!n}]->(:B{!b})", "(:A{!a})-[:R{!n}]->(:B{!b})"),
        ("(:A{!a})-[:R{!n, *}]->(:B{!b})", "(:A{!a})-[:R{!n}]->(:B{!b})"),
        ("(:A{!a})-[:R{*, n: m}]->(:B{!b})", "(:A{!a})-[:R{*, n: m}]->(:B{!b})"),
        ("(:A{!a, name: n})-[:R]->(:B{!b, c.d})", "(:A{!a, name: n})-[:R]->(:B{!b, c.d})"),
        ("(:A{!a})<-[:R{x}]-(:B{!b})", "(:B{!b})-[:R{x}]->(:A{!a})"),
        ("(:A{!id: a})-[:`IS A`]->(:A{!id: b})", "(:A{!id: a})-[:`IS A`]->(:A{!id: b})"),
    ] {
        let pattern = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(pattern.to_string(), expected, "{text}");
        assert_eq!(parse(expected), Ok(pattern), "{expected} is the same");
    }
}

#[test]
fn what_is_no_pattern_is_refused_at_the_first_wrong_letter() {
    for (text, expected) in [
        ("", "column 1: expected '(' and a node, found the end"),
        ("User", "column 1: expected '(' and a node, found 'U'"),
        ("(", "column 2: expected ':' and a label, or '{' and properties, found the end"),
        ("(n:User{!id})", "column 2: expected ':' and a label, or '{' and properties, found 'n'"),
        ("(:{!id})", "column 3: expected a label, found '{'"),
        ("(:1User{!id})", "column 3: expected a label, found '1'"),
        ("(:User)", "column 7: expected '{' and a key property, such as {!id}, found ')'"),
        ("()", "column 2: expected '{' and a key property, such as {!id}, found ')'"),
        ("(:User!", "column 7: expected ':' and another label, or '{' and properties, found '!'"),
        ("(:User:User{!id})", "column 8: the label User stands twice"),
        ("(:User{})", "column 7: a node needs a key property, such as {!id}"),
        ("(:User{name})", "column 7: a node needs a key property, such as {!id}"),
        ("(:User{*})", "column 7: a node needs a key property, such as {!id}"),
        ("(:User{!})", "column 9: expected the key property's name, found '}'"),
        ("(:User{!id", "column 11: expected ',' and another property, or '}', found the end"),
        ("(:User{!id name})", "column 12: expected ',' and another property, or '}', found 'n'"),
        ("(:User{!id,})", "column 12: expected a property, '!' and a key property, '-' and a field, or '*', found '}'"),
        ("(:User{!id}", "column 12: expected ')', found the end"),
        ("(:User{!id, a-b})", "column 14: expected ',' and another property, or '}', found '-'"),
        ("(:User{!id, a.})", "column 15: expected the name of a field inside, found '}'"),
        ("(:User{!id, a:})", "column 15: expected a field, or __key, __value, __header or __timestamp, found '}'"),
        ("(:User{!id, `a})", "column 17: expected '`', which ends the name, found the end"),
        ("(:User{!id, ``})", "column 13: no name is empty or has a NUL in it"),
        ("(:`a\0b`{!id})", "column 3: no name is empty or has a NUL in it"),
        ("(:User{!id, -})", "column 14: expected the field that is left out, found '}'"),
        ("(:User{!id, -__key.a})", "column 14: only fields of the value can be left out"),
        ("(:User{!id, -__value})", "column 14: only fields of the value can be left out"),
        ("(:User{!id, *, *})", "column 16: '*' stands twice"),
        ("(:User{!id, *, -a})", "column 16: '*' and fields that are left out can't be mixed"),
        ("(:User{!id, -a, *})", "column 17: '*' and fields that are left out can't be mixed"),
        ("(:User{!id, -a, b})", "column 17: properties that are listed and fields that are left out can't be mixed"),
        ("(:User{!id, b, -a})", "column 16: properties that are listed and fields that are left out can't be mixed"),
        ("(:User{!id, -a, -a})", "column 17: a is left out twice"),
        ("(:User{!id, id: a})", "column 13: the property id stands twice"),
        ("(:User{!id, a.b, `a.b`})", "column 18: the property a.b stands twice"),
        (
            "(:User{!__key.id})",
            "column 9: what is taken from a part of the record needs a name before it, such as id: __key.id",
        ),
        ("(:User{!id: __timestamp.x})", "column 13: __timestamp has no fields"),
        ("(:User{!id}) x", "column 14: expected the end of the pattern, found 'x'"),
        ("(:A{!a})-", "column 10: expected '[', found the end"),
        ("(:A{!a})->(:B{!b})", "column 10: expected '[', found '>'"),
        ("(:A{!a})<[:R]-(:B{!b})", "column 10: expected '-[', found '['"),
        ("(:A{!a})-[]->(:B{!b})", "column 11: expected ':' and the relationship's type, found ']'"),
        ("(:A{!a})-[:]->(:B{!b})", "column 12: expected the relationship's type, found ']'"),
        ("(:A{!a})-[:R:S]->(:B{!b})", "column 13: expected '{' and properties, or ']', found ':'"),
        ("(:A{!a})-[:R]-(:B{!b})", "column 15: expected '>', since a relationship has a direction, found '('"),
        ("(:A{!a})<-[:R]->(:B{!b})", "column 16: expected '(' and a node, found '>'"),
        ("(:A{!a})-[:R]->", "column 16: expected '(' and a node, found the end"),
        ("(:A{!a, *})-[:R]->(:B{!b})", "column 9: the end of a relationship takes only properties that are listed"),
        ("(:A{!a})-[:R]->(:B{!b, -c})", "column 24: the end of a relationship takes only properties that are listed"),
        ("(:A{!a})-[:R]->(:B{c})", "column 19: a node needs a key property, such as {!id}"),
        ("(:A{!a})-[:R]->(:B{!b})-[:S]->(:C{!c})", "column 24: expected the end of the pattern, found '-'"),
        ("(:A{!a,\n  !a})", "line 2, column 3: the property a stands twice"),
        ("(:Größe{!ä})-", "column 14: expected '[', found the end"),
    ] {
        assert_eq!(parse(text).map_err(|error| error.to_string()), Err(expected.to_owned()), "{text}");
    }
}

#[test]
fn several_patterns_stand_in_lines_or_between_semicolons() {
    let read = |text| match parse_all(text) {
        Ok(patterns) => patterns.iter().map(Pattern::to_string).collect::<Vec<_>>().join("; "),
        Err(error) => error.to_string(),
    };
    for (text, expected) in [
        ("(:A{!a})", "(:A{!a})"),
        ("(:A{!a});", "(:A{!a})"),
        ("(:A{!a}); (:B{!b})", "(:A{!a}); (:B{!b})"),
        ("(:A{!a});(:B{!b})\n;\n", "(:A{!a}); (:B{!b})"),
        ("\n(:A{!a})\n\n(:B{!b})\n", "(:A{!a}); (:B{!b})"),
        ("(:A{!a})\n-[:R]->\n(:B{!b})\n(:C{!c})", "(:A{!a})-[:R]->(:B{!b}); (:C{!c})"),
        ("(:`;\n`{!a}); (:B{!b})", "(:`;\n`{!a}); (:B{!b})"),
        ("(:A{!a}) (:B{!b})", "column 10: expected ';' or a new line and the next pattern, or the end, found '('"),
        ("(:A{!a}); B", "column 11: expected '(' and a node, found 'B'"),
        ("(:A{!a})\n(:B{b})", "line 2, column 4: a node needs a key property, such as {!id}"),
        ("", "column 1: expected '(' and a node, found the end"),
        (";", "column 1: expected '(' and a node, found ';'"),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

/// What a record becomes: its changes, one a line, or the reason and the sentence.
fn become_of(patterns: &str, options: Options, message: &Message) -> String {
    match changes(&parse_all(patterns).unwrap(), options, message) {
        Ok(mutations) => mutations.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        Err(fault) => format!("{}: {}", fault.reason, fault.message),
    }
}

fn replacing(patterns: &str, value: Json) -> String {
    become_of(patterns, Options::default(), &Message { value, ..Message::default() })
}

#[test]
fn a_value_becomes_what_the_pattern_says() {
    let user = || json!({"userId": 1, "name": "Ada", "address": {"city": "London", "zip": {"a": 2}}, "none": null});
    let sale = || json!({"userId": 1, "productId": 2, "price": 9.5, "at": {"city": "Rome", "shop": 3}, "n": 7});
    for (pattern, value, expected) in [
        ("(:User{!userId, name})", user(), r#"merge (:User {userId: 1}) set {name: "Ada"}"#),
        (
            "(:User{!userId})",
            user(),
            r#"merge (:User {userId: 1}) set {address.city: "London", address.zip.a: 2, name: "Ada", none: null}"#,
        ),
        ("(:User{!userId, -address})", user(), r#"merge (:User {userId: 1}) set {name: "Ada", none: null}"#),
        (
            "(:User{!userId, -address.zip, -none})",
            user(),
            r#"merge (:User {userId: 1}) set {address.city: "London", name: "Ada"}"#,
        ),
        (
            "(:User{!userId, -address.zip.a.b, -x, -name, -none, -address.city})",
            user(),
            "merge (:User {userId: 1}) set {address.zip.a: 2}",
        ),
        ("(:User{!id: userId, address.city})", user(), r#"merge (:User {id: 1}) set {address.city: "London"}"#),
        ("(:User{!id: userId, city: address.city})", user(), r#"merge (:User {id: 1}) set {city: "London"}"#),
        ("(:User{!id: userId, at: address})", user(), r#"merge (:User {id: 1}) set {at.city: "London", at.zip.a: 2}"#),
        ("(:User{!id: userId, name: absent, none})", user(), "merge (:User {id: 1}) set {none: null}"),
        ("(:User{!id: userId, -address})", user(), r#"merge (:User {id: 1}) set {name: "Ada", none: null}"#),
        (
            "(:User{!id: userId, *, city: address.city, none: name})",
            user(),
            r#"merge (:User {id: 1}) set {address.zip.a: 2, city: "London", none: "Ada"}"#,
        ),
        ("(:User{!none: userId, -address})", user(), r#"merge (:User {none: 1}) set {name: "Ada"}"#),
        (
            "(:User{!city: address.city, !userId, name})",
            user(),
            r#"merge (:User {city: "London", userId: 1}) set {name: "Ada"}"#,
        ),
        ("(:User{!a, -b})", json!({"a": "x\"}`"}), r#"merge (:User {a: "x\"}`"}) set {}"#),
        ("(:User{!`a.b`, c})", json!({"a.b": 1, "a": {"b": 2}, "c": [1, 2]}), "merge (:User {a.b: 1}) set {c: [1,2]}"),
        ("(:User{!a.b, c})", json!({"a.b": 1, "a": {"b": 2}}), "merge (:User {a.b: 2}) set {}"),
        (
            "(:U{!userId})-[:BOUGHT{price}]->(:P{!productId})",
            sale(),
            "merge (merge :U {userId: 1})-[:BOUGHT]->(merge :P {productId: 2}) set {price: 9.5}",
        ),
        (
            "(:U{!userId})<-[:BY{price}]-(:P{!productId})",
            sale(),
            "merge (merge :P {productId: 2})-[:BY]->(merge :U {userId: 1}) set {price: 9.5}",
        ),
        (
            "(:U{!userId})-[:BOUGHT]->(:P{!productId})",
            sale(),
            r#"merge (merge :U {userId: 1})-[:BOUGHT]->(merge :P {productId: 2}) set {at.city: "Rome", at.shop: 3, n: 7, price: 9.5}"#,
        ),
        (
            "(:U{!id: userId, city: at.city})-[:BOUGHT{-price}]->(:P{!id: productId})",
            sale(),
            r#"merge (merge :U {id: 1} set {city: "Rome"})-[:BOUGHT]->(merge :P {id: 2}) set {at.shop: 3, n: 7}"#,
        ),
        (
            "(:U{!userId})-[:BOUGHT{!n, price}]->(:P{!productId})",
            sale(),
            "merge (merge :U {userId: 1})-[:BOUGHT {n: 7}]->(merge :P {productId: 2}) set {price: 9.5}",
        ),
        (
            "(:U{!userId})-[:BOUGHT{}]->(:P{!productId})",
            sale(),
            "merge (merge :U {userId: 1})-[:BOUGHT]->(merge :P {productId: 2}) set {}",
        ),
        (
            "(:U{!userId, -at, -price}); (:U{!userId})-[:AT{}]->(:S{!id: at.shop})\n(:P{!productId, price})",
            sale(),
            "merge (:U {userId: 1}) set {n: 7, productId: 2}\n\
             merge (merge :U {userId: 1})-[:AT]->(merge :S {id: 3}) set {}\n\
             merge (:P {productId: 2}) set {price: 9.5}",
        ),
        (
            "(:U{!id: userId})",
            sale(),
            r#"merge (:U {id: 1}) set {at.city: "Rome", at.shop: 3, n: 7, price: 9.5, productId: 2}"#,
        ),
    ] {
        assert_eq!(replacing(pattern, value), expected, "{pattern}");
    }
}

#[test]
fn a_value_that_does_not_fit_is_a_fault_and_changes_nothing() {
    for (pattern, value, expected) in [
        ("(:U{!id, n})", json!({}), "key_missing: the key property id is missing"),
        ("(:U{!id: a.b, n})", json!({"a": 1}), "key_missing: the key property id, which is a.b, is missing"),
        ("(:U{!id: __key.x, n})", json!({}), "key_missing: the key property id, which is __key.x, is missing"),
        ("(:U{!id: __timestamp, n})", json!({}), "key_missing: the key property id, which is __timestamp, is missing"),
        ("(:U{!id, n})", json!({"id": null}), "key_missing: the key property id is null"),
        ("(:U{!id, n})", json!({"id": {}}), "key_wrong_type: the key property id can't be an object"),
        ("(:U{!id, n})", json!({"id": [1]}), "key_wrong_type: the key property id can't be a list"),
        (
            "(:U{!id, n})",
            json!({"id": 1, "n": [[1]]}),
            "property_unstorable: no graph keeps a list with null or a list in it as a property: n",
        ),
        (
            "(:U{!id})",
            json!({"id": 1, "": 2}),
            "property_name_invalid: a property can't be called \"\": no name is empty or has a NUL",
        ),
        (
            "(:U{!id})",
            json!({"id": 1, "a.b": 2, "a": {"b": 3}}),
            "property_repeated: the property a.b has two values: one field has that name, and another one inside of an object",
        ),
        ("(:U{!id})", json!([]), "not_an_object: the value has to be a JSON object, not an array"),
        ("(:U{!id, n})", json!(7), "not_an_object: the value has to be a JSON object, not a number"),
        ("(:U{!id: __key, *})", json!("x"), "not_an_object: the value has to be a JSON object, not text"),
        ("(:A{!a}); (:B{!b})", json!({"a": 1}), "key_missing: the key property b is missing"),
        ("(:A{!a})-[:R]->(:B{!b})", json!({"a": 1}), "key_missing: the key property b is missing"),
        ("(:A{!a})-[:R{!r}]->(:B{!b})", json!({"a": 1, "b": 2}), "key_missing: the key property r is missing"),
    ] {
        assert_eq!(replacing(pattern, value), expected, "{pattern}");
    }
}

#[test]
fn each_part_of_a_record_can_be_read() {
    let message = Message {
        key: json!({"id": 5, "a": {"b": "k"}}),
        value: json!({"id": 6, "__key": 7}),
        headers: json!({"user": "ada", "x-trace": {"span": 9}}).as_object().unwrap().clone(),
        timestamp_ms: Some(1_700_000_000_123),
    };
    for (pattern, expected) in [
        ("(:U{!id: __key.id, v: __value.id})", "merge (:U {id: 5}) set {v: 6}"),
        ("(:U{!id, k: __key})", r#"merge (:U {id: 6}) set {k.a.b: "k", k.id: 5}"#),
        ("(:U{!id, k: `__key`})", "merge (:U {id: 6}) set {k: 7}"),
        ("(:U{!id, by: __header.user, at: __timestamp})", r#"merge (:U {id: 6}) set {at: 1700000000123, by: "ada"}"#),
        ("(:U{!id, span: __header.`x-trace`.span})", "merge (:U {id: 6}) set {span: 9}"),
        ("(:U{!id, h: __headers})", r#"merge (:U {id: 6}) set {h.user: "ada", h.x-trace.span: 9}"#),
        ("(:U{!id, *, by: __header.user})", r#"merge (:U {id: 6}) set {__key: 7, by: "ada"}"#),
        ("(:U{!id: __key.a.b, *})", r#"merge (:U {id: "k"}) set {__key: 7}"#),
        ("(:U{!id: __key.id, *, value: __value.id})", "merge (:U {id: 5}) set {__key: 7, value: 6}"),
    ] {
        assert_eq!(become_of(pattern, Options::default(), &message), expected, "{pattern}");
    }
    let plain = Message { key: json!("k-1"), value: json!(3.5), ..Message::default() };
    let found = become_of("(:M{!id: __key, value: __value})", Options::default(), &plain);
    assert_eq!(found, r#"merge (:M {id: "k-1"}) set {value: 3.5}"#);
}

#[test]
fn properties_are_replaced_unless_the_options_say_that_they_are_added() {
    let message = Message { value: json!({"a": 1, "b": 2, "n": 3}), ..Message::default() };
    let both = "(:A{!a, n}); (:A{!a, n})-[:R{n}]->(:B{!b})";
    for (nodes, relationships, expected) in [
        (
            false,
            false,
            "merge (:A {a: 1}) set {n: 3}\nmerge (merge :A {a: 1} set {n: 3})-[:R]->(merge :B {b: 2}) set {n: 3}",
        ),
        (
            true,
            false,
            "merge (:A {a: 1}) add {n: 3}\nmerge (merge :A {a: 1} add {n: 3})-[:R]->(merge :B {b: 2}) set {n: 3}",
        ),
        (
            false,
            true,
            "merge (:A {a: 1}) set {n: 3}\nmerge (merge :A {a: 1} set {n: 3})-[:R]->(merge :B {b: 2}) add {n: 3}",
        ),
    ] {
        let options = Options { merge_node_properties: nodes, merge_relationship_properties: relationships };
        assert_eq!(become_of(both, options, &message), expected);
    }
}

#[test]
fn a_tombstone_deletes_what_its_key_names() {
    let both = "(:A{!a, n}); (:A{!a})-[:R{!r: __key.nr}]->(:B{!b, m})";
    for (pattern, key, expected) in [
        ("(:U{!id})", json!({"id": 1, "x": 2}), "detach delete (:U {id: 1})"),
        ("(:U{!id: userId, n})", json!({"userId": 1}), "detach delete (:U {id: 1})"),
        ("(:U{!id: __key})", json!("k"), r#"detach delete (:U {id: "k"})"#),
        ("(:U{!id: __key.a.b})", json!({"a": {"b": 1}}), "detach delete (:U {id: 1})"),
        (
            both,
            json!({"a": 1, "b": 2, "nr": 3}),
            "detach delete (:A {a: 1})\ndelete (:A {a: 1})-[:R {r: 3}]->(:B {b: 2})",
        ),
        (both, json!({"a": 1}), "detach delete (:A {a: 1})"),
        (both, json!({"b": 1}), "key_missing: the key property a is missing in the key of a record without a value"),
        ("(:U{!id})", json!(7), "key_missing: the key property id is missing in the key of a record without a value"),
        ("(:U{!id})", Json::Null, "key_missing: the key property id is missing in the key of a record without a value"),
        (
            "(:U{!id: __value.id})",
            json!({"id": 1}),
            "key_missing: the key property id, which is __value.id, is missing",
        ),
        (both, json!({"a": [1]}), "key_wrong_type: the key property a can't be a list"),
    ] {
        let message = Message { key, ..Message::default() };
        assert_eq!(become_of(pattern, Options::default(), &message), expected, "{pattern}");
    }
}

#[test]
fn the_keys_of_a_pattern_are_what_can_be_made_unique() {
    let shapes = parse("(:A:B{!b, !a: x, n})-[:R{!r}]->({!c})").unwrap().key_shapes();
    let shown = shapes.iter().map(|shape| format!("{:?} {:?}", shape.labels, shape.names)).collect::<Vec<_>>();
    assert_eq!(shown, [r#"["A", "B"] ["a", "b"]"#, r#"[] ["c"]"#]);
}
