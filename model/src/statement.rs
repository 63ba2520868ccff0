//! How a question is answered: the statements that a store is asked, and what is computed outside them.

use serde::{Deserialize, Serialize};

/// How a question is answered on one store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// The language of the statements: `Cypher` or `SQL`.
    pub language: String,
    /// The store behind this process is asked with these; if not, they are what the other kind of store is asked with.
    pub runs_here: bool,
    /// The statements, in the order in which they are run.
    pub steps: Vec<Step>,
    /// What is computed outside the statements, and how: whole sentences.
    pub outside: String,
}

/// One statement of a recipe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What it reads, such as `Sales in the window`.
    pub title: String,
    /// Its text in pieces; together they are the text, to the letter.
    pub text: Vec<Piece>,
    /// What sets its parameters in the store's own shell, a line each; empty if it has none.
    pub parameters: String,
    /// What is done with its rows, where neither title nor text says it; a sentence or nothing.
    pub note: String,
}

/// A piece of a statement's text with what it is, for its colour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// `keyword`, `text`, `number`, `parameter`, `comment` or nothing.
    pub tone: String,
    /// The letters.
    pub text: String,
}
