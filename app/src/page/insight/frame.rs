//! What the four insight pages have in common: sentence, tabs, controls, footer, and what stands there while there is no answer.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use model::picture::Question;

use super::{
    graph::GraphPanel,
    parameter::{Control, Parameters, View},
    sentence::Sentence,
};
use crate::{
    call::CallError,
    component::{banner::Refused, table},
    erased::{memo, when},
    format,
    live::Answer,
};

/// An answer, ready to be shown: everything that is particular to a question has become words and views.
pub(super) struct Shown {
    /// The answer in a sentence.
    pub(super) sentence: String,
    /// The chart; asked for only where it is shown.
    pub(super) chart: Box<dyn FnOnce() -> AnyView>,
    /// What the chart shows.
    pub(super) caption: String,
    /// The same as numbers.
    pub(super) numbers: table::Numbers,
    /// How long the query took.
    pub(super) query_ms: f64,
    /// When, in epoch milliseconds.
    pub(super) computed_at: i64,
}

/// What makes an insight page.
#[derive(Clone, Copy)]
pub(super) struct Insight {
    pub(super) question: Question,
    pub(super) usual: Parameters,
    pub(super) controls: &'static [Control],
    /// What to say while the answer is empty.
    pub(super) empty: &'static str,
}

impl Insight {
    /// What the address says, now and whenever it changes.
    pub(super) fn parameters(self) -> Memo<Parameters> {
        let query = use_query_map();
        memo(move || query.with(|query| Parameters::read(query, self.usual)))
    }

    fn path(self) -> String {
        format!("/insights/{}", self.question.slug())
    }

    fn href(self, parameters: Parameters) -> String {
        format!("{}{}", self.path(), parameters.write(self.usual))
    }

    /// The page. `show` turns an answer into what is shown; none means the answer is empty.
    pub(super) fn page<T>(
        self,
        parameters: Memo<Parameters>,
        answer: Answer<T>,
        show: fn(T, Parameters) -> Option<Shown>,
    ) -> AnyView
    where
        T: Clone + Send + Sync + 'static,
    {
        let answer = move || answer.get().map(|answer| answer.map(|answer| show(answer, parameters.get())));
        self.frame(parameters, Arc::new(answer))
    }

    /// The part that does not depend on the answer's type, so that there is one of it in the browser.
    fn frame(
        self,
        parameters: Memo<Parameters>,
        answer: Arc<dyn Fn() -> Option<Result<Option<Shown>, CallError>> + Send + Sync>,
    ) -> AnyView {
        let view = memo(move || parameters.get().view);
        let graph = memo(move || view.get() == View::Graph);
        let nodes = memo(move || parameters.get().nodes);
        let (for_sentence, for_face) = (answer.clone(), answer.clone());
        let sentence = move || {
            for_sentence().map(|answer| match answer {
                Err(error) => view! { <Refused error/> }.into_any(),
                Ok(None) => view! { <p class="answer">{self.empty}</p> }.into_any(),
                Ok(Some(shown)) => view! { <p class="answer"><Sentence text=shown.sentence/></p> }.into_any(),
            })
        };
        let face = move || {
            match (view.get(), for_face()?.ok()?) {
            (View::Graph, _) => None,
            (_, None) => Some(hint()),
            (View::Chart, Some(shown)) => Some(figure(shown)),
            (View::Table, Some(shown)) => Some(
                view! { <div class="scroll" tabindex="0" role="region" aria-label="Table">{table::table(shown.numbers)}</div> }.into_any(),
            ),
        }
        };
        let foot = move || Some(foot(&answer()?.ok()??));
        let more = move |nodes| self.href(Parameters { nodes, ..parameters.get_untracked() });
        view! {
            <Transition fallback=|| view! { <p class="answer muted" aria-busy="true">"Asking the graph…"</p> }>
                {sentence.clone()}
                <section class="card insight">
                    {self.bar(parameters)}
                    {face.clone()}
                    // Beside the answer, not inside: the graph must not be made anew whenever the answer is.
                    {when(graph, move || view! { <GraphPanel question=self.question nodes more/> }.into_any())}
                    <p class="foot">{foot.clone()}</p>
                </section>
            </Transition>
        }
        .into_any()
    }

    /// Tabs at the left, choices at the right.
    fn bar(self, parameters: Memo<Parameters>) -> impl IntoView {
        let tabs = View::ALL
            .map(|view| {
                let href = move || self.href(Parameters { view, ..parameters.get() });
                let current = move || (parameters.get().view == view).then_some("page");
                view! { <a href=href aria-current=current data-noscroll="">{view.label()}</a> }
            })
            .collect_view();
        let controls = self.controls.iter().map(|control| self.choice(*control, parameters)).collect_view();
        let view = move || parameters.get().view.name();
        view! {
            <div class="bar-top">
                <nav class="seg" aria-label="View">{tabs}</nav>
                <form method="get" action=self.path() class="right">
                    <input type="hidden" name="view" value=view/>
                    {controls}
                    <button class="btn no-js" type="submit">"Apply"</button>
                </form>
            </div>
        }
    }

    fn choice(self, control: Control, parameters: Memo<Parameters>) -> impl IntoView {
        let navigate = use_navigate();
        let now = control.of(parameters.get_untracked());
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
                prop:value=move || control.of(parameters.get()).to_string()
                on:change:target=move |event| {
                    if let Ok(number) = event.target().value().parse() {
                        let href = self.href(parameters.get_untracked().with(control, number));
                        navigate(&href, NavigateOptions { scroll: false, replace: true, ..NavigateOptions::default() });
                    }
                }
            >
                {options}
            </select>
        }
    }
}

/// The chart with its caption, and its numbers for those who hear it.
fn figure(shown: Shown) -> AnyView {
    view! {
        <figure>
            {(shown.chart)()}
            <figcaption>{shown.caption}</figcaption>
            {table::spoken(shown.numbers)}
        </figure>
    }
    .into_any()
}

/// What to do about an empty answer.
fn hint() -> AnyView {
    view! { <p class="muted hint">"Send some events on the page "<a href="/simulate">"Simulate"</a>" and watch this change."</p> }.into_any()
}

fn foot(shown: &Shown) -> String {
    format!(
        "{} · answered in {} · as of {}",
        format::plural(shown.numbers.rows.len() as i64, "row", "rows"),
        format::duration(shown.query_ms),
        format::date_time(shown.computed_at),
    )
}
