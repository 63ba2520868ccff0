//! The picture as it is on the stage, as a file of twice its size.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Blob, CanvasRenderingContext2d, HtmlAnchorElement, HtmlCanvasElement, Url};

use super::stage::{Stage, context};

/// Sharp in print and on the screens of phones.
const RATIO: f64 = 2.0;

impl Stage {
    /// Draws everything onto a canvas of its own and hands it over as `NAME.png`.
    pub(super) fn save(&self, name: &'static str) {
        let Some((canvas, context)) = self.blank() else { return };
        let _ = context.set_transform(RATIO, 0.0, 0.0, RATIO, 0.0, 0.0);
        self.draw_discs(&context, self.camera);
        self.draw_edges(&context, self.camera, self.size, &self.plan.edges);
        self.draw_nodes(&context, self.camera, self.size, self.swell(), &self.plan.nodes);
        self.write(&context, self.camera, &self.labels);
        // What stands out on the stage stands out in the file: the rest steps back behind a veil.
        if self.glow.dims() {
            self.veil(&context);
        }
        self.draw_glow(&context, self.camera);
        let hand_over = Closure::once_into_js(move |blob: Option<Blob>| {
            if let Some(blob) = blob {
                offer(&blob, name);
            }
        });
        let _ = canvas.to_blob(hand_over.unchecked_ref());
    }

    /// A canvas with the page's background and nothing else.
    fn blank(&self) -> Option<(HtmlCanvasElement, CanvasRenderingContext2d)> {
        let canvas = document().create_element("canvas").ok()?.dyn_into::<HtmlCanvasElement>().ok()?;
        canvas.set_width((self.size.0 * RATIO) as u32);
        canvas.set_height((self.size.1 * RATIO) as u32);
        let context = context(&canvas)?;
        context.set_fill_style_str(&self.palette.surface);
        context.fill_rect(0.0, 0.0, self.size.0 * RATIO, self.size.1 * RATIO);
        Some((canvas, context))
    }
}

/// Lets the browser save it.
fn offer(blob: &Blob, name: &str) {
    let Ok(address) = Url::create_object_url_with_blob(blob) else { return };
    let link = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(&address);
        link.set_download(&format!("{name}.png"));
        link.click();
    }
    // The browser has taken hold of it by the time of the next turn.
    set_timeout(
        move || {
            let _ = Url::revoke_object_url(&address);
        },
        std::time::Duration::from_secs(10),
    );
}
