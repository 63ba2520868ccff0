//! The four answers in small: a sentence, a chart, and the way to their pages.

use leptos::prelude::*;
use model::picture::{Question, Scope};

use crate::{
    call::{CallError, read},
    chart::bar::{self, Bar, bars},
    component::banner::sentence,
    format,
    graph_view::still::Still,
    live::{Arrived, polled},
    page::insight::{Sentence, best_rated, influencers, similar_buyers, top_products},
};

/// How many bars a small chart has.
const BARS: u32 = 4;
/// And how many beside the picture, which is higher.
const TOP: u32 = 9;
/// How many nodes the small picture has: more become a blur at this size.
const NODES: u32 = 160;

/// The four cards.
#[component]
pub(super) fn Answers() -> impl IntoView {
    view! {
        <div class="grid g2">
            <TopProducts/>
            <SimilarBuyers/>
            <Influencers/>
            <BestRated/>
        </div>
    }
}

/// A card around an answer in small.
fn card(
    title: &'static str,
    more: &'static str,
    question: Question,
    body: impl Fn() -> Option<AnyView> + Send + Sync + 'static,
) -> AnyView {
    let href = format!("/insights/{}", question.slug());
    view! {
        <section class="card small-answer">
            <header>
                // One link, as large as the card.
                <h2><a class="whole" href=href>{title}</a></h2>
                <span class="right">{more}<b aria-hidden="true">" →"</b></span>
            </header>
            <Transition fallback=|| view! { <p class="muted">"Asking the graph…"</p> }>{body}</Transition>
        </section>
    }
    .into_any()
}

/// An answer as a sentence and a chart, an empty one as another sentence.
fn body<T>(
    answer: Result<T, CallError>,
    empty: &'static str,
    show: impl FnOnce(T) -> Option<(String, AnyView)>,
) -> AnyView {
    match answer.map(show) {
        Ok(Some((text, chart))) => view! { <p><Sentence text/></p>{chart} }.into_any(),
        Ok(None) => view! { <p class="muted">{empty}</p> }.into_any(),
        Err(error) => view! { <p class="muted">{sentence(error.message())}</p> }.into_any(),
    }
}

fn chart(rows: Vec<Bar>, max: f64, colour: &'static str, what: &str) -> AnyView {
    let name = format!("{what}: {}", bar::spoken(&rows));
    bars(rows, max, colour, name)
}

#[component]
fn TopProducts() -> impl IntoView {
    let answer = polled(|| (), |()| read::top_products(30, TOP));
    card("Top products", "30 days", Question::TopProducts, move || {
        Some(body(answer.arrived()?, "Nobody has bought anything yet.", |answered| {
            let text = top_products::sentence(&answered.answer, 30)?;
            let mut rows: Vec<Bar> =
                top_products::groups(&answered.answer).into_iter().flat_map(|group| group.bars).collect();
            // Stable, so that of equals the first category's stays first, as in the sentence.
            rows.sort_by(|a, b| b.value.total_cmp(&a.value));
            rows.truncate(TOP as usize);
            // On a card they are only seen.
            for row in &mut rows {
                row.detail.clear();
            }
            let max = bar::longest(&rows);
            Some((text, chart(rows, max, "var(--s1)", "Purchases")))
        }))
    })
}

#[component]
fn Influencers() -> impl IntoView {
    let answer = polled(|| (), |()| read::influencers(BARS));
    card("Influencers", "followers", Question::Influencers, move || {
        Some(body(answer.arrived()?, "Nobody follows anybody yet.", |answered| {
            let text = influencers::sentence(&answered.answer)?;
            let rows = influencers::chart(&answered.answer);
            let max = bar::longest(&rows);
            Some((text, chart(rows, max, "var(--s3)", "Followers")))
        }))
    })
}

#[component]
fn BestRated() -> impl IntoView {
    let answer = polled(|| (), |()| read::best_rated(BARS, 5));
    card("Best rated", "at least 5 ratings", Question::BestRated, move || {
        Some(body(answer.arrived()?, "No product has five ratings yet.", |answered| {
            let text = best_rated::sentence(&answered.answer, 5)?;
            let rows = answered
                .answer
                .iter()
                .map(|product| Bar {
                    label: crate::chart::star::label(product),
                    value: product.average,
                    text: format!("{:.2} ★", product.average),
                    detail: String::new(),
                })
                .collect();
            // Five stars fill the width: a mean of 4.5 must not look like a record.
            Some((text, chart(rows, 5.0, "var(--s2)", "Mean rating")))
        }))
    })
}

#[component]
fn SimilarBuyers() -> impl IntoView {
    let answer = polled(
        || (),
        |()| async {
            let answer = read::similar_buyers(1).await?;
            let scope = Scope { nodes: NODES, ..Scope::usual(Question::SimilarBuyers) };
            let picture = read::picture(Question::SimilarBuyers, scope).await?;
            Ok((answer, picture))
        },
    );
    card("Similar buyers", "communities", Question::SimilarBuyers, move || {
        Some(body(answer.arrived()?, "No two people have bought the same things yet.", |(answer, picture)| {
            let text = similar_buyers::sentence(&answer)?;
            let label =
                format!("{} people who buy alike, drawn as a graph", format::thousands(picture.nodes.len() as i64));
            Some((text, view! { <div class="small-graph"><Still picture label/></div> }.into_any()))
        }))
    })
}
