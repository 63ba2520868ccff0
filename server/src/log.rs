//! What the process logs: as `RUST_LOG` says, and changed while it runs by whoever may.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal},
    sync::{Mutex, PoisonError},
};

use tracing::info;
use tracing_subscriber::EnvFilter;

/// What is logged if nobody says otherwise.
const USUAL: &str = "info,neo4rs=warn";
/// What Connect calls that which holds for everything without a level of its own.
const ROOT: &str = "root";
/// Levels by their names; those that only Log4j has are the nearest that there is.
const LEVELS: [(&str, &str); 8] = [
    ("OFF", "OFF"),
    ("FATAL", "ERROR"),
    ("ERROR", "ERROR"),
    ("WARN", "WARN"),
    ("INFO", "INFO"),
    ("DEBUG", "DEBUG"),
    ("TRACE", "TRACE"),
    ("ALL", "TRACE"),
];

/// The level of a module and of those in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Logger {
    pub(crate) level: &'static str,
    /// When it was changed, in epoch milliseconds; none: not since the start.
    pub(crate) last_modified: Option<i64>,
}

/// Why a level was not set.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// There is no such level.
    Level,
    /// No module can have the name.
    Name,
    /// The log takes no other filter.
    Gone(String),
}

type Apply = Box<dyn Fn(EnvFilter) -> Result<(), String> + Send + Sync>;

/// All levels that were stated, with the way to state them anew.
pub(crate) struct Loggers {
    known: Mutex<Known>,
    apply: Apply,
}

/// Levels by module, beside directives on spans, which have no name in Connect and stay as they are.
#[derive(Clone)]
struct Known {
    levels: BTreeMap<String, Logger>,
    spans: Vec<String>,
}

/// Starts logging to standard error.
pub(crate) fn start() -> Loggers {
    let text = std::env::var(EnvFilter::DEFAULT_ENV).ok().filter(|text| EnvFilter::try_new(text).is_ok());
    let text = text.unwrap_or_else(|| USUAL.to_owned());
    let log = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(&text))
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        // It would say that it can't write where it can't write, and panic: nobody may be reading any more.
        .log_internal_errors(false)
        .with_filter_reloading();
    let handle = log.reload_handle();
    log.init();
    Loggers::new(&text, Box::new(move |filter| handle.reload(filter).map_err(|error| error.to_string())))
}

impl Loggers {
    /// With the levels of a text as in `RUST_LOG`; `apply` makes others hold.
    pub(crate) fn new(text: &str, apply: Apply) -> Self {
        Self { known: Mutex::new(Known::of(text)), apply }
    }

    /// All that were stated, and the root.
    pub(crate) fn all(&self) -> BTreeMap<String, Logger> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).levels.clone()
    }

    /// One of them.
    pub(crate) fn get(&self, name: &str) -> Option<Logger> {
        self.all().remove(if name.eq_ignore_ascii_case(ROOT) { ROOT } else { name })
    }

    /// Sets the level of a module, and of those in it that were stated; their names.
    pub(crate) fn set(&self, name: &str, level: &str, now: i64) -> Result<Vec<String>, Refused> {
        let level = LEVELS.iter().find(|(known, _)| known.eq_ignore_ascii_case(level)).ok_or(Refused::Level)?.1;
        let fits = |c: char| c.is_ascii_alphanumeric() || "_:.-$".contains(c);
        if name.is_empty() || name.len() > 200 || !name.chars().all(fits) {
            return Err(Refused::Name);
        }
        let is_root = name.eq_ignore_ascii_case(ROOT);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = known.clone();
        let mut names: Vec<String> =
            changed.levels.keys().filter(|key| is_root || key.starts_with(name)).cloned().collect();
        if !is_root && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
            names.sort();
        }
        for name in &names {
            let now_set = Logger { level, last_modified: Some(now) };
            let before = changed.levels.insert(name.clone(), now_set);
            // What has the level already was not changed.
            if let Some(before) = before.filter(|before| before.level == level) {
                changed.levels.insert(name.clone(), before);
            }
        }
        let filter = EnvFilter::try_new(changed.text()).map_err(|_| Refused::Name)?;
        (self.apply)(filter).map_err(Refused::Gone)?;
        *known = changed;
        drop(known);
        info!(logger = name, level, "the level of logging was changed");
        Ok(names)
    }
}

