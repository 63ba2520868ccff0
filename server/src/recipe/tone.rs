//! What each word of a statement is, so that a page can colour it: a rough reading, that loses no letter.

use model::statement::Piece;

/// The words of Cypher and SQL that the questions use.
const KEYWORDS: [&str; 31] = [
    "AND", "AS", "ASC", "BY", "COLLECT", "COALESCE", "COUNT", "DESC", "DISTINCT", "FROM", "GROUP", "IN", "INDEXED",
    "IS", "JOIN", "LEFT", "LIMIT", "MATCH", "NOT", "NULL", "ON", "OPTIONAL", "OR", "ORDER", "RETURN", "SELECT", "SUM",
    "UNWIND", "WHERE", "WITH", "UNION",
];

/// Cuts a statement into pieces; one after the other they are the statement.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (tone, length) = next(rest);
        let (piece, behind) = rest.split_at(length);
        match pieces.last_mut() {
            Some(last) if last.tone == tone => last.text.push_str(piece),
            _ => pieces.push(Piece { tone: tone.to_owned(), text: piece.to_owned() }),
        }
        rest = behind;
    }
    pieces
}

/// The tone of what comes next and how many bytes it is long, at least one character.
fn next(rest: &str) -> (&'static str, usize) {
    let word = |from: usize| {
        rest[from..].find(|c: char| !c.is_alphanumeric() && c != '_').map_or(rest.len(), |length| from + length)
    };
    let first = rest.chars().next().unwrap_or_default();
    match first {
        '/' if rest.starts_with("//") => ("comment", rest.find('\n').unwrap_or(rest.len())),
        '\'' => ("text", rest[1..].find('\'').map_or(rest.len(), |length| length + 2)),
        '$' | '?' => ("parameter", word(1)),
        '0'..='9' => ("number", word(0)),
        _ if first.is_alphabetic() || first == '_' => {
            let end = word(0);
            let keyword = KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(&rest[..end]));
            (if keyword { "keyword" } else { "" }, end)
        }
        _ => ("", first.len_utf8()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_told_apart() {
        let found: Vec<(String, String)> = pieces("// why\nMATCH (t) WHERE t.x > $after OR t.c = 'a b' LIMIT 3")
            .into_iter()
            .filter(|piece| !piece.tone.is_empty())
            .map(|piece| (piece.tone, piece.text))
            .collect();
        let expected = [
            ("comment", "// why"),
            ("keyword", "MATCH"),
            ("keyword", "WHERE"),
            ("parameter", "$after"),
            ("keyword", "OR"),
            ("text", "'a b'"),
            ("keyword", "LIMIT"),
            ("number", "3"),
        ];
        assert_eq!(found, expected.map(|(tone, text)| (tone.to_owned(), text.to_owned())));
    }

    proptest! {
        #[test]
        fn no_letter_is_lost(text in ".*") {
            prop_assert_eq!(pieces(&text).into_iter().map(|piece| piece.text).collect::<String>(), text);
        }
    }
}
