//! Statements of people's own, run for each record of a batch in its transaction. Pure: the text, and what is bound in it.

use serde_json::{Value as Json, json};

use crate::{connector::config::Names, pattern::Message};

/// A statement as the database gets it, with a batch's records as `$rows`.
///
/// `FINISH` ends it whether the statement returns something or not. A record is a list of value, key, headers and
/// timestamp, and only what the statement may name is in its scope.
pub(crate) fn wrap(statement: &str, names: &Names) -> String {
    let mut bound = Vec::new();
    if names.event {
        bound.push("__row[0] AS event".to_owned());
    }
    for (place, name) in [&names.value, &names.key, &names.header, &names.timestamp].into_iter().enumerate() {
        bound.extend(name.as_ref().map(|name| format!("__row[{place}] AS `{name}`")));
    }
    // On lines of their own: the statement may end in a comment.
    format!("UNWIND $rows AS __row\nCALL (__row) {{\nWITH {}\n{statement}\n}}\nFINISH", bound.join(", "))
}

/// A record as a row of it.
pub(crate) fn row(message: Message) -> Json {
    json!([message.value, message.key, message.headers, message.timestamp_ms])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_sees_the_parts_of_the_record_under_their_names_and_nothing_else() {
        assert_eq!(
            wrap("MERGE (:S {id: event.id}) // x", &Names::default()),
            "UNWIND $rows AS __row\nCALL (__row) {\nWITH __row[0] AS event, __row[0] AS `__value`, __row[1] AS `__key`, \
             __row[2] AS `__header`, __row[3] AS `__timestamp`\nMERGE (:S {id: event.id}) // x\n}\nFINISH"
        );
        let few = Names { timestamp: None, header: None, key: None, value: Some("v".into()), event: false };
        assert!(wrap("RETURN v", &few).contains("WITH __row[0] AS `v`\nRETURN v\n"));
    }

    #[test]
    fn a_row_has_a_place_for_each_part() {
        let message = Message { key: json!("k"), value: json!({"a": 1}), timestamp_ms: Some(5), ..Message::default() };
        assert_eq!(row(message), json!([{"a": 1}, "k", {}, 5]));
    }
}
