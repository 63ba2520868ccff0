//! All waiting letters of a topic or a reason sent again as they are, round by round, with what became of each.

use leptos::{ev, prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;
use model::dead_letter::{ReasonCount, ReplayFailure, ReplayRound};

use super::{address::Asked, filter::words, total};
use crate::{
    call::act::ReplayMany,
    component::{
        banner::{Banner, sentence},
        confirm::Confirm,
        toast::use_toasts,
    },
    erased::{effect, memo, when},
    format,
    live::use_live,
};

/// Letters in a round, here: so many that progress is seen, and so few that a stop is soon.
const ROUND: u32 = 100;
/// How many of those that failed are named.
const NAMED: usize = 20;

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq)]
struct Progress {
    /// How many there are to send.
    of: i64,
    sent: i64,
    skipped: i64,
    failed: i64,
    /// The first of them.
    named: Vec<ReplayFailure>,
    running: bool,
    /// Somebody pressed Stop.
    stopped: bool,
    /// Why it could not go on.
    broken: Option<String>,
}

impl Progress {
    fn begin(of: i64) -> Self {
        Self { of, running: true, ..Self::default() }
    }

    /// Adds a round, and says whether there is to be another one.
    fn add(&mut self, round: &ReplayRound) -> bool {
        self.sent += i64::from(round.replayed);
        self.skipped += i64::from(round.skipped);
        self.failed += round.failed.len() as i64;
        let room = NAMED.saturating_sub(self.named.len());
        self.named.extend(round.failed.iter().take(room).cloned());
        self.broken = round.stopped.as_ref().map(|failure| sentence(&failure.message));
        self.running = !round.done && !self.stopped && self.broken.is_none();
        self.running
    }

    fn sentence(&self) -> String {
        let part = |count: i64, what: &str| format!("{} {what}", format::thousands(count));
        let mut said = vec![part(self.sent, "sent again")];
        if self.skipped > 0 {
            said.push(part(self.skipped, "left alone since they were sent before"));
        }
        if self.failed > 0 {
            said.push(part(self.failed, "not sent"));
        }
        said.join(", ") + "."
    }
}

/// The button, its question, the progress, and the outcome.
pub(super) fn bulk(asked: Memo<Asked>, counts: Signal<Vec<ReasonCount>>, sent: RwSignal<u32>) -> AnyView {
    let toasts = use_toasts();
    let locked = !use_live().visitor.may_change();
    let rounds = ServerAction::<ReplayMany>::new();
    let value = rounds.value();
    let progress = RwSignal::new(Progress::default());
    let waiting = memo(move || asked.with(|asked| counts.with(|counts| total(asked, counts).1)));
    let of_topic = memo(move || asked.with(|asked| asked.topic.is_some()) && waiting.get() > 0);
    let running = memo(move || progress.with(|progress| progress.running));
    let round = move |after: Option<String>, until: Option<i64>| {
        let asked = asked.get_untracked();
        let topic = asked.topic.unwrap_or_default();
        rounds.dispatch(ReplayMany { topic, reason: asked.reason, limit: Some(ROUND), after, until });
    };
    effect(move || match value.get() {
        None => {}
        Some(Ok(answer)) => {
            sent.update(|sent| *sent += 1);
            if progress.try_update(|progress| progress.add(&answer)) == Some(true) {
                round(answer.next, Some(answer.until));
            } else {
                toasts.say("ok", progress.with_untracked(Progress::sentence));
            }
        }
        Some(Err(error)) => progress.update(|progress| {
            progress.running = false;
            progress.broken = Some(sentence(error.message()));
        }),
    });
    let send = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if !running.get_untracked() {
            progress.set(Progress::begin(waiting.get_untracked()));
            round(None, None);
        }
    };
    let which = move || asked.with(which);
    let count = move || format::plural(waiting.get(), "dead letter", "dead letters");
    let hidden = move || {
        asked.with(|asked| {
            view! {
                <input type="hidden" name="topic" value=asked.topic.clone()/>
                <input type="hidden" name="reason" value=asked.reason.clone()/>
            }
        })
    };
    view! {
        <div class="bulk">
            {when(of_topic, move || {
                view! {
                    <Confirm
                        id="replay-all".to_owned()
                        word=Signal::derive(move || format!("Replay all {}…", format::thousands(waiting.get())))
                        label=Signal::derive(move || format!("Replay all {}…", format::thousands(waiting.get())))
                        title=Signal::derive(move || format!("Send {} again as they are?", count()))
                        text=Signal::derive(move || {
                            format!(
                                "These are all that wait {}. What still breaks a rule fails once more and comes back here as a new letter. \
                                 Those that were sent again before are left alone, and nothing is stored twice.",
                                which()
                            )
                        })
                        locked
                    >
                        <form method="post" action=ReplayMany::PATH on:submit=send>
                            {hidden}
                            <button class="btn primary" type="submit" disabled=locked>
                                {move || format!("Send {} again", format::thousands(waiting.get()))}
                            </button>
                        </form>
                    </Confirm>
                    <span class="muted">{move || format!("wait to be sent again {}", which())}</span>
                }
                .into_any()
            })}
        </div>
        {when(running, move || under_way(progress).into_any())}
        {move || progress.with(ended)}
        <Posted/>
    }
    .into_any()
}