impl Known {
    fn of(text: &str) -> Self {
        let mut known = Self { levels: BTreeMap::new(), spans: Vec::new() };
        // What is logged of modules that no directive names, if none is without a name.
        known.put(ROOT, "ERROR");
        let mut depth = 0_i32;
        let directives = text.split(|c: char| {
            depth += i32::from(c == '[') - i32::from(c == ']');
            c == ',' && depth == 0
        });
        for directive in directives.map(str::trim).filter(|directive| !directive.is_empty()) {
            match directive.split_once('=') {
                _ if directive.contains('[') => known.spans.push(directive.to_owned()),
                Some((name, level)) => known.put(name, level),
                None if is_level(directive) => known.put(ROOT, directive),
                None => known.put(directive, "TRACE"),
            }
        }
        known
    }

    fn put(&mut self, name: &str, level: &str) {
        // `RUST_LOG` may say a level as a number, from 0 for off.
        let numbers = ["OFF", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"];
        let number = level.parse().ok().and_then(|at: usize| numbers.get(at).copied());
        let named = LEVELS.iter().find(|(known, _)| known.eq_ignore_ascii_case(level)).map(|(_, level)| *level);
        if let Some(level) = number.or(named) {
            self.levels.insert(name.to_owned(), Logger { level, last_modified: None });
        }
    }

    /// As `RUST_LOG` would say it.
    fn text(&self) -> String {
        let levels = self.levels.iter().map(|(name, logger)| match name.as_str() {
            ROOT => logger.level.to_owned(),
            name => format!("{name}={}", logger.level),
        });
        levels.chain(self.spans.iter().cloned()).collect::<Vec<_>>().join(",")
    }
}

fn is_level(text: &str) -> bool {
    text.parse::<u8>().is_ok_and(|number| number <= 5)
        || LEVELS.iter().any(|(level, _)| level.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn loggers(text: &str) -> (Loggers, Arc<Mutex<String>>) {
        let applied = Arc::new(Mutex::new(String::new()));
        let kept = applied.clone();
        let apply = move |filter: EnvFilter| {
            *kept.lock().unwrap() = filter.to_string();
            Ok(())
        };
        (Loggers::new(text, Box::new(apply)), applied)
    }

    fn levels(loggers: &Loggers) -> Vec<(String, &'static str)> {
        loggers.all().into_iter().map(|(name, logger)| (name, logger.level)).collect()
    }

    #[test]
    fn what_the_environment_says_is_known_by_name() {
        let read = |text| {
            levels(&loggers(text).0)
                .into_iter()
                .map(|(name, level)| format!("{name}={level}"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(read(USUAL), "neo4rs=WARN root=INFO");
        assert_eq!(read(""), "root=ERROR");
        assert_eq!(read("sink::task=3,server,[write{a=1,b=2}]=debug, warn"), "root=WARN server=TRACE sink::task=INFO");
    }

    #[test]
    fn a_level_that_is_set_holds_for_the_module_and_those_in_it() {
        let (loggers, applied) = loggers("info,sink::task=warn,sink::task::poll=error,[write]=debug");
        assert_eq!(loggers.set("sink::task", "debug", 7), Ok(vec!["sink::task".into(), "sink::task::poll".into()]));
        let filter = applied.lock().unwrap().to_ascii_lowercase();
        for directive in ["info", "sink::task=debug", "sink::task::poll=debug", "[write]=debug"] {
            assert!(filter.split(',').any(|it| it == directive), "{directive} in {filter}");
        }
        assert_eq!(loggers.get("sink::task"), Some(Logger { level: "DEBUG", last_modified: Some(7) }));
        assert_eq!(loggers.get("ROOT"), Some(Logger { level: "INFO", last_modified: None }));
        assert_eq!(loggers.get("server"), None);
        assert_eq!(loggers.set("server", "FATAL", 8), Ok(vec!["server".into()]));
        assert_eq!(loggers.set("root", "info", 9).map(|names| names.len()), Ok(4));
        assert_eq!(loggers.get("root"), Some(Logger { level: "INFO", last_modified: None }), "it had it");
    }

    #[test]
    fn what_is_no_level_or_no_name_changes_nothing() {
        let (loggers, applied) = loggers(USUAL);
        assert_eq!(loggers.set("server", "loud", 1), Err(Refused::Level));
        for name in ["", "a=b", "a,b", "[span]", "a b", "größe"] {
            assert_eq!(loggers.set(name, "info", 1), Err(Refused::Name), "{name}");
        }
        assert_eq!((levels(&loggers).len(), applied.lock().unwrap().as_str()), (2, ""));
    }
}
