//! Tables as RFC 4180 has them, in which no text can become a formula.

use std::fmt::{Display, Write};

/// A table in the making, cell by cell.
pub(super) struct Csv {
    text: String,
    cells: usize,
}

impl Csv {
    pub(super) fn new(head: &[&str]) -> Self {
        let mut csv = Self { text: String::new(), cells: 0 };
        for name in head {
            csv.text(name);
        }
        csv.end();
        csv
    }

    /// A cell with what people typed: a spreadsheet must not compute it, so what looks like a formula gets an apostrophe
    /// in front (<https://owasp.org/www-community/attacks/CSV_Injection>).
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.begin();
        let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let apostrophe = if formula { "'" } else { "" };
        if text.contains(['"', ',', '\r', '\n']) {
            let _ = write!(self.text, "\"{apostrophe}{}\"", text.replace('"', "\"\""));
        } else {
            let _ = write!(self.text, "{apostrophe}{text}");
        }
        self
    }

    /// A cell with a number of our own, which may be negative and stays one.
    pub(super) fn number(&mut self, number: impl Display) -> &mut Self {
        self.begin();
        let _ = write!(self.text, "{number}");
        self
    }

    /// Ends the row.
    pub(super) fn end(&mut self) {
        self.text.push_str("\r\n");
        self.cells = 0;
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    fn begin(&mut self) {
        if self.cells > 0 {
            self.text.push(',');
        }
        self.cells += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be_and_never_a_formula() {
        for (cell, expected) in [
            ("Dune", "Dune"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@sum", "'@sum"),
            ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""),
            ("=a,b", "\"'=a,b\""),
            ("", ""),
        ] {
            let mut csv = Csv::new(&["a"]);
            csv.text(cell).number(-2).end();
            assert_eq!(csv.finish(), format!("a\r\n{expected},-2\r\n"));
        }
    }
}
