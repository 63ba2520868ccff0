//! Tables of numbers: shown on their own, or read out where a chart shows the same.

use leptos::prelude::*;

/// A cell: text on the left or a number on the right.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    /// Words.
    Text(String),
    /// A number, already written.
    Number(String),
}

/// Words in a cell.
pub(crate) fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

/// A number in a cell.
pub(crate) fn number(text: impl Into<String>) -> Cell {
    Cell::Number(text.into())
}

/// Everything in a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Numbers {
    /// What the table holds.
    pub(crate) caption: String,
    /// The columns' names.
    pub(crate) head: Vec<&'static str>,
    /// The rows, each with a cell for every column.
    pub(crate) rows: Vec<Vec<Cell>>,
}

/// A table for the eye.
pub(crate) fn table(numbers: Numbers) -> AnyView {
    // A column is a number's if its first cell is one.
    let numeric: Vec<bool> = numbers
        .rows
        .first()
        .map(|row| row.iter().map(|cell| matches!(cell, Cell::Number(_))).collect())
        .unwrap_or_default();
    let head = numbers
        .head
        .into_iter()
        .enumerate()
        .map(|(index, name)| {
            let class = if numeric.get(index) == Some(&true) { "n" } else { "" };
            view! { <th scope="col" class=class>{name}</th> }
        })
        .collect_view();
    let rows = numbers
        .rows
        .into_iter()
        .map(|row| {
            let cells = row
                .into_iter()
                .map(|cell| match cell {
                    Cell::Text(text) => view! { <td class="">{text}</td> },
                    Cell::Number(text) => view! { <td class="n">{text}</td> },
                })
                .collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    view! {
        <table class="numbers">
            <caption class="sr">{numbers.caption}</caption>
            <thead><tr>{head}</tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// The same for the ear only: what a chart shows, as numbers.
pub(crate) fn spoken(numbers: Numbers) -> AnyView {
    view! { <div class="sr">{table(numbers)}</div> }.into_any()
}
