//! From text to patterns: one letter after the other, and an error where the first wrong one stands.

use super::{
    HEADER, HEADERS, KEY, Node, Path, Pattern, Property, Relationship, Rest, Selection, Source, TIMESTAMP, VALUE,
};
use crate::property::is_name;

/// Where a text is no pattern, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    /// The line, from 1.
    pub line: usize,
    /// The letter of the line, from 1.
    pub column: usize,
    /// What was expected there.
    pub message: String,
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line > 1 {
            write!(f, "line {}, ", self.line)?;
        }
        write!(f, "column {}: {}", self.column, self.message)
    }
}

type Result<T> = std::result::Result<T, Error>;

/// Reads one pattern.
///
/// # Errors
/// The first place where the text is none.
pub fn parse(text: &str) -> Result<Pattern> {
    let mut parser = Parser::new(text);
    parser.skip_space();
    let pattern = parser.pattern()?;
    parser.skip_space();
    if parser.peek().is_some() {
        return Err(parser.expected("the end of the pattern"));
    }
    Ok(pattern)
}

/// Reads the patterns of a topic, with `;` or a new line between them; at least one.
///
/// # Errors
/// The first place where the text is none.
pub fn parse_all(text: &str) -> Result<Vec<Pattern>> {
    let mut parser = Parser::new(text);
    let mut patterns = Vec::new();
    parser.skip_space();
    loop {
        patterns.push(parser.pattern()?);
        let mut separated = parser.skip_space();
        while parser.take(';') {
            separated = true;
            parser.skip_space();
        }
        match parser.peek() {
            None => return Ok(patterns),
            Some(_) if !separated => return Err(parser.expected("';' or a new line and the next pattern, or the end")),
            Some(_) => {}
        }
    }
}

/// Whether an unquoted name can begin with it.
pub(super) fn is_first(letter: char) -> bool {
    letter.is_alphabetic() || letter == '_'
}

