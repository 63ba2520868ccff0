//! What the four insight pages have in common: sentence, tabs, controls, footer, and what stands there while there is no answer.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
    params::ParamsMap,
};
use model::picture::Question;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    export,
    graph::GraphPanel,
    parameter::{Asked, Control, Parameters, View},
    query,
    sentence::Sentence,
    shown::Shown,
    trouble,
};
use crate::{
    call::CallError,
    chart,
    component::{
        table::{self, Column, Sort},
        time::Time,
    },
    erased::{chosen, effect, memo, when},
    format,
    live::{Answer, Arrived, polled, use_live},
};

/// What makes an insight page.
#[derive(Clone, Copy)]
pub(super) struct Insight {
    pub(super) question: Question,
    pub(super) usual: Parameters,
    pub(super) controls: &'static [Control],
    pub(super) columns: &'static [Column],
    /// What to say while the answer is empty.
    pub(super) empty: fn(Asked) -> String,
    /// A choice that may bring what an empty answer lacks.
    pub(super) widen: Option<Widen>,
}

/// A choice of a number with the words for it.
#[derive(Clone, Copy)]
pub(super) struct Widen {
    pub(super) control: Control,
    pub(super) to: u32,
    pub(super) label: &'static str,
}

/// What there is to show now.
struct Look {
    /// The last good answer with the numbers it was asked with; without words if it was empty.
    answer: Option<(Asked, Option<Shown>)>,
    /// Why the newest one failed.
    failure: Option<CallError>,
}

/// What the address says, and what stays in it whatever is chosen.
#[derive(Clone, Copy)]
struct Address {
    insight: Insight,
    parameters: Memo<Parameters>,
    /// `q` and `sel` belong to table and graph; they travel from view to view.
    rest: Memo<String>,
}

impl Address {
    fn with(self, parameters: Parameters) -> String {
        let query = parameters.write(self.insight.usual);
        let rest = self.rest.get();
        let query = if query.is_empty() { rest.replacen('&', "?", 1) } else { query + &rest };
        format!("{}{query}", self.insight.path())
    }

    fn here(self) -> String {
        self.with(self.parameters.get())
    }
}

