//! How long the four questions take as the graph grows, while a sink writes and while none does.

use std::thread;

use model::Kind;

use crate::{
    error::{During, Error},
    house::{House, records},
    report::{Section, number, quantile, text},
    sluice::{SELDOM, Sluice},
    world::{LARGE, Row, SMALL},
};

const QUESTIONS: [&str; 4] = ["top-products", "influencers", "best-rated", "similar-buyers"];
/// The first limit that is asked for. Each question is asked with another one: an answer of the last second is given again.
const LIMIT: usize = 10;
/// Records that are written while questions are asked.
const WRITTEN: usize = 60_000;

/// `sizes` are purchases, ascending; there are a quarter as many interactions and follows.
pub(crate) fn measure(house: &mut House, sizes: &[usize], times: usize) -> Result<Section, Error> {
    let mut section = Section::new(
        "queries",
        "Queries, large world, in Sluice (query_ms)",
        &[
            "question",
            "purchases",
            "first ms",
            "p50 ms",
            "p95 ms",
            "p50 ms while a sink writes",
            "p95 ms while a sink writes",
            "asked",
        ],
    );
    let sluice = house.fresh(1)?;
    sluice.pause()?;
    let most = sizes.last().copied().unwrap_or_default();
    let purchases = house.draws.draw(Kind::Purchase, LARGE, most);
    let interactions = house.draws.draw(Kind::Interaction, LARGE, most / 4);
    let follows = house.draws.draw(Kind::Connection, LARGE, most / 4);
    let mut loaded = 0;
    for &size in sizes {
        let part = |rows: &[Row], share: usize| rows[loaded / share..size / share].to_vec();
        for rows in [part(&purchases, 1), part(&interactions, 4), part(&follows, 4)] {
            house.graph.load(&rows)?;
        }
        loaded = size;
        // The loader has written beside Sluice.
        sluice.post("/api/recount", &serde_json::json!({}))?;
        let idle = ask_all(&sluice, times)?;
        let busy = while_writing(house, &sluice, times)?;
        for ((question, idle), busy) in QUESTIONS.iter().zip(idle).zip(busy) {
            section.row([
                text(*question),
                number(size as f64, 0),
                number(idle.first().copied().unwrap_or_default(), 1),
                number(quantile(&idle[1..], 0.5), 1),
                number(quantile(&idle[1..], 0.95), 1),
                number(quantile(&busy, 0.5), 1),
                number(quantile(&busy, 0.95), 1),
                number(times as f64, 0),
            ]);
        }
    }
    sluice.stop()?;
    Ok(section)
}

/// Milliseconds of each time that each question was asked.
fn ask_all(sluice: &Sluice, times: usize) -> Result<Vec<Vec<f64>>, Error> {
    let ask = |question: &str| (0..=times).map(|at| ask(sluice, question, LIMIT + at)).collect();
    QUESTIONS.into_iter().map(ask).collect()
}

fn ask(sluice: &Sluice, question: &str, limit: usize) -> Result<f64, Error> {
    let answer = sluice.json(&format!("/api/queries/{question}?limit={limit}"))?;
    answer["query_ms"].as_f64().ok_or_else(|| Error::new(question, "no query_ms"))
}

/// Asks while interactions of other users and products are being written.
fn while_writing(house: &mut House, sluice: &Sluice, times: usize) -> Result<Vec<Vec<f64>>, Error> {
    let kind = Kind::Interaction;
    house.topics.fill(kind.topic(), &records(&house.draws.draw(kind, SMALL, WRITTEN)))?;
    let before = sluice.handled(kind.topic())?;
    sluice.order(kind.topic(), "resume")?;
    let asked = thread::scope(|scope| {
        let watching = scope.spawn(|| sluice.watch(SELDOM, &[kind.topic()], before, WRITTEN as u64));
        while sluice.handled(kind.topic())? == before {
            thread::yield_now();
        }
        let mut taken = vec![Vec::new(); QUESTIONS.len()];
        for at in 0..times {
            for (taken, question) in taken.iter_mut().zip(QUESTIONS) {
                // Only what was asked while it wrote counts.
                if !watching.is_finished() {
                    taken.push(ask(sluice, question, LIMIT + times + 1 + at)?);
                }
            }
        }
        watching.join().map_err(|_| "the watch broke").during("watching the sink")??;
        Ok(taken)
    });
    sluice.pause()?;
    asked
}