/// Whether it can stand further on in an unquoted name.
pub(super) fn is_further(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// A node of which it is not known yet whether a relationship follows.
struct Draft {
    node: Node,
    /// Where `*` or a field that is left out stands, which an end can't have.
    rest_at: Option<usize>,
}

/// What one selector of a list says.
enum Selector {
    Key(Property),
    Include(Property),
    Everything,
    Exclude(Path),
}

struct Parser {
    letters: Vec<char>,
    at: usize,
}

impl Parser {
    fn new(text: &str) -> Self {
        Self { letters: text.chars().collect(), at: 0 }
    }

    fn pattern(&mut self) -> Result<Pattern> {
        let first = self.node()?;
        let after = self.at;
        self.skip_space();
        let leftwards = match self.peek() {
            Some('<') => true,
            Some('-') => false,
            _ => {
                self.at = after;
                return Ok(Pattern::Node(first.node));
            }
        };
        let first = self.end(first)?;
        if leftwards {
            self.at += 1;
        }
        self.need('-', "'-['")?;
        self.need('[', "'['")?;
        self.skip_space();
        self.need(':', "':' and the relationship's type")?;
        let type_name = self.name("the relationship's type")?;
        self.skip_space();
        let selection = match self.peek() {
            Some('{') => self.selection()?.0,
            _ => Selection { rest: Rest::All, ..Selection::default() },
        };
        self.skip_space();
        self.need(']', "'{' and properties, or ']'")?;
        self.need('-', "'-'")?;
        if !leftwards {
            self.need('>', "'>', since a relationship has a direction")?;
        }
        self.skip_space();
        let second = self.node()?;
        let second = self.end(second)?;
        let (from, to) = if leftwards { (second, first) } else { (first, second) };
        Ok(Pattern::Relationship(Relationship { type_name, selection, from, to }))
    }

    fn node(&mut self) -> Result<Draft> {
        let labels = self.labels()?;
        let start = self.at;
        let (selection, rest_at) = self.selection()?;
        if selection.keys.is_empty() {
            self.at = start;
            return Err(self.error("a node needs a key property, such as {!id}".to_owned()));
        }
        self.skip_space();
        self.need(')', "')'")?;
        Ok(Draft { node: Node { labels, selection }, rest_at })
    }

    /// Makes a node the end of a relationship.
    fn end(&mut self, draft: Draft) -> Result<Node> {
        let Draft { mut node, rest_at } = draft;
        if let Some(at) = rest_at {
            self.at = at;
            return Err(self.error("the end of a relationship takes only properties that are listed".to_owned()));
        }
        node.selection.rest = Rest::Nothing;
        Ok(node)
    }

    /// Reads `(` and the labels, up to the `{`.
    fn labels(&mut self) -> Result<Vec<String>> {
        self.need('(', "'(' and a node")?;
        let mut labels: Vec<String> = Vec::new();
        loop {
            self.skip_space();
            let start = self.at;
            if !self.take(':') {
                break;
            }
            let label = self.name("a label")?;
            if labels.contains(&label) {
                self.at = start + 1;
                return Err(self.error(format!("the label {label} stands twice")));
            }
            labels.push(label);
        }
        match self.peek() {
            Some('{') => Ok(labels),
            Some(')') => Err(self.expected("'{' and a key property, such as {!id}")),
            _ if labels.is_empty() => Err(self.expected("':' and a label, or '{' and properties")),
            _ => Err(self.expected("':' and another label, or '{' and properties")),
        }
    }

    /// Reads what stands in braces; and where the first word about the rest stands, if there is one.
    fn selection(&mut self) -> Result<(Selection, Option<usize>)> {
        self.need('{', "'{'")?;
        let mut selection = Selection::default();
        let mut excluded: Vec<Path> = Vec::new();
        let mut rest_at = None;
        self.skip_space();
        if self.take('}') {
            return Ok((selection, rest_at));
        }
        loop {
            self.skip_space();
            let start = self.at;
            let selector = self.selector()?;
            let after = std::mem::replace(&mut self.at, start);
            let everything = rest_at.is_some() && excluded.is_empty();
            match selector {
                Selector::Everything if everything => return Err(self.error("'*' stands twice".to_owned())),
                Selector::Everything if rest_at.is_some() => return Err(self.mixed("'*'")),
                Selector::Exclude(_) if everything => return Err(self.mixed("'*'")),
                Selector::Exclude(_) if !selection.properties.is_empty() => return Err(self.mixed(LISTED)),
                Selector::Include(_) if !excluded.is_empty() => return Err(self.mixed(LISTED)),
                Selector::Exclude(path) if excluded.contains(&path) => {
                    return Err(self.error(format!("{} is left out twice", path.join("."))));
                }
                Selector::Key(property) | Selector::Include(property) if selection.has(&property.name) => {
                    return Err(self.error(format!("the property {} stands twice", property.name)));
                }
                Selector::Everything => rest_at = Some(start),
                Selector::Exclude(path) => {
                    rest_at.get_or_insert(start);
                    excluded.push(path);
                }
                Selector::Key(property) => selection.keys.push(property),
                Selector::Include(property) => selection.properties.push(property),
            }
            self.at = after;
            self.skip_space();
            if self.take('}') {
                break;
            }
            self.need(',', "',' and another property, or '}'")?;
        }
        let unsaid = selection.properties.is_empty() && !selection.keys.is_empty();
        selection.rest = if !excluded.is_empty() {
            Rest::Except(excluded)
        } else if rest_at.is_some() || unsaid {
            Rest::All
        } else {
            Rest::Nothing
        };
        Ok((selection, rest_at))
    }

    fn selector(&mut self) -> Result<Selector> {
        match self.peek() {
            Some('*') => {
                self.at += 1;
                Ok(Selector::Everything)
            }
            Some('!') => {
                self.at += 1;
                self.skip_space();
                self.property("the key property's name").map(Selector::Key)
            }
            Some('-') => {
                self.at += 1;
                self.skip_space();
                let at = self.at;
                match self.source("the field that is left out")? {
                    Source::Field(path) => Ok(Selector::Exclude(path)),
                    Source::Value(path) if !path.is_empty() => Ok(Selector::Exclude(path)),
                    _ => {
                        self.at = at;
                        Err(self.error("only fields of the value can be left out".to_owned()))
                    }
                }
            }
            _ => self.property("a property, '!' and a key property, '-' and a field, or '*'").map(Selector::Include),
        }
    }

    /// Reads `name`, `outer.inner` or `name: source`.
    fn property(&mut self, what: &str) -> Result<Property> {
        let start = self.at;
        let source = self.source(what)?;
        let end = self.at;
        self.skip_space();
        if self.take(':') {
            // Whatever it looks like, it is a name.
            self.at = start;
            let name = self.path(what)?.join(".");
            self.skip_space();
            self.need(':', "':'")?;
            self.skip_space();
            let source = self.source("a field, or __key, __value, __header or __timestamp")?;
            return Ok(Property { name, source });
        }
        self.at = end;
        if let Source::Field(path) = source {
            return Ok(Property { name: path.join("."), source: Source::Field(path) });
        }
        self.at = start;
        Err(self
            .error("what is taken from a part of the record needs a name before it, such as id: __key.id".to_owned()))
    }

    fn source(&mut self, what: &str) -> Result<Source> {
        let quoted = self.peek() == Some('`');
        let start = self.at;
        let mut path = self.path(what)?;
        let part = path[0].clone();
        match part.as_str() {
            _ if quoted => return Ok(Source::Field(path)),
            VALUE | KEY | HEADER | HEADERS => {}
            TIMESTAMP if path.len() == 1 => return Ok(Source::Timestamp),
            TIMESTAMP => {
                self.at = start;
                return Err(self.error("__timestamp has no fields".to_owned()));
            }
            _ => return Ok(Source::Field(path)),
        }
        path.remove(0);
        Ok(match part.as_str() {
            VALUE => Source::Value(path),
            KEY => Source::Key(path),
            _ => Source::Header(path),
        })
    }

    fn path(&mut self, what: &str) -> Result<Path> {
        let mut path = vec![self.name(what)?];
        while self.take('.') {
            path.push(self.name("the name of a field inside")?);
        }
        Ok(path)
    }

    fn name(&mut self, what: &str) -> Result<String> {
        let start = self.at;
        if self.take('`') {
            let mut name = String::new();
            loop {
                match self.peek() {
                    None => return Err(self.expected("'`', which ends the name")),
                    Some('`') => {
                        self.at += 1;
                        if !self.take('`') {
                            break;
                        }
                        name.push('`');
                    }
                    Some(letter) => {
                        self.at += 1;
                        name.push(letter);
                    }
                }
            }
            if !is_name(&name) {
                self.at = start;
                return Err(self.error("no name is empty or has a NUL in it".to_owned()));
            }
            return Ok(name);
        }
        if !self.peek().is_some_and(is_first) {
            return Err(self.expected(what));
        }
        while self.peek().is_some_and(is_further) {
            self.at += 1;
        }
        Ok(self.letters[start..self.at].iter().collect())
    }

    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn take(&mut self, letter: char) -> bool {
        let found = self.peek() == Some(letter);
        self.at += usize::from(found);
        found
    }

    fn need(&mut self, letter: char, what: &str) -> Result<()> {
        if self.take(letter) { Ok(()) } else { Err(self.expected(what)) }
    }

    /// Passes over space; whether there was a new line in it.
    fn skip_space(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
        self.letters[start..self.at].contains(&'\n')
    }

    fn expected(&self, what: &str) -> Error {
        let found = self.peek().map_or_else(|| "the end".to_owned(), |letter| format!("{letter:?}"));
        self.error(format!("expected {what}, found {found}"))
    }

    fn mixed(&self, one: &str) -> Error {
        self.error(format!("{one} and fields that are left out can't be mixed"))
    }

    fn error(&self, message: String) -> Error {
        let before = &self.letters[..self.at];
        let line = before.iter().filter(|letter| **letter == '\n').count() + 1;
        let column = before.iter().rev().take_while(|letter| **letter != '\n').count() + 1;
        Error { line, column, message }
    }
}

const LISTED: &str = "properties that are listed";

impl Selection {
    fn has(&self, name: &str) -> bool {
        self.keys.iter().chain(&self.properties).any(|property| property.name == name)
    }
}
