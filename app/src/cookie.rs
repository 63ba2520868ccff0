//! What a browser remembers between visits: the theme, how often answers are asked for again, and whether keys work.

use serde::{Deserialize, Serialize};

/// Light, dark, or what the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Theme {
    /// What the system says.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    pub(crate) const COOKIE: &str = "sluice_theme";
    pub(crate) const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// The value of the cookie and of `data-theme`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Auto => "Auto",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// The next one, from light to dark to what the system says.
    #[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only browsers have keys"))]
    pub(crate) const fn next(self) -> Self {
        match self {
            Self::Auto => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::Auto,
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }
}

/// How often answers are asked for again, in seconds; 0 is never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refresh(pub(crate) u32);

impl Default for Refresh {
    fn default() -> Self {
        Self(2)
    }
}

impl Refresh {
    pub(crate) const COOKIE: &str = "sluice_refresh";
    pub(crate) const ALL: [Self; 5] = [Self(0), Self(2), Self(5), Self(10), Self(30)];

    pub(crate) fn label(self) -> String {
        if self.0 == 0 { "Off".to_owned() } else { format!("Every {} s", self.0) }
    }

    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let seconds: u32 = text.parse().ok()?;
        Self::ALL.into_iter().find(|refresh| refresh.0 == seconds)
    }
}

/// Whether single keys do something. Some speak to their machine, and what they say must not press keys (WCAG 2.1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Keys(pub(crate) bool);

impl Default for Keys {
    fn default() -> Self {
        Self(true)
    }
}

impl Keys {
    pub(crate) const COOKIE: &str = "sluice_keys";

    pub(crate) const fn text(self) -> &'static str {
        if self.0 { "on" } else { "off" }
    }

    #[cfg(any(feature = "ssr", test))]
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        [Self(true), Self(false)].into_iter().find(|keys| keys.text() == text)
    }
}

/// Finds a cookie in the value of a `Cookie` header.
#[cfg(any(feature = "ssr", test))]
fn find<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    header
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// A cookie of the request that is being answered.
#[cfg(feature = "ssr")]
pub(crate) fn read(name: &str) -> Option<String> {
    let parts = leptos::prelude::use_context::<axum::http::request::Parts>()?;
    let headers = parts.headers.get_all(axum::http::header::COOKIE);
    headers.iter().find_map(|header| Some(find(header.to_str().ok()?, name)?.to_owned()))
}

/// Keeps a value for a year.
pub(crate) fn write(name: &str, value: &str) {
    #[cfg(feature = "hydrate")]
    {
        let cookie = format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax");
        // `document.cookie` lives on HtmlDocument; a property set spares the whole interface.
        let _ = js_sys::Reflect::set(&leptos::prelude::document(), &"cookie".into(), &cookie.into());
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (name, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        assert_eq!(find("a=1; sluice_theme=dark;b=2", "sluice_theme"), Some("dark"));
        assert_eq!(find("not_sluice_theme=dark", "sluice_theme"), None);
    }

    #[test]
    fn unknown_values_are_none() {
        assert_eq!(Theme::from_name("dark"), Some(Theme::Dark));
        assert_eq!(Theme::from_name("pink"), None);
        assert_eq!(Refresh::from_text("10"), Some(Refresh(10)));
        assert_eq!(Refresh::from_text("3"), None);
        assert_eq!(Keys::from_text("off"), Some(Keys(false)));
        assert_eq!(Keys::from_text("no"), None);
    }
}
