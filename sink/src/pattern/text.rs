//! A pattern as text, in the one way that all who mean the same write alike.

use std::fmt::{Display, Formatter, Result};

use super::{
    HEADER, HEADERS, KEY, Node, Pattern, Property, Relationship, Rest, Selection, Source, TIMESTAMP, VALUE,
    parse::{is_first, is_further},
};

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Node(node) => {
                write!(f, "(")?;
                labels(f, &node.labels)?;
                // All the other fields are what a node without more words has.
                selection(f, &node.selection, &Rest::All)?;
                write!(f, ")")
            }
            Self::Relationship(Relationship { type_name, selection: selected, from, to }) => {
                end(f, from)?;
                write!(f, "-[:{}", Name(type_name))?;
                let bare = selected.keys.is_empty() && selected.properties.is_empty();
                if !(bare && selected.rest == Rest::All) {
                    let default = if selected.keys.is_empty() { &Rest::Nothing } else { &Rest::All };
                    selection(f, selected, default)?;
                }
                write!(f, "]->")?;
                end(f, to)
            }
        }
    }
}

fn end(f: &mut Formatter<'_>, node: &Node) -> Result {
    write!(f, "(")?;
    labels(f, &node.labels)?;
    selection(f, &node.selection, &Rest::Nothing)?;
    write!(f, ")")
}

fn labels(f: &mut Formatter<'_>, labels: &[String]) -> Result {
    labels.iter().try_for_each(|label| write!(f, ":{}", Name(label)))
}

/// Writes what is selected; `default` is the rest that goes without saying where no property is listed.
fn selection(f: &mut Formatter<'_>, selection: &Selection, default: &Rest) -> Result {
    let Selection { keys, properties, rest } = selection;
    let mut words = keys.iter().map(|key| format!("!{key}")).collect::<Vec<_>>();
    let unsaid = if properties.is_empty() { default } else { &Rest::Nothing };
    match rest {
        Rest::All if unsaid != rest => words.push("*".to_owned()),
        Rest::Except(paths) => words.extend(paths.iter().map(|path| format!("-{}", Field(path)))),
        _ => {}
    }
    words.extend(properties.iter().map(ToString::to_string));
    write!(f, "{{{}}}", words.join(", "))
}

impl Display for Property {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.source {
            Source::Field(path) if self.name == path.join(".") => write!(f, "{}", Field(path)),
            source => write!(f, "{}: {source}", Field(std::slice::from_ref(&self.name))),
        }
    }
}

impl Display for Source {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let (part, path) = match self {
            Self::Field(path) => return write!(f, "{}", Field(path)),
            Self::Value(path) => (VALUE, path.as_slice()),
            Self::Key(path) => (KEY, path.as_slice()),
            Self::Header(path) => (HEADER, path.as_slice()),
            Self::Timestamp => (TIMESTAMP, [].as_slice()),
        };
        write!(f, "{part}")?;
        path.iter().try_for_each(|name| write!(f, ".{}", Name(name)))
    }
}

/// A field whose first name is none of a part of the record.
struct Field<'a>(&'a [String]);

impl Display for Field<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (place, name) in self.0.iter().enumerate() {
            match place {
                0 if [VALUE, KEY, HEADER, HEADERS, TIMESTAMP].contains(&name.as_str()) => write!(f, "`{name}`")?,
                0 => write!(f, "{}", Name(name))?,
                _ => write!(f, ".{}", Name(name))?,
            }
        }
        Ok(())
    }
}

/// A name, in backticks where it needs them.
struct Name<'a>(&'a str);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let mut letters = self.0.chars();
        if letters.next().is_some_and(is_first) && letters.all(is_further) {
            write!(f, "{}", self.0)
        } else {
            write!(f, "`{}`", self.0.replace('`', "``"))
        }
    }
}
