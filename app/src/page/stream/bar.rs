//! What picks records: topic, text, broken ones only. A form that also works without JavaScript.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::{Kind, status::Status};

use super::address::Address;
use crate::{erased::memo, live::use_live};

/// How long somebody who types is left alone.
const TYPING: Duration = Duration::from_millis(300);

#[component]
pub(super) fn Bar(address: Memo<Address>) -> impl IntoView {
    let tab = move |topic: Option<String>| {
        let label = topic.as_deref().map_or("All", Kind::label_of).to_owned();
        let topic = StoredValue::new(topic);
        let href = move || Address { topic: topic.get_value(), ..address.get().closed() }.href();
        let current = move || (address.get().topic == topic.get_value()).then_some("page");
        view! { <a href=href data-noscroll="" aria-current=current>{label}</a> }
    };
    let status = use_live().status;
    let topics = memo(move || status.with(topics));
    let tabs = move || topics.get().into_iter().map(|topic| tab(Some(topic))).collect_view();
    let navigate = use_navigate();
    let go = move |to: Address| {
        let options = NavigateOptions { scroll: false, replace: true, ..NavigateOptions::default() };
        navigate(&to.href(), options);
    };
    let typed = RwSignal::new(address.get_untracked().text);
    let text = memo(move || address.get().text);
    // A link may change it too; what is being typed is newer than the address.
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    crate::erased::effect(move || {
        let text = text.get();
        if waiting.get_value().is_none() {
            typed.set(text);
        }
    });
    let (go_on_find, go_on_tick) = (go.clone(), go);
    let find = move || {
        if let Some(waiting) = waiting.get_value() {
            waiting.clear();
        }
        waiting.set_value(None);
        let text = typed.get_untracked();
        let now = address.get_untracked();
        if now.text != text {
            go_on_find(Address { text, ..now });
        }
    };
    let (find_now, find_soon) = (find.clone(), find);
    // Who leaves while he types is not brought back.
    on_cleanup(move || {
        if let Some(waiting) = waiting.try_get_value().flatten() {
            waiting.clear();
        }
    });
    let topic = move || address.get().topic;
    let first = address.get_untracked();
    view! {
        <div class="bar-top">
            <nav class="seg" aria-label="Topic">{tab(None)}{tabs}</nav>
            <form
                method="get"
                action="/stream"
                class="right find"
                role="search"
                on:submit=move |event| {
                    event.prevent_default();
                    find_now();
                }
            >
                {move || topic().map(|topic| view! { <input type="hidden" name="topic" value=topic/> })}
                <label class="tick">
                    <input
                        type="checkbox"
                        name="broken"
                        value="1"
                        checked=first.broken
                        prop:checked=move || address.get().broken
                        on:change:target=move |event| {
                            go_on_tick(Address { broken: event.target().checked(), ..address.get_untracked() });
                        }
                    />
                    "Only broken ones"
                </label>
                <input
                    type="search"
                    name="q"
                    maxlength="200"
                    placeholder="Find in key and value"
                    aria-label="Find in key and value"
                    value=first.text
                    prop:value=typed
                    on:input:target=move |event| {
                        typed.set(event.target().value());
                        if let Some(waiting) = waiting.get_value() {
                            waiting.clear();
                        }
                        waiting.set_value(set_timeout_with_handle(find_soon.clone(), TYPING).ok());
                    }
                />
                <button class="btn no-js" type="submit">"Find"</button>
            </form>
        </div>
    }
}

/// The topics that are shown: those of the three kinds, then those of other connectors.
fn topics(status: &Status) -> Vec<String> {
    let own =
        status.connectors.iter().flat_map(|connector| &connector.topics).collect::<std::collections::BTreeSet<_>>();
    let own = own.into_iter().filter(|topic| topic.parse::<Kind>().is_err()).cloned();
    Kind::ALL.map(|kind| kind.topic().to_owned()).into_iter().chain(own).collect()
}

#[cfg(test)]
mod tests {
    use model::status::ConnectorStatus;

    use super::*;

    #[test]
    fn topics_of_one_s_own_come_after_the_three_each_once() {
        let connector = |topics: &[&str]| ConnectorStatus {
            topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
            ..ConnectorStatus::default()
        };
        let connectors = vec![connector(&["shipments", "purchases"]), connector(&["parcels", "shipments"])];
        let found = topics(&Status { connectors, ..Status::default() });
        assert_eq!(found, ["purchases", "product_interactions", "user_connections", "parcels", "shipments"]);
    }
}
