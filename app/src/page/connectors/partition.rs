//! How far a connector is in each partition, and the books of each.

use leptos::prelude::*;
use model::{
    connector::{Connector, ConnectorPartition},
    status::Books,
};

use crate::{chart::scale::share, erased::memo, format};

/// The longest bar stands for so many records at least: a lag of three is not to look like a flood.
const LONGEST: i64 = 100;

/// The table.
pub(super) fn partitions(name: StoredValue<String>, hue: &'static str, told: Memo<Option<Connector>>) -> AnyView {
    let rows = memo(move || told.with(|told| told.as_ref().map(|told| told.partitions.clone())).unwrap_or_default());
    let lines = move || {
        let rows = rows.get();
        let longest = rows.iter().filter_map(|row| row.lag).max().unwrap_or(0).max(LONGEST);
        let several = rows.iter().any(|row| row.topic != rows[0].topic);
        rows.iter().map(|partition| row(several, hue, partition, longest)).collect_view()
    };
    let sum = memo(move || rows.with(|rows| rows.iter().fold(Books::default(), |sum, row| sum.plus(row.books))));
    let lag = memo(move || told.with(|told| told.as_ref().and_then(|told| told.lag)));
    let cell =
        move |value: fn(Books) -> i64| view! { <td class="n">{move || format::thousands(value(sum.get()))}</td> };
    view! {
        <h3>"Partitions"</h3>
        <div class="scroll tall" tabindex="0" role="region" aria-label=format!("Partitions of {}", name.get_value())>
            <table class="numbers partitions">
                <caption class="sr">{format!("How far {} is in each partition, and what became of what it read", name.get_value())}</caption>
                <thead>
                    <tr>
                        <th scope="col">"Partition"</th>
                        <th scope="col">"Lag"</th>
                        <th scope="col" class="n">"Next to store"</th>
                        <th scope="col" class="n">"End of log"</th>
                        <th scope="col" class="n" title="How often the partition was taken over by a task">"Takeovers"</th>
                        <th scope="col" class="n">"Read"</th>
                        <th scope="col" class="n">"Stored"</th>
                        <th scope="col" class="n">"Repeated"</th>
                        <th scope="col" class="n">"Dead letters"</th>
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
                <tfoot>
                    <tr>
                        <th scope="row">"All"</th>
                        <td class="lagging"><span>{move || lag.get().map_or_else(|| "unknown".to_owned(), format::thousands)}</span></td>
                        <td></td>
                        <td></td>
                        <td></td>
                        {cell(|books| books.read)}
                        {cell(|books| books.stored)}
                        {cell(|books| books.repeated)}
                        {cell(|books| books.dead)}
                    </tr>
                </tfoot>
            </table>
        </div>
    }
    .into_any()
}

fn row(several: bool, hue: &'static str, partition: &ConnectorPartition, longest: i64) -> AnyView {
    let unknown = |number: Option<i64>| number.map_or_else(|| "unknown".to_owned(), format::thousands);
    let books = partition.books;
    let width = format!("{}%", share(partition.lag.unwrap_or(0) as f64, longest as f64));
    let dead = if books.dead > 0 {
        let href = format!("/dead-letters?topic={}", partition.topic);
        view! { <a href=href>{format::thousands(books.dead)}</a> }.into_any()
    } else {
        view! { "0" }.into_any()
    };
    view! {
        <tr>
            <th scope="row">{several.then(|| format!("{} ", partition.topic))}{partition.partition}</th>
            <td class="lagging">
                <svg class="track" aria-hidden="true"><rect class="bar" width=width height="8" rx="4" fill=hue/></svg>
                <span>{unknown(partition.lag)}</span>
            </td>
            <td class="n">{partition.next_offset.map_or_else(|| "not begun".to_owned(), format::thousands)}</td>
            <td class="n">{unknown(partition.end)}</td>
            <td class="n">{partition.epoch.map_or_else(|| "0".to_owned(), format::thousands)}</td>
            <td class="n">{format::thousands(books.read)}</td>
            <td class="n">{format::thousands(books.stored)}</td>
            <td class="n">{format::thousands(books.repeated)}</td>
            <td class="n">{dead}</td>
        </tr>
    }
    .into_any()
}
