//! Memos, effects, conditions and shared data whose machinery exists once in the browser's module, not once for each closure.

use leptos::{
    prelude::*,
    server::codee::{Decoder, Encoder},
};
use serde::{Serialize, de::DeserializeOwned};

/// A memo. `Memo::new` with a boxed closure: its machinery is compiled for each type of value only.
pub(crate) fn memo<T: PartialEq + Send + Sync + 'static>(value: impl Fn() -> T + Send + Sync + 'static) -> Memo<T> {
    boxed_memo(Box::new(value))
}

fn boxed_memo<T: PartialEq + Send + Sync + 'static>(value: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T> {
    Memo::new(move |_| value())
}

/// An effect, likewise.
pub(crate) fn effect(react: impl FnMut() + 'static) {
    boxed_effect(Box::new(react));
}

fn boxed_effect(mut react: Box<dyn FnMut()>) {
    Effect::new(move |_| react());
}

/// A view that is there while a condition holds.
pub(crate) fn when(condition: Memo<bool>, view: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    boxed_when(condition, Box::new(view))
}

fn boxed_when(condition: Memo<bool>, view: Box<dyn Fn() -> AnyView + Send>) -> AnyView {
    (move || condition.get().then(&view)).into_any()
}

/// A view that asks the server for something, there while the address has chosen it.
///
/// A closure in a transition is called again and again while the server waits for what is in it, and each call would ask
/// anew: the page would carry every answer, and the browser begin with another one than the server has drawn. The
/// address of a request does not change, so there the view is made once.
pub(crate) fn chosen(condition: Memo<bool>, view: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    if cfg!(feature = "ssr") { condition.get_untracked().then(view).into_any() } else { when(condition, view) }
}

/// JSON for what the server hands over with the HTML, read as server functions read their answers: so each type is
/// decoded by one piece of code and not by two.
#[derive(Debug)]
pub(crate) struct Json;

impl<T: Serialize> Encoder<T> for Json {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for Json {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        serde_json::from_slice(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_hands_over_arrives() {
        let text = Json::encode(&vec![Some(1.5), None]).unwrap();
        let back: Vec<Option<f64>> = Json::decode(&text).unwrap();
        assert_eq!(back, [Some(1.5), None]);
    }
}
