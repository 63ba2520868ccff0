//! Whether an answer is the one that a row of the table wants.

use serde_json::Value;

/// What stands for anything.
const ANY: &str = "…";
/// What stands at the end of a list that may go on.
const AND_MORE: &str = "…and more";

/// Whether a value is as it is wanted.
pub(crate) fn fits(wanted: &Value, got: &Value) -> bool {
    match (wanted, got) {
        (Value::String(any), _) if any == ANY => true,
        (Value::String(wanted), Value::String(got)) => text_fits(wanted, got),
        (Value::Array(wanted), Value::Array(got)) if wanted.last().is_some_and(|last| last == AND_MORE) => {
            let wanted = &wanted[..wanted.len() - 1];
            wanted.len() <= got.len() && wanted.iter().zip(got).all(|(wanted, got)| fits(wanted, got))
        }
        (Value::Array(wanted), Value::Array(got)) => {
            wanted.len() == got.len() && wanted.iter().zip(got).all(|(wanted, got)| fits(wanted, got))
        }
        (Value::Object(wanted), Value::Object(got)) => {
            let open = wanted.contains_key(ANY);
            let all = wanted.iter().filter(|(key, _)| *key != ANY);
            (open || wanted.len() == got.len())
                && all.clone().all(|(key, wanted)| got.get(key).is_some_and(|got| fits(wanted, got)))
        }
        _ => wanted == got,
    }
}

/// A text whose pieces between `…` stand in the other one in order, the first at its beginning and the last at its end.
fn text_fits(wanted: &str, got: &str) -> bool {
    let Some((first, rest)) = wanted.split_once(ANY) else { return wanted == got };
    let Some(mut got) = got.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = rest.split(ANY).collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        let Some(at) = got.find(piece) else { return false };
        got = &got[at + piece.len()..];
    }
    got.ends_with(last)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_fits_where_nothing_else_is_in_it() {
        for (wanted, got, expected) in [
            (json!({"a": 1}), json!({"a": 1}), true),
            (json!({"a": 1}), json!({"a": 1, "b": 2}), false),
            (json!({"…": 0, "a": 1}), json!({"a": 1, "b": 2}), true),
            (json!({"…": 0, "a": 1}), json!({"b": 2}), false),
            (json!(["…"]), json!([1]), true),
            (json!(["…"]), json!([]), false),
            (json!([1, "…and more"]), json!([1, 2, 3]), true),
            (json!([1, "…and more"]), json!([1]), true),
            (json!([1, "…and more"]), json!([2, 1]), false),
            (json!([1, "…and more"]), json!([]), false),
            (json!("a…b…c"), json!("axxbyyc"), true),
            (json!("a…b…c"), json!("axxbyy"), false),
            (json!("a…"), json!("ba"), false),
            (json!("a"), json!("ab"), false),
            (json!("…"), json!(null), true),
        ] {
            assert_eq!(fits(&wanted, &got), expected, "{wanted} and {got}");
        }
    }
}
