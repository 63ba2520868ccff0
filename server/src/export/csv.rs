//! CSV as RFC 4180 has it, made for spreadsheets: with a byte order mark, and no cell that one would take for a formula.

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    /// Words, whoever wrote them.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number with a point.
    Real(f64),
    /// Nothing is known.
    Empty,
}

/// A table that grows row by row.
#[derive(Debug)]
pub(crate) struct Csv {
    text: String,
    columns: usize,
}

/// Excel reads a CSV without it in the system's old code page, and `Zoë` becomes `ZoÃ«`; a spreadsheet is where a CSV from a
/// page goes. Programs that stumble over it have the same answer as JSON.
const BYTE_ORDER_MARK: char = '\u{feff}';

impl Csv {
    /// A table with these columns.
    pub(crate) fn new(columns: &[&str]) -> Self {
        let mut csv = Self { text: BYTE_ORDER_MARK.to_string(), columns: columns.len() };
        csv.line(columns.iter().map(|column| quoted(column)));
        csv
    }

    /// Adds a row: a cell for each column.
    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        debug_assert_eq!(cells.len(), self.columns, "a row has a cell for each column");
        self.line(cells.into_iter().map(|cell| match cell {
            Cell::Text(text) => quoted(&harmless(text)),
            Cell::Whole(number) => number.to_string(),
            Cell::Real(number) => number.to_string(),
            Cell::Empty => String::new(),
        }));
    }

    /// The whole table.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    fn line(&mut self, cells: impl Iterator<Item = String>) {
        self.text.push_str(&cells.collect::<Vec<_>>().join(","));
        self.text.push_str("\r\n");
    }
}

/// A text that a spreadsheet takes for a formula gets an apostrophe before it, which marks it as text.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ') {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut csv = Csv::new(&["name", "n"]);
        csv.row(vec![Cell::Text(text.into()), Cell::Whole(-1)]);
        let text = csv.finish();
        text.strip_prefix("\u{feff}name,n\r\n").unwrap().strip_suffix(",-1\r\n").unwrap().to_owned()
    }

    #[test]
    fn what_would_break_a_row_is_quoted() {
        for (text, expected) in [
            ("Dune", "Dune"),
            ("Dune, again", "\"Dune, again\""),
            ("the \"best\"", "\"the \"\"best\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("Zoë", "Zoë"),
            ("", ""),
        ] {
            assert_eq!(written(text), expected);
        }
    }

    #[test]
    fn no_text_is_a_formula_and_a_negative_number_stays_one() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"] {
            assert_eq!(written(text), format!("'{text}"));
        }
        assert_eq!(written("\r=1"), "\"'\r=1\"");
        assert_eq!(written("=HYPERLINK(\"http://x\")"), "\"'=HYPERLINK(\"\"http://x\"\")\"");
    }

    #[test]
    fn numbers_have_a_point_and_no_separators() {
        let mut csv = Csv::new(&["a", "b", "c"]);
        csv.row(vec![Cell::Whole(1_234_567), Cell::Real(4.5), Cell::Empty]);
        assert!(csv.finish().ends_with("1234567,4.5,\r\n"));
    }
}
