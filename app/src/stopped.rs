//! What a visitor is told when the page's program has ended: a panic ends it, and what stays on the screen does nothing any
//! more.

/// Tells the console what a panic says, and the visitor that the page has stopped.
pub(crate) fn tell_of_panics() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        banner();
    }));
}

/// Without Leptos, which may be what panicked. The second panic that often follows the first changes nothing.
fn banner() {
    let document = leptos::prelude::document();
    let (Some(body), Ok(banner)) = (document.body(), document.create_element("div")) else { return };
    if document.query_selector(".not-live").is_ok_and(|told| told.is_some()) {
        return;
    }
    banner.set_class_name("banner bad not-live");
    // A link that Leptos leaves to the browser.
    banner.set_inner_html(
        r#"<p><b>This page has stopped.</b> Something in it went wrong; what Sluice does goes on. <a href="" rel="external">Reload</a></p>"#,
    );
    let _ = banner.set_attribute("role", "alert");
    let _ = body.append_child(&banner);
}
