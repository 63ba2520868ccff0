//! The menu that takes an answer along: numbers as CSV or JSON, the chart as SVG or PNG.
//!
//! The server writes all of them but the PNG, which the browser paints from the server's SVG.

use leptos::{ev, html, prelude::*};

/// What is exported: the addresses, which change with the page's choices.
#[derive(Clone, PartialEq)]
pub(super) struct Addresses {
    /// The API's answer, without a format.
    pub(super) answer: String,
    /// Other answers of the same page that can be had as CSV: their name, and the address without a format.
    pub(super) beside: Option<(&'static str, &'static str)>,
    /// The drawing.
    pub(super) drawing: String,
    /// The name of the picture's file.
    pub(super) picture: String,
}

fn with(address: &str, more: &str) -> String {
    format!("{address}{}{more}", if address.contains('?') { '&' } else { '?' })
}

/// The menu. It opens and its links work without JavaScript; only the PNG needs it.
pub(super) fn menu(addresses: Memo<Addresses>) -> AnyView {
    let details = NodeRef::<html::Details>::new();
    let close = move || {
        if let Some(details) = details.get_untracked() {
            let _ = details.remove_attribute("open");
        }
    };
    let item = move |what: &'static str, about: &'static str, class: &'static str, href: fn(&Addresses) -> String| {
        view! {
            <li class=class>
                <a href=move || addresses.with(href) download="" on:click=move |event| {
                    close();
                    if about == PICTURE {
                        event.prevent_default();
                        paint(&addresses.get_untracked());
                    }
                }><b>{what}</b>" "<span>{about}</span></a>
            </li>
        }
    };
    let beside = addresses.with_untracked(|addresses| addresses.beside).map(|(name, _)| {
        item("CSV", name, "", |addresses| {
            addresses.beside.map_or_else(String::new, |(_, address)| with(address, "format=csv"))
        })
    });
    view! {
        <details
            class="menu"
            node_ref=details
            on:keydown=move |event: ev::KeyboardEvent| if event.key() == "Escape" {
                close();
                if let Some(summary) = details.get_untracked().and_then(|details| details.first_element_child()) {
                    focus(&summary);
                }
            }
            on:focusout=move |event: ev::FocusEvent| if left(details, &event) { close() }
        >
            <summary class="chip">"Export"</summary>
            <ul>
                {item("CSV", "the rows, for a spreadsheet", "", |addresses| with(&addresses.answer, "format=csv"))}
                {beside}
                {item("JSON", "the answer, for a program", "", |addresses| with(&addresses.answer, "format=json"))}
                {item("SVG", "the chart, as a drawing", "", |addresses| addresses.drawing.clone())}
                {item("PNG", PICTURE, "js", |addresses| addresses.drawing.clone())}
            </ul>
        </details>
    }
    .into_any()
}

const PICTURE: &str = "the chart, as a picture";

#[cfg(feature = "hydrate")]
fn focus(element: &web_sys::Element) {
    use wasm_bindgen::JsCast;

    if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
        let _ = element.focus();
    }
}

#[cfg(not(feature = "hydrate"))]
fn focus<T>(_: &T) {}

/// The focus went to something outside; where it went nowhere (a press on a link in Safari), the menu stays.
#[cfg(feature = "hydrate")]
fn left(details: NodeRef<html::Details>, event: &ev::FocusEvent) -> bool {
    use wasm_bindgen::JsCast;

    let Some(to) = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok()) else {
        return false;
    };
    details.get_untracked().is_some_and(|details| !details.contains(Some(&to)))
}

#[cfg(not(feature = "hydrate"))]
fn left(_: NodeRef<html::Details>, _: &ev::FocusEvent) -> bool {
    false
}

/// Paints the server's drawing twice as large as it is and hands it over as a file.
#[cfg(feature = "hydrate")]
fn paint(addresses: &Addresses) {
    let (drawing, name) = (addresses.drawing.clone(), addresses.picture.clone());
    leptos::task::spawn_local(async move {
        if let Err(error) = picture(&drawing, &name).await {
            leptos::logging::error!("the picture could not be painted: {error:?}");
        }
    });
}

#[cfg(not(feature = "hydrate"))]
fn paint(_: &Addresses) {}

#[cfg(feature = "hydrate")]
async fn picture(drawing: &str, name: &str) -> Result<(), wasm_bindgen::JsValue> {
    use wasm_bindgen::JsCast;

    const SCALE: u32 = 2;
    let image = web_sys::HtmlImageElement::new()?;
    image.set_src(drawing);
    wasm_bindgen_futures::JsFuture::from(image.decode()).await?;
    let (width, height) = (image.natural_width() * SCALE, image.natural_height() * SCALE);
    let canvas: web_sys::HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    canvas.set_width(width);
    canvas.set_height(height);
    if let Some(context) = canvas.get_context("2d")? {
        let context: web_sys::CanvasRenderingContext2d = context.unchecked_into();
        context.draw_image_with_html_image_element_and_dw_and_dh(
            &image,
            0.0,
            0.0,
            f64::from(width),
            f64::from(height),
        )?;
    }
    let link: web_sys::HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&canvas.to_data_url()?);
    link.set_download(name);
    link.click();
    Ok(())
}
