//! CSV as RFC 4180 has it, made for spreadsheets: with a byte order mark, and no cell that one would take for a formula.

use std::fmt::{Display, Write};

/// Excel reads a CSV without it in the system's old code page, and `Zoë` becomes `ZoÃ«`; a spreadsheet is where a CSV from a
/// page goes. Programs that stumble over it have the same answer as JSON.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A table that grows cell by cell, row by row.
#[derive(Debug)]
pub(crate) struct Csv {
    text: String,
    columns: usize,
    /// How many cells the row has that is being written.
    cells: usize,
}

impl Csv {
    /// A table with these columns.
    pub(crate) fn new(columns: &[&str]) -> Self {
        let mut csv = Self::rest(columns.len());
        csv.text.push(BYTE_ORDER_MARK);
        for column in columns {
            csv.text(column);
        }
        csv.end();
        csv
    }

    /// More rows of a table whose beginning is on its way already.
    pub(crate) const fn rest(columns: usize) -> Self {
        Self { text: String::new(), columns, cells: 0 }
    }

    /// A cell with words, whoever wrote them. What a spreadsheet takes for a formula gets an apostrophe before it, which
    /// marks it as text (<https://owasp.org/www-community/attacks/CSV_Injection>).
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.begin();
        let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { "'" } else { "" };
        // RFC 4180 says that spaces belong to a cell; not all who read it know.
        if text.contains([',', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ') {
            self.write(format_args!("\"{guard}{}\"", text.replace('"', "\"\"")));
        } else {
            self.write(format_args!("{guard}{text}"));
        }
        self
    }

    /// The same, or an empty cell where nothing is known.
    pub(crate) fn optional(&mut self, text: Option<&str>) -> &mut Self {
        self.text(text.unwrap_or_default())
    }

    /// A cell with a number, which may be negative and stays one.
    pub(crate) fn number(&mut self, number: impl Display) -> &mut Self {
        self.begin();
        self.write(format_args!("{number}"));
        self
    }

    /// Ends the row, which has a cell for each column.
    pub(crate) fn end(&mut self) {
        debug_assert_eq!(self.cells, self.columns, "a row has a cell for each column");
        self.text.push_str("\r\n");
        self.cells = 0;
    }

    /// The whole table, or what of it was written here.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    fn begin(&mut self) {
        if self.cells > 0 {
            self.text.push(',');
        }
        self.cells += 1;
    }

    fn write(&mut self, cell: std::fmt::Arguments<'_>) {
        // Writing to a text cannot fail.
        let _ = self.text.write_fmt(cell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be_and_never_a_formula() {
        for (text, expected) in [
            ("Dune", "Dune"),
            ("Dune, again", "\"Dune, again\""),
            ("the \"best\"", "\"the \"\"best\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("two\r\nlines", "\"two\r\nlines\""),
            (" spaces ", "\" spaces \""),
            ("Zoë", "Zoë"),
            ("1-1", "1-1"),
            ("", ""),
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\r=1", "\"'\r=1\""),
            ("\n=1", "\"'\n=1\""),
            ("=a,b", "\"'=a,b\""),
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
        ] {
            let mut csv = Csv::new(&["name", "n"]);
            csv.text(text).number(-1).end();
            assert_eq!(csv.finish(), format!("\u{feff}name,n\r\n{expected},-1\r\n"), "{text:?}");
        }
    }

    #[test]
    fn numbers_have_a_point_and_no_separators() {
        let mut csv = Csv::new(&["a", "b", "c"]);
        csv.number(1_234_567).number(4.5).optional(None).end();
        assert!(csv.finish().ends_with("1234567,4.5,\r\n"));
    }

    #[test]
    fn the_rest_of_a_table_has_neither_a_mark_nor_names() {
        let mut csv = Csv::rest(2);
        csv.optional(Some("a")).text("b").end();
        assert_eq!(csv.finish(), "a,b\r\n");
    }
}