/// Which letters are meant, in words.
fn which(asked: &Asked) -> String {
    let topic = asked.topic.as_deref().unwrap_or("any topic");
    match &asked.reason {
        Some(reason) => format!("in {topic} for \u{201c}{}\u{201d}", words(reason)),
        None => format!("in {topic}"),
    }
}

fn under_way(progress: RwSignal<Progress>) -> AnyView {
    let done = move || progress.with(|progress| progress.sent + progress.failed);
    let of = move || progress.with(|progress| progress.of.max(1));
    view! {
        <div class="under-way" role="status">
            <progress max=of value=done aria-label="Sending again"></progress>
            <span>{move || format!("{} of {} sent again", format::thousands(done()), format::thousands(of()))}</span>
            <button class="btn" type="button" on:click=move |_| progress.update(|progress| progress.stopped = true)>"Stop"</button>
        </div>
    }
    .into_any()
}

/// What it came to.
fn ended(progress: &Progress) -> Option<AnyView> {
    if progress.running || (progress.sent + progress.failed + progress.skipped == 0 && progress.broken.is_none()) {
        return None;
    }
    let more = if let Some(why) = &progress.broken {
        format!(" {why} Press the button again to go on with the rest.")
    } else if progress.stopped {
        " You stopped it. Press the button again to go on with the rest.".to_owned()
    } else {
        " What still breaks a rule comes back here as a new letter.".to_owned()
    };
    let tone = if progress.broken.is_some() {
        "bad"
    } else if progress.failed > 0 || progress.stopped {
        "warn"
    } else {
        "ok"
    };
    let unnamed = progress.failed - progress.named.len() as i64;
    let named = progress.named.iter().map(|failure| {
        let place = format!("{}-{} @ {}", failure.topic, failure.partition, failure.offset);
        view! { <li><code>{place}</code>" "{sentence(&failure.message)}</li> }
    });
    let named = (!progress.named.is_empty()).then(|| {
        let others = (unnamed > 0).then(|| view! { <li>{format!("and {} more", format::thousands(unnamed))}</li> });
        view! { <ul class="named">{named.collect_view()}{others}</ul> }
    });
    Some(view! { <Banner tone title="Replay:" text=progress.sentence() + &more/>{named} }.into_any())
}

/// What a form that was sent without JavaScript came to: the server writes it into the address.
#[component]
fn Posted() -> impl IntoView {
    let query = use_query_map();
    move || {
        query.with(|query| {
            let number = |name: &str| query.get(name).and_then(|text| text.parse::<u32>().ok());
            let (sent, skipped, failed) = (number("sent")?, number("skipped")?, number("failed")?);
            let progress =
                Progress { sent: sent.into(), skipped: skipped.into(), failed: failed.into(), ..Progress::default() };
            let left = if query.get("left").is_some() { " There are more: press the button again." } else { "" };
            let tone = if failed > 0 { "warn" } else { "ok" };
            Some(view! { <Banner tone title="Replay:" text=progress.sentence() + left/> })
        })
    }
}

#[cfg(test)]
mod tests {
    use model::Failure;

    use super::*;

    fn round(replayed: u32, failed: usize, done: bool) -> ReplayRound {
        ReplayRound { replayed, failed: vec![ReplayFailure::default(); failed], done, ..ReplayRound::default() }
    }

    #[test]
    fn rounds_add_up_until_the_last_one() {
        let mut progress = Progress::begin(150);
        assert!(progress.add(&round(90, 10, false)));
        assert!(!progress.add(&ReplayRound { skipped: 2, ..round(35, 15, true) }));
        assert_eq!(progress.sentence(), "125 sent again, 2 left alone since they were sent before, 25 not sent.");
        assert_eq!(progress.named.len(), NAMED);
    }

    #[test]
    fn a_stop_and_an_outage_end_it_and_the_second_says_why() {
        let mut progress = Progress { stopped: true, ..Progress::begin(9) };
        assert!(!progress.add(&round(1, 0, false)));
        assert_eq!(progress.broken, None);
        let mut progress = Progress::begin(9);
        let stopped = Some(Failure::new("store_unavailable", "the graph is away"));
        assert!(!progress.add(&ReplayRound { stopped, ..round(1, 1, false) }));
        assert_eq!(progress.broken.as_deref(), Some("The graph is away."));
    }
}
