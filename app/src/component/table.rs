//! Tables of numbers: shown on their own and sorted as the reader likes, or read out where a chart shows the same.

use leptos::prelude::*;

/// A cell: text on the left or a number on the right.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A number as it is written, and what it is sorted by.
    Number(String, f64),
}

/// Words in a cell.
pub(crate) fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

/// A number in a cell: how it is written, and its value.
pub(crate) fn number(text: impl Into<String>, value: f64) -> Cell {
    Cell::Number(text.into(), value)
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in addresses.
    pub key: &'static str,
    /// Its name on the page.
    pub name: &'static str,
    /// It holds numbers.
    pub number: bool,
}

/// A column of words.
pub(crate) const fn words(key: &'static str, name: &'static str) -> Column {
    Column { key, name, number: false }
}

/// A column of numbers.
pub(crate) const fn numbers(key: &'static str, name: &'static str) -> Column {
    Column { key, name, number: true }
}

/// By which column a table is sorted; `?sort=units` upwards, `?sort=-units` downwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sort {
    /// The column's key.
    pub(crate) key: &'static str,
    /// The greatest first.
    pub(crate) down: bool,
}

impl Sort {
    /// Reads what an address says; a column that the table doesn't have is none.
    pub(crate) fn read(text: &str, columns: &[Column]) -> Option<Self> {
        let (down, key) = text.strip_prefix('-').map_or((false, text), |key| (true, key));
        columns.iter().find(|column| column.key == key).map(|column| Self { key: column.key, down })
    }

    /// What an address says.
    pub(crate) fn write(self) -> String {
        format!("{}{}", if self.down { "-" } else { "" }, self.key)
    }

    /// What a press on a column's head comes to: numbers begin with the greatest, words with A, and the next press turns it round.
    pub(crate) fn after(now: Option<Self>, column: Column) -> Self {
        match now {
            Some(now) if now.key == column.key => Self { down: !now.down, ..now },
            _ => Self { key: column.key, down: column.number },
        }
    }
}

/// Everything in a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// What the table holds.
    pub caption: String,
    /// The columns.
    pub head: &'static [Column],
    /// The rows, each with a cell for every column.
    pub rows: Vec<Vec<Cell>>,
}

impl Numbers {
    /// Sorts the rows; equal ones keep the order in which the answer has them.
    pub(crate) fn sort(&mut self, sort: Sort) {
        let Some(at) = self.head.iter().position(|column| column.key == sort.key) else { return };
        self.rows.sort_by(|a, b| {
            let order = match (&a[at], &b[at]) {
                (Cell::Number(_, a), Cell::Number(_, b)) => a.total_cmp(b),
                (Cell::Text(a), Cell::Text(b)) => a.to_lowercase().cmp(&b.to_lowercase()),
                (Cell::Text(_), Cell::Number(..)) => std::cmp::Ordering::Less,
                (Cell::Number(..), Cell::Text(_)) => std::cmp::Ordering::Greater,
            };
            if sort.down { order.reverse() } else { order }
        });
    }

    /// Keeps the rows in which a cell has these letters, large or small.
    pub(crate) fn find(&mut self, wanted: &str) {
        let wanted = wanted.trim().to_lowercase();
        let has = |cell: &Cell| match cell {
            Cell::Text(text) | Cell::Number(text, _) => text.to_lowercase().contains(&wanted),
        };
        self.rows.retain(|row| row.iter().any(has));
    }
}

/// A table for the eye, whose heads are links that sort it.
pub(crate) fn sorted(numbers: Numbers, sort: Option<Sort>, href: &dyn Fn(Sort) -> String) -> AnyView {
    let heads = numbers
        .head
        .iter()
        .map(|column| {
            let now = sort.filter(|sort| sort.key == column.key);
            let aria = now.map(|sort| if sort.down { "descending" } else { "ascending" });
            let arrow = now.map_or("", |sort| if sort.down { "▼" } else { "▲" });
            view! {
                <th scope="col" class=class(*column) aria-sort=aria>
                    <a href=href(Sort::after(sort, *column)) data-noscroll="">{column.name}<i aria-hidden="true">{arrow}</i></a>
                </th>
            }
            .into_any()
        })
        .collect();
    draw(numbers, heads)
}

/// The same for the ear only: what a chart shows, as numbers.
pub(crate) fn spoken(numbers: Numbers) -> AnyView {
    let heads = numbers
        .head
        .iter()
        .map(|column| view! { <th scope="col" class=class(*column)>{column.name}</th> }.into_any())
        .collect();
    view! { <div class="sr">{draw(numbers, heads)}</div> }.into_any()
}

const fn class(column: Column) -> &'static str {
    if column.number { "n" } else { "" }
}

fn draw(numbers: Numbers, heads: Vec<AnyView>) -> AnyView {
    let rows = numbers
        .rows
        .into_iter()
        .map(|row| {
            let cells = row
                .into_iter()
                .map(|cell| match cell {
                    Cell::Text(text) => view! { <td class="">{text}</td> },
                    Cell::Number(text, _) => view! { <td class="n">{text}</td> },
                })
                .collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    view! {
        <table class="numbers">
            <caption class="sr">{numbers.caption}</caption>
            <thead><tr>{heads}</tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &[Column] = &[words("name", "Name"), numbers("sold", "Sold")];

    fn table() -> Numbers {
        let row = |name: &str, sold: f64| vec![text(name), number(format!("{sold}"), sold)];
        Numbers {
            caption: String::new(),
            head: HEAD,
            rows: vec![row("dune", 9.0), row("Atlas", 1000.0), row("Chess", 9.0)],
        }
    }

    fn names(table: &Numbers) -> Vec<&str> {
        table
            .rows
            .iter()
            .map(|row| match &row[0] {
                Cell::Text(text) | Cell::Number(text, _) => text.as_str(),
            })
            .collect()
    }

    #[test]
    fn numbers_are_sorted_by_value_and_words_by_letter_whatever_their_case() {
        for (sort, expected) in [
            ("-sold", ["Atlas", "dune", "Chess"]),
            ("sold", ["dune", "Chess", "Atlas"]),
            ("name", ["Atlas", "Chess", "dune"]),
            ("-name", ["dune", "Chess", "Atlas"]),
        ] {
            let mut table = table();
            table.sort(Sort::read(sort, HEAD).unwrap());
            assert_eq!(names(&table), expected, "{sort}");
        }
    }

    #[test]
    fn an_address_says_by_which_column_and_nonsense_is_none() {
        let sort = Sort::read("-sold", HEAD).unwrap();
        assert_eq!(sort.write(), "-sold");
        assert_eq!(Sort::read("-", HEAD), None);
        assert_eq!(Sort::read("price", HEAD), None);
    }

    #[test]
    fn a_second_press_turns_the_order_round() {
        let first = Sort::after(None, HEAD[1]);
        assert!(first.down);
        assert!(!Sort::after(Some(first), HEAD[1]).down);
        assert!(!Sort::after(Some(first), HEAD[0]).down);
    }

    #[test]
    fn rows_are_found_by_any_cell() {
        let mut found = table();
        found.find(" DUN");
        assert_eq!(names(&found), ["dune"]);
        let mut all = table();
        all.find("");
        assert_eq!(all.rows.len(), 3);
    }
}