/// `q` and `sel` of an address, each with an ampersand before it.
fn rest(query: &ParamsMap, names: &[&'static str]) -> String {
    let mut kept = ParamsMap::new();
    for name in names {
        if let Some(value) = query.get(name).filter(|value| !value.is_empty()) {
            kept.insert(*name, value);
        }
    }
    kept.to_query_string().replacen('?', "&", 1)
}

impl Insight {
    fn path(self) -> String {
        format!("/insights/{}", self.question.slug())
    }

    /// The numbers that this question takes, as the JSON API and the drawings name them.
    fn api(self, asked: Asked) -> String {
        let pairs = self.controls.iter().map(|control| format!("{}={}", control.api(), control.of(asked)));
        pairs.collect::<Vec<_>>().join("&")
    }

    /// Those of its controls that make a difference to its graph: communities are of all buyers, whichever pairs are told.
    fn graph_controls(self) -> &'static [Control] {
        if self.question == Question::SimilarBuyers { &[] } else { self.controls }
    }

    /// The page: `fetch` asks the question, `show` turns an answer into what is shown; none means the answer is empty.
    pub(super) fn page<T, Fut>(self, fetch: fn(Asked) -> Fut, show: fn(T, Asked) -> Option<Shown>) -> AnyView
    where
        T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
        Fut: Future<Output = Result<T, CallError>> + Send + 'static,
    {
        let query = use_query_map();
        let parameters = memo(move || query.with(|query| Parameters::read(query, self.usual, self.columns)));
        // An answer travels with the numbers that it was asked with: for a moment the address is ahead of it, and words
        // that mix the two would not be true.
        let answer: Answer<([u32; 3], T)> = polled(
            move || parameters.get().asked,
            move |asked| {
                let answer = fetch(asked);
                async move { Ok(([asked.days, asked.limit, asked.min], answer.await?)) }
            },
        );
        let kept = StoredValue::new(None);
        let look = move || {
            let (good, failure) = match answer.arrived()? {
                Ok(good) => {
                    kept.set_value(Some(good.clone()));
                    (Some(good), None)
                }
                Err(error) => (kept.get_value(), Some(error)),
            };
            let answer = good.map(|([days, limit, min], answer)| {
                let asked = Asked { days, limit, min };
                (asked, show(answer, asked))
            });
            Some(Look { answer, failure })
        };
        let shown = RwSignal::new(None);
        effect(move || {
            if let Some(answer) = answer.arrived() {
                shown.set(answer.ok().map(|(asked, _)| asked));
            }
        });
        let late = memo(move || {
            let Asked { days, limit, min } = parameters.get().asked;
            shown.get().is_some_and(|shown| shown != [days, limit, min])
        });
        self.frame(parameters, query, Arc::new(look), late, Callback::new(move |()| answer.refetch()))
    }

    /// The part that does not depend on the answer's type, so that there is one of it in the browser.
    fn frame(
        self,
        parameters: Memo<Parameters>,
        query: Memo<ParamsMap>,
        look: Arc<dyn Fn() -> Option<Look> + Send + Sync>,
        late: Memo<bool>,
        retry: Callback<()>,
    ) -> AnyView {
        let wanted = memo(move || query.with(|query| query.get("q").unwrap_or_default()));
        let address =
            Address { insight: self, parameters, rest: memo(move || query.with(|query| rest(query, &["q", "sel"]))) };
        let wrong = memo(move || query.with(|query| Parameters::wrong(query, self.usual, self.controls)));
        let view = memo(move || parameters.get().view);
        let graph = memo(move || view.get() == View::Graph);
        let recipes = memo(move || view.get() == View::Query);
        let asked = memo(move || parameters.get().asked);
        let of_graph = memo(move || (parameters.get().asked, parameters.get().nodes));
        let away = trouble::away();

        let (for_top, for_face) = (look.clone(), look.clone());
        let top = move || {
            let look = for_top()?;
            let shown = look.answer.as_ref().and_then(|(_, shown)| shown.as_ref());
            let moment = shown.map(|shown| view! { <Time at=shown.computed_at/> }.into_any());
            let trouble = trouble::banner(look.failure.as_ref(), &away.get(), moment, retry, address.here());
            let sentence = look.answer.map(|(asked, shown)| match shown {
                None => view! { <p class="answer">{(self.empty)(asked)}</p> }.into_any(),
                Some(shown) => view! { <p class="answer"><Sentence text=shown.sentence/></p> }.into_any(),
            });
            Some(view! { {trouble}{sentence} }.into_any())
        };
        let face = move || {
            let (asked, shown) = for_face()?.answer?;
            match (view.get(), shown) {
                (View::Graph | View::Query, _) => None,
                (_, None) => Some(self.nothing(asked, address)),
                (View::Chart, Some(shown)) => Some(figure(shown)),
                (View::Table, Some(shown)) => Some(sheet(shown, &wanted.get(), address)),
            }
        };
        let foot = move || {
            let (asked, shown) = look()?.answer?;
            Some(self.foot(&shown?, asked))
        };
        let more = move |nodes| address.with(Parameters { nodes, ..parameters.get_untracked() });
        view! {
            <Transition fallback=waiting>
                {move || (!wrong.with(String::is_empty)).then(|| view! { <p class="banner warn" role="status">{wrong.get()}</p> })}
                {top.clone()}
                <section class="card insight" class:late=late aria-busy=move || late.get().then_some("true")>
                    {self.bar(address, wanted)}
                    {face.clone()}
                    // Beside the answer, not inside: they must not be made anew whenever the answer is.
                    {chosen(graph, move || view! { <GraphPanel question=self.question controls=self.graph_controls() asked=of_graph more/> }.into_any())}
                    {chosen(recipes, move || query::panel(self.question, asked))}
                    <p class="foot">{foot.clone()}</p>
                </section>
            </Transition>
        }
        .into_any()
    }

    /// Tabs at the left, choices at the right.
    fn bar(self, address: Address, wanted: Memo<String>) -> AnyView {
        let parameters = address.parameters;
        let tabs = View::ALL
            .map(|view| {
                let href = move || address.with(Parameters { view, ..parameters.get() });
                let current = move || (parameters.get().view == view).then_some("page");
                view! { <a href=href aria-current=current data-noscroll="">{view.label()}</a> }
            })
            .collect_view();
        let table = memo(move || parameters.get().view == View::Table);
        let graph = memo(move || parameters.get().view == View::Graph);
        let not_graph = memo(move || !graph.get());
        let controls = move || {
            let of_view = if graph.get() { self.graph_controls() } else { self.controls };
            let choose = |&control: &Control| {
                if of_view.contains(&control) {
                    Self::choice(control, address)
                } else {
                    Self::kept(control.name(), memo(move || Some(control.of(parameters.get().asked))))
                }
            };
            self.controls.iter().map(choose).collect_view()
        };
        let nodes = memo(move || Some(parameters.get().nodes).filter(|nodes| *nodes != self.usual.nodes));
        let addresses = self.exports(parameters);
        view! {
            <div class="bar-top">
                <nav class="seg" aria-label="View">{tabs}</nav>
                <div class="right">
                    <form method="get" action=self.path()>
                        <input type="hidden" name="view" value=move || parameters.get().view.name()/>
                        {move || parameters.get().sort.map(|sort| view! { <input type="hidden" name="sort" value=sort.write()/> })}
                        {when(table, move || self.search(address, wanted))}
                        {controls}
                        {Self::kept("nodes", nodes)}
                        <button class="btn no-js" type="submit">"Apply"</button>
                    </form>
                    // The graph has its own: what it exports is another thing.
                    {when(not_graph, move || export::menu(addresses))}
                </div>
            </div>
        }
        .into_any()
    }

    fn exports(self, parameters: Memo<Parameters>) -> Memo<export::Addresses> {
        let dark = use_live().dark;
        memo(move || {
            let (slug, numbers) = (self.question.slug(), self.api(parameters.get().asked));
            let theme = if dark.get() { "&theme=dark" } else { "&theme=light" };
            export::Addresses {
                answer: format!("/api/queries/{slug}?{numbers}"),
                beside: (self.question == Question::SimilarBuyers)
                    .then_some(("everybody's community", "/api/queries/similar-buyers/communities")),
                drawing: format!("/api/charts/{slug}.svg?{numbers}{theme}"),
                picture: format!("sluice-{slug}.png"),
            }
        })
    }

    /// A number that stays in the address, though nobody can choose it here.
    fn kept(name: &'static str, number: Memo<Option<u32>>) -> AnyView {
        (move || number.get().map(|number| view! { <input type="hidden" name=name value=number/> })).into_any()
    }

    fn choice(control: Control, address: Address) -> AnyView {
        let navigate = use_navigate();
        let parameters = address.parameters;
        let now = control.of(parameters.get_untracked().asked);
        let mut choices = control.choices().to_vec();
        if !choices.contains(&now) {
            choices.push(now);
            choices.sort_unstable();
        }
        let options = choices
            .into_iter()
            .map(|number| view! { <option value=number selected=number == now>{control.text(number)}</option> })
            .collect_view();
        view! {
            <select
                class="chip"
                name=control.name()
                aria-label=control.label()
                prop:value=move || control.of(parameters.get().asked).to_string()
                on:change:target=move |event| {
                    if let Ok(number) = event.target().value().parse() {
                        navigate(&address.with(parameters.get_untracked().with(control, number)), quietly());
                    }
                }
            >
                {options}
            </select>
        }
        .into_any()
    }

    /// Finds rows of the table.
    fn search(self, address: Address, wanted: Memo<String>) -> AnyView {
        let navigate = use_navigate();
        view! {
            <input
                class="chip"
                type="search"
                name="q"
                placeholder="Find a row"
                aria-label="Find a row"
                value=wanted.get_untracked()
                prop:value=wanted
                on:input:target=move |event| {
                    let mut query = ParamsMap::new();
                    query.insert("q", event.target().value());
                    let (query, usual) = (query.to_query_string().replacen('?', "&", 1), self.usual);
                    let first = address.parameters.get_untracked().write(usual);
                    navigate(&format!("{}{}{query}", self.path(), if first.is_empty() { "?" } else { &first }), quietly());
                }
            />
        }
        .into_any()
    }

    /// What to do about an empty answer.
    fn nothing(self, asked: Asked, address: Address) -> AnyView {
        let widen = self.widen.filter(|widen| widen.control.of(asked) != widen.to).map(|widen| {
            let href = address.with(address.parameters.get_untracked().with(widen.control, widen.to));
            view! { <a class="btn" href=href data-noscroll="">{widen.label}</a> }
        });
        view! {
            <div class="nothing">
                <svg viewBox="0 0 240 96" width="240" height="96" aria-hidden="true">
                    <rect y="4" width="208" height="20" rx="4"/>
                    <rect y="38" width="148" height="20" rx="4"/>
                    <rect y="72" width="92" height="20" rx="4"/>
                </svg>
                <p>"Send some events and watch this fill."</p>
                <div><a class="btn primary" href="/simulate">"Simulate events"</a>{widen}</div>
            </div>
        }
        .into_any()
    }

    fn foot(self, shown: &Shown, asked: Asked) -> AnyView {
        let rows = shown.numbers.rows.len();
        // Of a list as long as was asked for nobody knows whether it goes on.
        let more = self.question != Question::TopProducts && rows >= asked.limit as usize;
        let said = format!(
            "Answered in {} · {}{} · as of ",
            format::duration(shown.query_ms),
            format::plural(rows as i64, "row", "rows"),
            if more { ", and there may be more" } else { "" },
        );
        let api = format!("/api/queries/{}?{}", self.question.slug(), self.api(asked));
        view! { <span>{said}<Time at=shown.computed_at/></span><a href=api rel="external">"This answer as JSON"</a> }
            .into_any()
    }
}

