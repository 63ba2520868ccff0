//! One value at a time: read as its type, with Kafka Connect's words for what does not fit.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    str::FromStr,
};

use super::{
    Problem, Raw,
    key::{self, definitions},
    nearest,
};

/// The texts of a configuration, with what was asked for and what was wrong so far.
pub(super) struct Values<'a> {
    raw: &'a Raw,
    known: BTreeSet<String>,
    problems: BTreeMap<String, Vec<String>>,
}

impl<'a> Values<'a> {
    pub(super) fn new(raw: &'a Raw) -> Self {
        Self { raw, known: BTreeSet::new(), problems: BTreeMap::new() }
    }

    /// Notes what is wrong with a key, once.
    pub(super) fn problem(&mut self, key: &str, message: impl Into<String>) {
        let (of_key, message) = (self.problems.entry(key.to_owned()).or_default(), message.into());
        if !of_key.contains(&message) {
            of_key.push(message);
        }
    }

    /// Notes that a value does not fit.
    pub(super) fn invalid(&mut self, key: &str, value: impl Display, why: &str) {
        self.problem(key, format!("Invalid value {value} for configuration {key}: {why}"));
    }

    /// The text as it was written; the key is known from now on.
    pub(super) fn text(&mut self, key: &str) -> Option<&'a str> {
        self.known.insert(key.to_owned());
        self.raw.get(key).map(String::as_str)
    }

    /// The text without spaces around it; none where it is missing or blank.
    pub(super) fn trimmed(&mut self, key: &str) -> Option<&'a str> {
        self.text(key).map(str::trim).filter(|text| !text.is_empty())
    }

    /// A value that must not be missing; an empty one is the caller's matter.
    pub(super) fn required(&mut self, key: &str) -> Option<&'a str> {
        let text = self.text(key);
        if text.is_none() {
            self.problem(key, format!("Missing required configuration \"{key}\" which has no default value."));
        }
        text
    }

    /// True or false in any case; none where it is neither, which then is a problem.
    pub(super) fn boolean(&mut self, key: &str, default: bool) -> Option<bool> {
        let Some(text) = self.text(key) else { return Some(default) };
        let read = as_boolean(text);
        if read.is_none() {
            self.invalid(key, text, "Expected value to be either true or false");
        }
        read
    }

    /// A whole number; none where it is none, which then is a problem. `kind` is what Connect calls its type.
    pub(super) fn number<T: FromStr>(&mut self, key: &str, default: T, kind: &str) -> Option<T> {
        let Some(text) = self.text(key) else { return Some(default) };
        let read = text.trim().parse().ok();
        if read.is_none() {
            self.invalid(key, text, &format!("Not a number of type {kind}"));
        }
        read
    }

    /// One of some words.
    pub(super) fn choice(&mut self, key: &str, words: &[&'static str], default: &'static str) -> Option<&'static str> {
        let Some(text) = self.text(key) else { return Some(default) };
        let read = words.iter().copied().find(|word| *word == text.trim());
        if read.is_none() {
            self.invalid(key, text, &format!("String must be one of: {}", words.join(", ")));
        }
        read
    }

    /// What stands between commas, without empty pieces; each once.
    pub(super) fn list(&mut self, key: &str) -> Vec<&'a str> {
        let mut pieces = Vec::new();
        for piece in self.text(key).unwrap_or_default().split(',').map(str::trim) {
            if !piece.is_empty() && !pieces.contains(&piece) {
                pieces.push(piece);
            }
        }
        pieces
    }

    /// The keys that begin so, with what follows in each and its text; they are known from now on.
    pub(super) fn beginning_with(&mut self, prefix: &str) -> Vec<(&'a str, &'a str)> {
        let found: Vec<(&str, &str)> = self
            .raw
            .range(prefix.to_owned()..)
            .map_while(|(key, text)| Some((key.strip_prefix(prefix)?, text.as_str())))
            .collect();
        self.known.extend(found.iter().map(|(rest, _)| format!("{prefix}{rest}")));
        found
    }

    /// Whether there is such a key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.raw.contains_key(key)
    }

    /// A problem for each key that nobody asked for.
    pub(super) fn problems_of_unknown(&mut self) {
        let unknown: Vec<&String> = self.raw.keys().filter(|key| !self.known.contains(*key)).collect();
        for key in unknown {
            let names = definitions().iter().map(|definition| &*definition.name);
            let hint = match nearest::to(key, names) {
                Some(name) => format!("did you mean {name}?"),
                None => "leave it out".to_owned(),
            };
            self.problem(key, format!("Unknown configuration \"{key}\": {hint}"));
        }
    }

    /// All of them: first of keys without a definition, then in the order of the definitions.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        let mut all: Vec<(usize, Problem)> = Vec::new();
        for (key, messages) in self.problems {
            let place = key::place(&key);
            all.extend(messages.into_iter().map(|message| (place, Problem::new(key.clone(), message))));
        }
        all.sort_by_key(|(place, _)| *place);
        all.into_iter().map(|(_, problem)| problem).collect()
    }
}

/// True or false, in any case and with spaces around it.
pub(super) fn as_boolean(text: &str) -> Option<bool> {
    match text.trim() {
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}
