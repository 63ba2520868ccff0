//! Answers that are asked for again while somebody looks at them.

use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use super::use_live;
use crate::{
    call::CallError,
    erased::{Json, effect},
};

/// What a page waits for.
pub(crate) type Answer<T> = Resource<Result<T, CallError>, Json>;

/// What a view reads of a resource.
pub(crate) trait Arrived<T> {
    /// What is there, with nothing once the page is gone: a view in a transition may be drawn once more after that, and
    /// `get` would panic.
    fn arrived(&self) -> Option<T>;
}

impl<T: Clone + Send + Sync + 'static> Arrived<T> for Resource<T, Json> {
    fn arrived(&self) -> Option<T> {
        self.try_get().flatten()
    }
}

/// An answer for what `source` says, asked for again at every beat of the page's answers.
pub(crate) fn polled<S, T, Fut>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> Fut + Send + Sync + 'static,
) -> Answer<T>
where
    S: Clone + PartialEq + Send + Sync + 'static,
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    Fut: Future<Output = Result<T, CallError>> + Send + 'static,
{
    polled_at(use_live().beat.into(), source, fetch)
}

/// An answer for what `source` says, asked for again whenever `beat` changes; while one question is under way no second is asked.
///
/// The old answer stays until the new one is there.
pub(crate) fn polled_at<S, T, Fut>(
    beat: Signal<u32>,
    source: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> Fut + Send + Sync + 'static,
) -> Answer<T>
where
    S: Clone + PartialEq + Send + Sync + 'static,
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    Fut: Future<Output = Result<T, CallError>> + Send + 'static,
{
    let tick = RwSignal::new(0_u32);
    let busy = StoredValue::new(false);
    let missed = StoredValue::new(false);
    let mut before = None;
    effect(move || {
        let now = beat.get();
        if before.replace(now).is_some_and(|before| before != now) {
            if busy.get_value() {
                missed.set_value(true);
            } else {
                tick.update(|tick| *tick += 1);
            }
        }
    });
    Resource::new_with_options(
        move || (source(), tick.get()),
        move |(source, _)| {
            let answer = fetch(source);
            async move {
                // Not before it is polled: an answer that came with the page is fetched by nobody, though this is called.
                busy.try_set_value(true);
                let answer = answer.await;
                // The page may be gone by now, and its values with it.
                busy.try_set_value(false);
                if missed.try_get_value() == Some(true) {
                    missed.try_set_value(false);
                    tick.try_update(|tick| *tick += 1);
                }
                answer
            }
        },
        false,
    )
}
