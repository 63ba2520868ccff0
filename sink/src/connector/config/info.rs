//! What `PUT /connector-plugins/{plugin}/config/validate` answers: each key with its definition, its value and what is wrong with it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    Problem, Raw,
    key::{self, ConfigKey, GROUPS, Type},
    process::Process,
    schema_registry,
    value::as_boolean,
};

/// What is shown of a secret, as Kafka shows one.
pub const HIDDEN: &str = "[hidden]";

/// A configuration, looked at key by key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConfigInfos {
    /// The class that it was validated for.
    pub name: String,
    /// How many errors all keys have.
    pub error_count: usize,
    /// The headings, in order.
    pub groups: Vec<&'static str>,
    /// The keys: first those without a definition, then those with one, whether they are there or not.
    pub configs: Vec<ConfigInfo>,
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConfigInfo {
    /// What there is to know of the key; none: there is no such key.
    pub definition: Option<ConfigKey>,
    /// What is said of its value.
    pub value: ConfigValue,
}

/// What is said of a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConfigValue {
    /// The key.
    pub name: String,
    /// The value, or the default; none where there is neither, or where it is not of its type. Secrets are [`HIDDEN`].
    pub value: Option<String>,
    /// Values that can be offered.
    pub recommended_values: Vec<String>,
    /// What is wrong with it.
    pub errors: Vec<String>,
    /// Whether it matters, given the rest.
    pub visible: bool,
}

impl ConfigInfos {
    /// Adds what somebody else found wrong, at its keys.
    pub fn add(&mut self, problems: Vec<Problem>) {
        self.error_count += problems.len();
        for Problem { key, message } in problems {
            match self.configs.iter_mut().find(|config| config.value.name == key) {
                Some(config) => config.value.errors.push(message),
                None => self.configs.insert(0, ConfigInfo::of_unknown(key, message)),
            }
        }
    }

    /// All that is wrong, in the order of the keys.
    pub fn errors(&self) -> impl Iterator<Item = &String> {
        self.configs.iter().flat_map(|config| &config.value.errors)
    }
}

impl ConfigInfo {
    /// A key that is not there and that has no definition, with what is wrong with it.
    fn of_unknown(name: String, error: String) -> Self {
        let value =
            ConfigValue { name, value: None, recommended_values: Vec::new(), errors: vec![error], visible: true };
        Self { definition: None, value }
    }
}

/// Whether a key's value is a secret, by its type, or where nobody knows it, judging by its name: a topic may be called
/// `tokens`.
fn is_secret(key: &str) -> bool {
    if let Some(definition) = key::definition(key) {
        return definition.kind == Type::Password;
    }
    let key = key.to_ascii_lowercase();
    ["password", "secret", "token", "ticket", "credential", "jaas"].iter().any(|word| key.contains(word))
}

/// A value as it may be shown: a secret is [`HIDDEN`], or the part of it that is one.
pub fn shown(key: &str, value: &str) -> String {
    if is_secret(key) {
        HIDDEN.to_owned()
    } else if schema_registry::is_url(key) {
        schema_registry::masked(value)
    } else {
        value.to_owned()
    }
}

/// A configuration as it is meant that was shown, perhaps changed, and comes back: what is still hidden is what `known` has
/// there. But only while it goes to the same addresses; whoever may change a connector need not know its secrets.
pub fn revealed(config: &BTreeMap<String, Option<String>>, known: &Raw) -> BTreeMap<String, Option<String>> {
    let reveal = |(key, value): (&String, &Option<String>)| {
        let kept = value.as_ref().zip(known.get(key)).filter(|(value, kept)| shown(key, kept) == **value);
        let kept = kept.filter(|_| schema_registry::goes_where_it_went(key, config, known));
        (key.clone(), kept.map(|(_, kept)| kept.clone()).or_else(|| value.clone()))
    };
    config.iter().map(reveal).collect()
}

/// Looks at a configuration whose values may be null, which none may be.
pub fn validate(class: &str, config: &BTreeMap<String, Option<String>>, process: &Process) -> ConfigInfos {
    let raw: Raw = config.iter().filter_map(|(key, value)| Some((key.clone(), value.clone()?))).collect();
    let mut errors: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let nulls: Vec<&String> = config.iter().filter(|(_, value)| value.is_none()).map(|(key, _)| key).collect();
    for problem in super::problems(&raw, process) {
        errors.entry(problem.key).or_default().push(problem.message);
    }
    for key in nulls {
        errors
            .entry(key.clone())
            .or_default()
            .push("Null value can not be supplied as the configuration value.".to_owned());
    }
    let error_count = errors.values().map(Vec::len).sum();
    let info = |definition: Option<ConfigKey>, name: String, errors: Vec<String>| {
        let value = value(definition.as_ref(), &name, &raw);
        let recommended = definition.as_ref().map_or(&[][..], |it| it.recommended_values);
        let recommended_values = recommended.iter().map(|&value| value.to_owned()).collect();
        let visible = is_visible(&name, &raw);
        ConfigInfo { definition, value: ConfigValue { name, value, recommended_values, errors, visible } }
    };
    let known = key::definitions().iter().map(|definition| definition.name.to_string());
    let mut names: Vec<String> = config.keys().chain(errors.keys()).cloned().chain(known).collect();
    names.sort_by(|a, b| (key::place(a), a).cmp(&(key::place(b), b)));
    names.dedup();
    let configs = names.into_iter().map(|name| {
        let of_it = errors.remove(&name).unwrap_or_default();
        info(key::definition(&name), name, of_it)
    });
    let configs = configs.collect();
    ConfigInfos { name: class.to_owned(), error_count, groups: GROUPS.to_vec(), configs }
}

/// The value as its type shows it.
fn value(definition: Option<&ConfigKey>, name: &str, raw: &Raw) -> Option<String> {
    let stated = raw.get(name);
    let Some(definition) = definition else {
        return stated.map(|value| shown(name, value));
    };
    let Some(stated) = stated else { return definition.default_value.map(str::to_owned) };
    let text = stated.trim();
    match definition.kind {
        Type::Password => Some(HIDDEN.to_owned()),
        Type::Boolean => as_boolean(text).map(|value| value.to_string()),
        Type::Int => text.parse::<i32>().ok().map(|value| value.to_string()),
        Type::Long => text.parse::<i64>().ok().map(|value| value.to_string()),
        Type::Short => text.parse::<i16>().ok().map(|value| value.to_string()),
        Type::List => Some(shown(name, &text.split(',').map(str::trim).collect::<Vec<_>>().join(","))),
        Type::Class | Type::String => Some(text.to_owned()),
    }
}

/// What only concerns a strategy matters where a topic has it.
fn is_visible(name: &str, raw: &Raw) -> bool {
    let any = |prefix: &str| raw.range(prefix.to_owned()..).next().is_some_and(|(key, _)| key.starts_with(prefix));
    if name.starts_with("neo4j.cypher.bind-") {
        any("neo4j.cypher.topic.")
    } else if name.starts_with("neo4j.pattern.bind-") || name.starts_with("neo4j.pattern.merge-") {
        any("neo4j.pattern.topic.")
    } else {
        true
    }
}
