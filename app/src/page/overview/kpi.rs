//! Four numbers: how much, how fast, how far behind, and whether the books balance.

use leptos::prelude::*;
use model::status::{Books, Status};

use crate::{
    chart::spark::Spark,
    component::icon::{Glyph, Icon},
    erased::memo,
    format,
    live::use_live,
};

/// The four numbers of a status with their small print.
#[derive(Clone, Debug, Default, PartialEq)]
struct Four {
    stored: String,
    produced: String,
    median: String,
    slowest: String,
    lag: String,
    topics: String,
    books: Books,
}

fn four(status: &Status) -> Four {
    let stored: f64 = status.connectors.iter().map(|connector| connector.stored_per_second).sum();
    let produced: f64 = status.rates.values().map(|rates| rates.produced_per_second).sum();
    let worst = |latency: fn(&model::status::ConnectorStatus) -> Option<f64>| {
        status
            .connectors
            .iter()
            .filter_map(latency)
            .fold(None, |worst: Option<f64>, ms| Some(worst.map_or(ms, |worst| worst.max(ms))))
    };
    let lag: i64 = status.connectors.iter().map(|connector| connector.lag).sum();
    Four {
        stored: format::rate(stored),
        produced: format!("of {} /s produced", format::rate(produced)),
        median: worst(|connector| connector.latency_p50_ms).map_or_else(|| "–".to_owned(), format::duration),
        slowest: worst(|connector| connector.latency_p99_ms).map_or_else(
            || "nothing arrived just now".to_owned(),
            |ms| format!("median; p99 {}", format::duration(ms)),
        ),
        lag: format::thousands(lag),
        topics: format!(
            "{} in {}",
            if lag == 1 { "record" } else { "records" },
            format::plural(status.books.len() as i64, "topic", "topics")
        ),
        books: status.books.values().fold(Books::default(), |sum, books| sum.plus(*books)),
    }
}

/// The sum of all connectors' histories, second by second.
fn history(status: &Status) -> Vec<f32> {
    let histories = || status.connectors.iter().map(|connector| &connector.history);
    let length = histories().map(Vec::len).max().unwrap_or(0);
    let mut sum = vec![0.0; length];
    for history in histories() {
        // They end now; a shorter one begins later.
        let offset = length - history.len();
        for (index, value) in history.iter().enumerate() {
            sum[offset + index] += value;
        }
    }
    sum
}

/// The equation of the books.
fn equation(books: Books) -> String {
    if books.read == 0 {
        return "nothing has been read yet".to_owned();
    }
    let n = format::thousands;
    format!(
        "{} read = {} stored + {} repeated + {} dead",
        n(books.read),
        n(books.stored),
        n(books.repeated),
        n(books.dead)
    )
}

/// The four cards.
#[component]
pub(super) fn Numbers() -> impl IntoView {
    let status = use_live().status;
    let four = memo(move || status.with(four));
    let history = Signal::derive(move || status.with(history));
    let books = memo(move || four.with(|four| four.books));
    let balanced = memo(move || books.get().balance());
    view! {
        <div class="grid g4" role="group" aria-label="The pipeline in four numbers">
            <div class="card kpi">
                <span>"Stored now"</span>
                <b>{move || four.with(|four| four.stored.clone())}<small>" /s"</small></b>
                <span>{move || four.with(|four| four.produced.clone())}</span>
                <Spark values=history colour="var(--s1)"/>
            </div>
            <div class="card kpi">
                <span>"Produced → stored"</span>
                <b>{move || four.with(|four| four.median.clone())}</b>
                <span>{move || four.with(|four| four.slowest.clone())}</span>
            </div>
            <div class="card kpi">
                <span>"Lag"</span>
                <b data-testid="lag">{move || four.with(|four| four.lag.clone())}</b>
                <span>{move || four.with(|four| four.topics.clone())}</span>
            </div>
            <div class="card kpi">
                <span>"The books"</span>
                <b class=move || if balanced.get() { "good" } else { "poor" }>
                    <Glyph icon=Signal::derive(move || if balanced.get() { Icon::Check } else { Icon::Warning })/>
                    {move || if balanced.get() { "balance" } else { "do not balance" }}
                </b>
                <span data-testid="books">{move || equation(books.get())}</span>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use model::status::ConnectorStatus;

    use super::*;

    #[test]
    fn histories_are_added_up_from_their_ends() {
        let mut status = Status::default();
        let connector = |history| ConnectorStatus { history, ..ConnectorStatus::default() };
        status.connectors = vec![connector(vec![1.0, 2.0, 3.0]), connector(vec![10.0])];
        assert_eq!(history(&status), [1.0, 2.0, 13.0]);
        assert!(history(&Status::default()).is_empty());
    }

    #[test]
    fn the_books_are_an_equation() {
        assert_eq!(equation(Books::default()), "nothing has been read yet");
        let books = Books { read: 1015, stored: 1000, repeated: 12, dead: 3 };
        assert_eq!(equation(books), "1,015 read = 1,000 stored + 12 repeated + 3 dead");
    }
}
