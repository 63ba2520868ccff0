//! What was measured: tables for people, JSON for programs.

use std::{fmt::Write, fs, path::Path};

use serde_json::{Value, json};

use crate::error::{During, Error};

/// One table.
#[derive(Debug)]
pub(crate) struct Section {
    name: &'static str,
    title: &'static str,
    columns: &'static [&'static str],
    rows: Vec<Vec<Cell>>,
}

/// What stands in a table's cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Text(String),
    /// A number, and how many digits after the point people see of it.
    Number(f64, usize),
}

impl Section {
    /// A table; its file is `<name>.json`.
    pub(crate) fn new(name: &'static str, title: &'static str, columns: &'static [&'static str]) -> Self {
        Self { name, title, columns, rows: Vec::new() }
    }

    /// Adds a row, and prints it, so that who waits sees how far it is.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let row: Vec<Cell> = cells.into_iter().collect();
        println!("  {}", line(&row));
        self.rows.push(row);
    }

    /// The table in Markdown, which reads in a terminal too.
    pub(crate) fn table(&self) -> String {
        let mut text = format!("### {}\n\n| {} |\n|", self.title, self.columns.join(" | "));
        for at in 0..self.columns.len() {
            let is_number = self.rows.iter().any(|row| matches!(row.get(at), Some(Cell::Number(..))));
            text.push_str(if is_number { " ---: |" } else { " --- |" });
        }
        text.push('\n');
        for row in &self.rows {
            // Writing to a text does not fail.
            let _ = writeln!(text, "| {} |", line(row));
        }
        text
    }

    /// Writes `<name>.json`, a list of objects.
    pub(crate) fn write(&self, dir: &Path) -> Result<(), Error> {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|row| {
                self.columns.iter().zip(row).map(|(name, cell)| ((*name).to_owned(), cell.json())).collect::<Value>()
            })
            .collect();
        let text = format!("{:#}\n", json!({"title": self.title, "rows": rows}));
        fs::write(dir.join(format!("{}.json", self.name)), text).during("writing a report")
    }
}

impl Cell {
    fn json(&self) -> Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Number(number, _) => json!(number),
        }
    }
}

fn line(row: &[Cell]) -> String {
    let cells = row.iter().map(|cell| match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(number, digits) => grouped(&format!("{number:.digits$}")),
    });
    cells.collect::<Vec<_>>().join(" | ")
}

/// `12345.6` as `12,345.6`.
fn grouped(number: &str) -> String {
    let (whole, rest) = number.split_once('.').map_or((number, None), |(whole, rest)| (whole, Some(rest)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut text = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    rest.map_or(text.clone(), |rest| format!("{text}.{rest}"))
}

pub(crate) fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

/// The numbers of all rounds, in their order.
pub(crate) fn each(numbers: &[f64]) -> Cell {
    text(numbers.iter().map(|it| format!("{it:.2}")).collect::<Vec<_>>().join(" "))
}

pub(crate) fn number(number: f64, digits: usize) -> Cell {
    Cell::Number(number, digits)
}

/// The middle of some numbers, 0 of none.
pub(crate) fn median(numbers: &[f64]) -> f64 {
    quantile(numbers, 0.5)
}

/// The number that a share of some numbers does not exceed, 0 of none.
pub(crate) fn quantile(numbers: &[f64], share: f64) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(at.saturating_sub(1)).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, expected) in [("7", "7"), ("1234", "1,234"), ("-123456.70", "-123,456.70"), ("999", "999")] {
            assert_eq!(grouped(number), expected);
        }
    }

    #[test]
    fn quantiles_are_numbers_that_were_measured() {
        let numbers = [4.0, 1.0, 3.0, 2.0];
        assert_eq!([0.0, 0.5, 0.75, 0.99].map(|share| quantile(&numbers, share) as i64), [1, 2, 3, 4]);
        assert_eq!(median(&[]) as i64, 0);
    }

    #[test]
    fn a_table_is_markdown() {
        let mut section = Section::new("speed", "Speed", &["what", "events/s"]);
        section.row([text("all"), number(12_345.6, 0)]);
        assert_eq!(section.table(), "### Speed\n\n| what | events/s |\n| --- | ---: |\n| all | 12,346 |\n");
    }
}
