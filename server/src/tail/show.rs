//! A value as people read it: JSON indented, text as it is, bytes as a dump; and no more of it than a page should carry.

use std::fmt::Write;

use model::record::Form;
use serde::de::IgnoredAny;

/// Bytes of text that a page gets: a review may have 32 KiB.
const TEXT_BYTES: usize = 48 << 10;
/// Bytes of a dump.
const DUMP_BYTES: usize = 512;
/// Bytes in a line of a dump.
const DUMP_LINE: usize = 16;
/// How deep indenting goes; deeper than anybody reads.
const DEPTH: usize = 32;

/// A value made ready: how it is shown, its text, and how many of its bytes that shows if not all.
pub(crate) fn show(value: Option<&[u8]>) -> (Form, String, Option<u64>) {
    let Some(value) = value else { return (Form::Empty, String::new(), None) };
    let Some(text) = readable(value) else {
        let shown = value.len().min(DUMP_BYTES);
        return (Form::Bytes, dump(&value[..shown]), cut(shown, value.len()));
    };
    let is_object = text.trim_start().starts_with(['{', '[']);
    if is_object && serde_json::from_str::<IgnoredAny>(text).is_ok() {
        let (indented, shown) = indent(text);
        return (Form::Json, indented, cut(shown, text.len()));
    }
    let shown = floor(text, TEXT_BYTES);
    (Form::Text, text[..shown].to_owned(), cut(shown, text.len()))
}

fn cut(shown: usize, all: usize) -> Option<u64> {
    (shown < all).then_some(shown as u64)
}

/// The value as text, if it is one: no control characters but those that set lines.
pub(super) fn readable(value: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(value).ok()?;
    (!text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))).then_some(text)
}

/// The last place up to `bytes` at which a text can be cut.
fn floor(text: &str, bytes: usize) -> usize {
    if text.len() <= bytes { text.len() } else { (0..=bytes).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0) }
}

/// JSON with a line for each field. Numbers, escapes, repeated keys and their order stay as the record has them, which
/// they would not if it were read and written again. Returns how many bytes it came through, too.
fn indent(json: &str) -> (String, usize) {
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0_usize;
    let (mut in_string, mut escaped) = (false, false);
    let mut chars = json.char_indices().peekable();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth.min(DEPTH)));
    };
    while let Some((at, c)) = chars.next() {
        if out.len() >= TEXT_BYTES {
            return (out, at);
        }
        if in_string {
            out.push(c);
            (in_string, escaped) = (escaped || c != '"', !escaped && c == '\\');
            continue;
        }
        match c {
            '"' => {
                in_string = true;
                out.push(c);
            }
            '{' | '[' => {
                out.push(c);
                while chars.next_if(|(_, next)| next.is_ascii_whitespace()).is_some() {}
                if let Some((_, end)) = chars.next_if(|(_, next)| matches!(next, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_ascii_whitespace() => {}
            c => out.push(c),
        }
    }
    (out, json.len())
}

/// Bytes as `00000000  7b 22 …  {"…`.
fn dump(bytes: &[u8]) -> String {
    let mut out = String::new();
    for (number, line) in bytes.chunks(DUMP_LINE).enumerate() {
        let hexadecimal: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
        let readable: String = line
            .iter()
            .map(|&byte| if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '·' })
            .collect();
        let _ = writeln!(out, "{:08x}  {:<47}  {readable}", number * DUMP_LINE, hexadecimal.join(" "));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &str) -> (Form, String) {
        let (form, text, _) = show(Some(value.as_bytes()));
        (form, text)
    }

    #[test]
    fn json_is_indented_and_otherwise_left_as_it_is() {
        let (form, text) =
            shown(r#"{"b":18446744073709551616.50,"a":"x:{\"y\",\\","e":[],"o":{ },"l":[1,{"z":null}]}"#);
        assert_eq!(form, Form::Json);
        let expected = r#"{
  "b": 18446744073709551616.50,
  "a": "x:{\"y\",\\",
  "e": [],
  "o": {},
  "l": [
    1,
    {
      "z": null
    }
  ]
}"#;
        assert_eq!(text, expected);
    }

    #[test]
    fn what_is_no_json_is_text_and_what_is_no_text_is_bytes() {
        assert_eq!(shown("{not json"), (Form::Text, "{not json".into()));
        assert_eq!(shown("<img src=x onerror=alert(1)>").0, Form::Text);
        assert_eq!(show(None), (Form::Empty, String::new(), None));
        assert_eq!(shown(""), (Form::Text, String::new()));
        let (form, text, cut) = show(Some(b"\x00\xffab\n"));
        assert_eq!((form, cut), (Form::Bytes, None));
        assert_eq!(text, format!("00000000  {:<47}  ··ab·\n", "00 ff 61 62 0a"));
    }

    #[test]
    fn whatever_comes_a_page_gets_little_of_it() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let long = format!("[{}1]", "1,".repeat(100_000));
        let text = "é".repeat(100_000);
        for value in [deep.as_bytes(), long.as_bytes(), text.as_bytes(), &vec![0; 100_000]] {
            let (_, shown, cut) = show(Some(value));
            assert!(shown.len() <= TEXT_BYTES + 100, "{}", shown.len());
            assert!(cut.is_some_and(|bytes| bytes > 0 && bytes < value.len() as u64), "{cut:?}");
        }
    }
}
