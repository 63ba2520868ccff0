//! How an answer is found: the statements with this page's parameters, to copy, and what is computed outside them.

use leptos::{html, prelude::*};
use model::{
    picture::Question,
    statement::{Recipe, Step},
};

use super::parameter::Asked;
use crate::{
    call::read,
    component::banner::Refused,
    live::{Answer, Arrived, use_live},
};

/// The panel. It is asked for once for each choice of numbers, not again and again: nobody can copy a text that changes.
pub(super) fn panel(question: Question, asked: Memo<Asked>) -> AnyView {
    let recipes: Answer<Vec<Recipe>> = Resource::new_with_options(
        move || asked.get(),
        move |asked| read::recipes(question, asked.days, asked.limit, asked.min),
        false,
    );
    let graph = use_live().status.with_untracked(|status| (status.graph.embedded, status.graph.name.clone()));
    let body = move || {
        recipes.arrived().map(|recipes| match recipes {
            Err(error) => view! { <Refused error/> }.into_any(),
            Ok(recipes) => {
                let (embedded, name) = graph.clone();
                view! {
                    <p class="lead">{lead(embedded, &name)}</p>
                    {recipes.into_iter().map(recipe).collect_view()}
                }
                .into_any()
            }
        })
    };
    view! {
        <div class="recipes">
            <Transition fallback=|| view! { <p class="muted" aria-busy="true">"Looking it up…"</p> }>{body}</Transition>
        </div>
    }
    .into_any()
}

fn lead(embedded: bool, name: &str) -> String {
    if embedded {
        "Sluice keeps this graph in its embedded store and computes the answer from a SQLite file there. On Neo4j the same \
         question is asked in Cypher, which stands below it."
            .to_owned()
    } else {
        format!(
            "This is what Sluice asks {name}. To ask it yourself, paste first the parameters and then the statement into \
             Neo4j Browser."
        )
    }
}

fn recipe(recipe: Recipe) -> AnyView {
    let title = match (recipe.language.as_str(), recipe.runs_here) {
        ("SQL", _) => "What runs here: SQL",
        (_, true) => "What runs: Cypher",
        (_, false) => "The same on Neo4j: Cypher",
    };
    let shell = if recipe.language == "SQL" { "Parameters, for sqlite3" } else { "Parameters, for Neo4j Browser" };
    let steps = recipe.steps.into_iter().map(|each| step(each, shell)).collect_view();
    // The same for both languages, so it is said once.
    let outside =
        (recipe.runs_here && !recipe.outside.is_empty()).then(|| view! { <p class="lead">{recipe.outside}</p> });
    view! { <section class="recipe"><h2>{title}</h2><ol>{steps}</ol>{outside}</section> }.into_any()
}

fn step(step: Step, shell: &'static str) -> AnyView {
    let parameters = (!step.parameters.is_empty()).then(|| {
        let text = step.parameters.clone();
        view! { <p class="muted">{shell}</p>{code(view! { {step.parameters} }.into_any(), text, shell.to_owned())} }
    });
    let whole: String = step.text.iter().map(|piece| piece.text.as_str()).collect();
    let pieces = step.text.into_iter().map(|piece| view! { <span class=piece.tone>{piece.text}</span> }).collect_view();
    let note = (!step.note.is_empty()).then(|| view! { <p class="muted">{step.note}</p> });
    view! {
        <li>
            <h3>{step.title.clone()}</h3>
            {code(pieces.into_any(), whole, step.title)}
            {note}
            {parameters}
        </li>
    }
    .into_any()
}

/// A text to copy, with a button that says what became of it.
fn code(pieces: AnyView, text: String, name: String) -> AnyView {
    let block = NodeRef::<html::Pre>::new();
    let said = RwSignal::new("Copy");
    let label = format!("Copy: {name}");
    view! {
        <div class="code">
            <pre tabindex="0" node_ref=block><code>{pieces}</code></pre>
            <button type="button" class="chip js" aria-label=label on:click=move |_| copy(text.clone(), block, said)>{said}</button>
            <span class="sr" role="status">{move || if said.get() == "Copy" { "" } else { said.get() }}</span>
        </div>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
fn copy(text: String, block: NodeRef<html::Pre>, said: RwSignal<&'static str>) {
    leptos::task::spawn_local(async move {
        let navigator = window().navigator();
        // Browsers give a clipboard only to addresses that are encrypted or their own machine's.
        let there =
            js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| !clipboard.is_undefined());
        let copied =
            there && wasm_bindgen_futures::JsFuture::from(navigator.clipboard().write_text(&text)).await.is_ok();
        if !copied {
            // Selected, it is one key press away.
            let selection = window().get_selection().ok().flatten();
            if let Some((selection, block)) = selection.zip(block.get_untracked()) {
                let _ = selection.select_all_children(&block);
            }
        }
        said.try_set(if copied { "Copied" } else { "Selected: press Ctrl+C" });
        set_timeout(
            move || {
                said.try_set("Copy");
            },
            std::time::Duration::from_secs(3),
        );
    });
}

#[cfg(not(feature = "hydrate"))]
fn copy(_: String, _: NodeRef<html::Pre>, _: RwSignal<&'static str>) {}
