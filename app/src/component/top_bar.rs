//! The bar on top: the page's title, the connection, how often answers refresh, and the theme.

use leptos::{html, prelude::*, text_prop::TextProp};
use leptos_meta::Title;
use leptos_router::hooks::use_location;

use super::{keys::KeysButton, time::clock};
use crate::{
    cookie::{self, Refresh, Theme},
    erased::memo,
    live::{Connection, Live, use_live},
};

/// What the page at a path is called.
pub(super) fn title(path: &str) -> &'static str {
    match path.trim_end_matches('/') {
        "" => "Overview",
        "/simulate" => "Simulate",
        "/stream" => "Stream",
        "/insights/top-products" => "Top products",
        "/insights/influencers" => "Influencers",
        "/insights/best-rated" => "Best rated",
        "/insights/similar-buyers" => "Similar buyers",
        "/connectors" => "Connectors",
        "/connectors/new" => "New connector",
        "/connectors/edit" => "Edit a connector",
        "/dead-letters" => "Dead letters",
        "/sign-in" => "Sign in",
        _ => "Not found",
    }
}

/// The bar.
#[component]
pub(crate) fn TopBar() -> impl IntoView {
    let path = use_location().pathname;
    let title = memo(move || title(&path.get()));
    let visitor = use_live().visitor;
    let sign_in =
        (visitor.token_required && !visitor.signed_in).then(|| view! { <a class="chip" href="/sign-in">"Sign in"</a> });
    // A plain form, like signing in: it works without JavaScript, and the server ends the session.
    let sign_out = (visitor.token_required && visitor.signed_in).then(|| {
        view! { <form method="post" action="/logout"><button class="chip" type="submit">"Sign out"</button></form> }
    });
    let text = move || format!("{} · Sluice", title.get());
    // The server asks for it when the page is done, and by then maybe on a thread where another page is being made.
    let text: TextProp = if cfg!(feature = "ssr") { untrack(text).into() } else { text.into() };
    view! {
        <Title text/>
        <header class="top">
            // Focused from the program only, after a change of the page.
            <h1 tabindex="-1">{title}</h1>
            <div class="right">
                {sign_in}
                {sign_out}
                <ConnectionChip/>
                <RefreshChoice/>
                <ThemeChoice/>
                <KeysButton/>
            </div>
        </header>
    }
}

#[component]
fn ConnectionChip() -> impl IntoView {
    let live = use_live();
    // The time belongs only to what stands still: beside live numbers it would be one more thing that flickers.
    let text = move || match live.connection.get() {
        Connection::Rendered => format!("As of {}", clock(live.status.with(|status| status.at))),
        Connection::Live => "Live".to_owned(),
        Connection::Polled => "Live, every 3 s".to_owned(),
        Connection::Reconnecting => "Reconnecting".to_owned(),
        Connection::Paused { since } => format!("Paused at {}", clock(since)),
        Connection::Stale { since } => format!("Stale since {}", clock(since)),
    };
    let class = move || match live.connection.get() {
        Connection::Rendered => "chip",
        Connection::Paused { .. } => "chip rest",
        Connection::Live | Connection::Polled => "chip ok",
        Connection::Reconnecting | Connection::Stale { .. } => "chip warn",
    };
    view! { <span class=class role="status" aria-label="Connection"><i class="dot" aria-hidden="true"></i><span>{text}</span></span> }
}

/// A select that looks like a chip.
#[component]
fn Choice(
    label: &'static str,
    options: Vec<(String, String)>,
    #[prop(into)] value: Signal<String>,
    choose: impl Fn(&str) + 'static,
) -> impl IntoView {
    let select = NodeRef::<html::Select>::new();
    let chosen = value.get_untracked();
    let options = options
        .into_iter()
        .map(|(name, text)| {
            let selected = name == chosen;
            view! { <option value=name selected=selected>{text}</option> }
        })
        .collect_view();
    view! {
        <select
            class="chip js"
            aria-label=label
            node_ref=select
            prop:value=value
            on:change:target=move |event| choose(&event.target().value())
        >
            {options}
        </select>
    }
}

#[component]
fn RefreshChoice() -> impl IntoView {
    let refresh = use_live().refresh;
    let options = Refresh::ALL.into_iter().map(|each| (each.0.to_string(), each.label())).collect();
    view! {
        <Choice
            label="Refresh answers"
            options
            value=Signal::derive(move || refresh.get().0.to_string())
            choose=move |text| {
                if let Some(chosen) = Refresh::from_text(text) {
                    cookie::write(Refresh::COOKIE, text);
                    refresh.set(chosen);
                }
            }
        />
    }
}

/// Shows the page in a theme, now and on later visits.
pub(super) fn choose_theme(live: Live, theme: Theme) {
    cookie::write(Theme::COOKIE, theme.name());
    live.theme.set(theme);
    #[cfg(feature = "hydrate")]
    if let Some(root) = document().document_element() {
        // The attribute is all that the style sheet asks for; without it the page follows the system.
        let _ = root.set_attribute("data-theme", theme.name());
    }
}

#[component]
fn ThemeChoice() -> impl IntoView {
    let live = use_live();
    let theme = live.theme;
    let options =
        Theme::ALL.into_iter().map(|each| (each.name().to_owned(), format!("{} theme", each.label()))).collect();
    view! {
        <Choice
            label="Theme"
            options
            value=Signal::derive(move || theme.get().name().to_owned())
            choose=move |name| {
                if let Some(chosen) = Theme::from_name(name) {
                    choose_theme(live, chosen);
                }
            }
        />
    }
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn every_address_has_a_title() {
        assert_eq!(title("/"), "Overview");
        assert_eq!(title("/insights/best-rated/"), "Best rated");
        assert_eq!(title("/nowhere"), "Not found");
    }
}
