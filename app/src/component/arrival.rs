//! What a browser does when a page is loaded, done for pages that are not: the focus and a word for those who listen, and
//! on the way back the place where one was.

use leptos::prelude::*;
#[cfg(feature = "hydrate")]
use leptos_router::hooks::use_location;

/// Follows the visitor from page to page.
#[component]
pub(crate) fn Arrival() -> impl IntoView {
    let said = RwSignal::new(String::new());
    #[cfg(feature = "hydrate")]
    {
        let location = use_location();
        focus::follow(location.pathname, said);
        place::keep(Signal::derive(move || location.pathname.get() + &location.search.get()));
    }
    view! { <p class="sr" role="status" data-testid="arrival">{said}</p> }
}

#[cfg(feature = "hydrate")]
mod focus {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::HtmlElement;

    use crate::{component::top_bar::title, erased::effect};

    /// After a change of the page its heading has the focus: the link that led here may be gone.
    pub(super) fn follow(path: Memo<String>, said: RwSignal<String>) {
        let mut before: Option<String> = None;
        effect(move || {
            let path = path.get();
            if before.as_ref().is_some_and(|before| *before != path) {
                let heading = document().query_selector("h1").ok().flatten();
                if let Some(heading) = heading.and_then(|heading| heading.dyn_into::<HtmlElement>().ok()) {
                    // What cannot be focused is read all the same.
                    let _ = heading.focus();
                }
                said.set(format!("{}, page opened", title(&path)));
            }
            before = Some(path);
        });
    }
}

#[cfg(feature = "hydrate")]
mod place {
    use std::time::Duration;

    use leptos::{ev, leptos_dom::helpers::TimeoutHandle, prelude::*};

    /// How many addresses are remembered.
    const REMEMBERED: usize = 30;
    /// How often the place is tried while the page's answers come in, and how long to wait between.
    const TRIES: u32 = 200;
    const PAUSE: Duration = Duration::from_millis(50);

    /// The next try.
    type Waiting = StoredValue<Option<TimeoutHandle>>;

    /// Remembers how far each address was scrolled, and goes there on the way back. Browsers try too, but before the page's
    /// answers are there it is too short. Who moves by himself meanwhile, or goes on, is let go.
    pub(super) fn keep(address: Signal<String>) {
        let places = StoredValue::new(Vec::<(String, f64)>::new());
        let waiting = Waiting::new(None);
        let let_go = move || {
            if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
                handle.clear();
            }
        };
        let scrolled = window_event_listener(ev::scroll, move |_| {
            let Ok(y) = window().scroll_y() else { return };
            let here = address.get_untracked();
            places.update_value(|places| {
                places.retain(|(address, _)| *address != here);
                places.push((here, y));
                if places.len() > REMEMBERED {
                    places.remove(0);
                }
            });
        });
        let back = window_event_listener(ev::popstate, move |_| {
            let location = window().location();
            let (Ok(path), Ok(search)) = (location.pathname(), location.search()) else { return };
            let search = search.strip_prefix('?').unwrap_or(&search);
            let there = path + search;
            let known = places.with_value(|places| places.iter().find(|(address, _)| *address == there).map(|it| it.1));
            let_go();
            if let Some(y) = known.filter(|y| *y > 0.0) {
                go(y, TRIES, waiting);
            }
        });
        let moves = [
            window_event_listener(ev::wheel, move |_| let_go()),
            window_event_listener(ev::pointerdown, move |_| let_go()),
            window_event_listener(ev::keydown, move |_| let_go()),
        ];
        on_cleanup(move || {
            let_go();
            scrolled.remove();
            back.remove();
            for listener in moves {
                listener.remove();
            }
        });
    }

    /// Scrolls there as soon as the page is long enough.
    fn go(y: f64, tries: u32, waiting: Waiting) {
        let deferred = move || {
            window().scroll_to_with_x_and_y(0.0, y);
            let arrived = window().scroll_y().is_ok_and(|now| (now - y).abs() < 2.0);
            if !arrived && tries > 0 {
                go(y, tries - 1, waiting);
            }
        };
        waiting.try_set_value(set_timeout_with_handle(deferred, PAUSE).ok());
    }
}
