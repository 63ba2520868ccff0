//! One dead letter: why it is here, what became of it, what it says, and the way to send it again.

use leptos::prelude::*;
use model::dead_letter::DeadLetter;

use super::{
    Page, address,
    filter::words,
    mend::{hidden, mend},
};
use crate::{
    call::act::Replay,
    component::{
        banner::{Refused, sentence},
        icon::{Glyph, Icon},
        state::Badge,
        time::{Say, Time},
        toast::use_toasts,
    },
    erased::{effect, memo, when},
    live::use_live,
};

/// How much of a value is seen before a letter is opened.
const GLANCE: usize = 200;

/// What has happened to a letter since it was written: being sent again since, sent again, failed again.
type Marks = [Option<i64>; 3];

/// The row of a letter. `open` shows it opened; its marks follow `page`; `sent` counts what is sent from here.
pub(super) fn letter(letter: DeadLetter, open: bool, page: Page, sent: RwSignal<u32>) -> AnyView {
    let live = use_live();
    let toasts = use_toasts();
    let locked = !live.visitor.may_change();
    let replay = ServerAction::<Replay>::new();
    let value = replay.value();
    let name = StoredValue::new(place(&letter));
    effect(move || match value.get() {
        Some(Ok(())) => {
            toasts.say("ok", format!("{} was sent again.", name.get_value()));
            sent.update(|sent| *sent += 1);
        }
        Some(Err(_)) if replay.version().get_untracked() > 0 => {
            toasts.say("bad", format!("{} was not sent again.", name.get_value()));
        }
        _ => {}
    });
    let (id, first) = (letter.id.clone(), marks(&letter));
    let now = memo(move || {
        page.with(|page| {
            let page = page.as_ref()?.as_ref().ok()?;
            page.dead_letters.iter().find(|known| known.id == id).map(marks)
        })
        .unwrap_or(first)
    });
    let outcome = move || {
        Some(match value.get()? {
            Ok(()) => view! { <p class="became ok"><Glyph icon=Icon::Check/>"Sent again. If it is right now, it is in the graph; if it fails once more, it comes back here."</p> }.into_any(),
            // Failed before this page was made, by a form without JavaScript: the page says so once, on top.
            Err(_) if replay.version().get() == 0 => return None,
            Err(error) => view! { <Refused error/> }.into_any(),
        })
    };
    let (facts, forms) = (
        facts(&letter, live.status.with_untracked(|status| status.kafka.cluster.clone()).as_ref()),
        mend(&letter, replay, locked),
    );
    let ids = hidden(&letter);
    let glance: String = letter.value.as_deref().unwrap_or("(no value)").chars().take(GLANCE).collect();
    let origin = letter.origin.as_ref().map(|origin| {
        let word = format!("sent again from {origin}");
        view! { <Badge word icon=Icon::Retry tone="idle"/> }
    });
    let replay_label = format!("Replay {}", place(&letter));
    view! {
        <li>
            <details open=open>
                <summary>
                    <span class="state warn" title=letter.reason.clone()><Glyph icon=Icon::Warning/>{words(&letter.reason)}</span>
                    <span class="why">{sentence(&letter.message)}</span>
                    <span class="meta">
                        <code class="place">{place(&letter)}</code>
                        {origin}
                        {mark(now, 0, "being sent again since ", Icon::Ring, "idle")}
                        {mark(now, 1, "sent again ", Icon::Retry, "idle")}
                        {mark(now, 2, "failed again ", Icon::Warning, "warn")}
                    </span>
                    <code class="glance">{glance}</code>
                </summary>
                {facts}
                {forms}
            </details>
            <ActionForm action=replay>
                {ids}
                <button class="btn" type="submit" disabled=locked aria-label=replay_label>"Replay"</button>
            </ActionForm>
            <div class="outcome-of" role="status">{outcome}</div>
        </li>
    }
    .into_any()
}

/// What is known besides the value.
fn facts(letter: &DeadLetter, cluster: Option<&String>) -> AnyView {
    let fact = |name: &'static str, value: AnyView| view! { <dt>{name}</dt><dd>{value}</dd> }.into_any();
    let code = |text: String| view! { <code>{text}</code> }.into_any();
    let time = |at: i64| view! { <Time at say=Say::Day/> }.into_any();
    let headers = letter.headers.iter().map(|(name, value)| {
        let value = value.clone().unwrap_or_else(|| "none".to_owned());
        view! { <dt>"header "<code>{name.clone()}</code></dt><dd><code>{value}</code></dd> }.into_any()
    });
    let facts = headers
        .chain([fact("key", code(letter.key.clone().unwrap_or_else(|| "none".to_owned())))])
        .chain(letter.timestamp_ms.map(|at| fact("produced", time(at))))
        .chain([fact("recorded", time(letter.recorded_at)), fact("reason", code(letter.reason.clone()))])
        .chain([fact("connector", code(letter.connector.clone())), fact("cluster", code(letter.cluster.clone()))])
        .collect_view();
    let here = address::of_letter(&letter.topic, letter.partition, letter.offset);
    let stream = format!("/stream?sel={}/{}/{}", letter.topic, letter.partition, letter.offset);
    // A cluster that is gone has no stream to look into.
    let stream = (cluster == Some(&letter.cluster)).then(|| view! { <a href=stream>"Its place in the stream"</a> });
    view! {
        <dl class="facts">{facts}</dl>
        <p class="links">{stream}<a href=here>"Link to this letter"</a></p>
    }
    .into_any()
}

/// A badge with the time of a mark, while there is one.
fn mark(marks: Memo<Marks>, index: usize, word: &'static str, icon: Icon, tone: &'static str) -> AnyView {
    let at = memo(move || marks.get()[index]);
    let any = memo(move || at.get().is_some());
    when(any, move || {
        let time = move || at.get().map(|at| view! { <Time at say=Say::Short/> });
        view! { <span class=format!("state {tone}")><Glyph icon/>{word}{time}</span> }.into_any()
    })
}

/// What people call a letter.
pub(super) fn place(letter: &DeadLetter) -> String {
    format!("{}-{} @ {}", letter.topic, letter.partition, letter.offset)
}

fn marks(letter: &DeadLetter) -> Marks {
    // Sent and acknowledged, a claim is of no interest any more.
    [letter.claimed_at, letter.replayed_at, letter.failed_again_at]
}