/// Without a jump to the top, and without a step in the history for each choice.
fn quietly() -> NavigateOptions {
    NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() }
}

/// The place that the answer will take.
fn waiting() -> AnyView {
    view! {
        <p class="answer muted" aria-busy="true">"Asking the graph…"</p>
        <section class="card insight waiting"></section>
    }
    .into_any()
}

/// The chart with its caption, and its numbers for those who hear it.
fn figure(shown: Shown) -> AnyView {
    view! {
        <figure>
            {chart::draw(shown.chart)}
            <figcaption>{shown.caption}</figcaption>
            {table::spoken(shown.numbers)}
        </figure>
    }
    .into_any()
}

/// The table, as it is searched and sorted.
fn sheet(shown: Shown, wanted: &str, address: Address) -> AnyView {
    let mut numbers = shown.numbers;
    let parameters = address.parameters.get();
    let all = numbers.rows.len();
    if let Some(sort) = parameters.sort {
        numbers.sort(sort);
    }
    let found = (!wanted.trim().is_empty()).then(|| {
        numbers.find(wanted);
        let found = format!(
            "{} of {} with “{}”.",
            format::thousands(numbers.rows.len() as i64),
            format::plural(all as i64, "row", "rows"),
            wanted.trim()
        );
        view! { <p class="found" role="status">{found}" "<a href=format!("{}{}", address.insight.path(), parameters.write(address.insight.usual)) data-noscroll="">"Show all"</a></p> }
    });
    let href = move |sort: Sort| address.with(Parameters { sort: Some(sort), ..parameters });
    let table = table::sorted(numbers, parameters.sort, &href);
    view! {
        {found}
        <div class="scroll tall" tabindex="0" role="region" aria-label="Table">{table}</div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_looked_for_and_selected_stays_in_the_address() {
        let mut query = ParamsMap::new();
        query.insert("q", "black tea".to_owned());
        query.insert("days", "7".to_owned());
        query.insert("sel", String::new());
        assert_eq!(rest(&query, &["q", "sel"]), "&q=black%20tea");
        assert_eq!(rest(&ParamsMap::new(), &["q", "sel"]), "");
    }
}
