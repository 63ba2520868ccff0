//! The recipe of an answer: the statements that a store is asked, filled in with what a page shows.

mod tone;

use model::{
    Failure,
    answer::{Communities, SimilarPair},
    picture::Question,
    statement::{Recipe, Step},
};
use sink::{
    graph::{Read, Statement, embedded, neo4j},
    query::{Asked, outside, reads},
};

/// What a question is asked with, and of its answer what its later statements are asked with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers {
    pub(crate) as_of: i64,
    pub(crate) days: u32,
    pub(crate) limit: u32,
    pub(crate) min_ratings: u32,
    pub(crate) products: Vec<i64>,
    pub(crate) pairs: Vec<SimilarPair>,
    pub(crate) communities: Communities,
}

/// What stands for an answer of a store that is away; any other failure stays one.
pub(crate) fn without<T: Default>(failure: Failure) -> Result<T, Failure> {
    if failure.code == "store_unavailable" { Ok(T::default()) } else { Err(failure) }
}

/// The recipe on the store that is there, and where that is the embedded one the same on a Neo4j.
pub(crate) fn recipes(question: Question, numbers: &Numbers, embedded: bool) -> Vec<Recipe> {
    let favourites: Vec<i64> = numbers
        .communities
        .summaries
        .iter()
        .take(app::SHOWN_COMMUNITIES)
        .flat_map(|summary| summary.favourites.iter().map(|favourite| favourite.product))
        .collect();
    let asked = match question {
        Question::TopProducts => Asked::TopProducts {
            as_of: numbers.as_of,
            days: numbers.days,
            limit: numbers.limit,
            products: &numbers.products,
        },
        Question::Influencers => Asked::Influencers { limit: numbers.limit },
        Question::BestRated => {
            Asked::BestRated { limit: numbers.limit, min_ratings: numbers.min_ratings, products: &numbers.products }
        }
        Question::SimilarBuyers => {
            Asked::SimilarBuyers { limit: numbers.limit, pairs: &numbers.pairs, favourites: &favourites }
        }
    };
    let reads = reads(&asked);
    let recipe = |language: &str, runs_here, steps: Vec<Step>| Recipe {
        language: language.to_owned(),
        runs_here,
        steps,
        outside: outside(&asked),
    };
    let cypher =
        recipe("Cypher", !embedded, reads.iter().map(|(title, read)| cypher(title, read, !embedded)).collect());
    if embedded {
        vec![recipe("SQL", true, reads.iter().flat_map(|(title, read)| sql(title, read)).collect()), cypher]
    } else {
        vec![cypher]
    }
}

fn cypher(title: &str, read: &Read, runs_here: bool) -> Step {
    let note = if runs_here { neo4j::aside(read).to_owned() } else { String::new() };
    // The arrow makes a number an integer, as `LIMIT` needs it; a colon would make it a float.
    step(title, neo4j::statement(read), |name, value| format!(":param {name} => {value}"), note)
}

fn sql(title: &str, read: &Read) -> Vec<Step> {
    let aside = embedded::aside(read);
    let statements = embedded::statements(read);
    let last = statements.len().saturating_sub(1);
    statements
        .into_iter()
        .enumerate()
        .map(|(place, statement)| {
            let title = if place == 0 { title.to_owned() } else { "And what is known of each product".to_owned() };
            let note = if place == last { aside.to_owned() } else { String::new() };
            step(&title, statement, |name, value| format!(".parameter set {name} {value}"), note)
        })
        .collect()
}

fn step(title: &str, statement: Statement, set: impl Fn(&str, &str) -> String, note: String) -> Step {
    let parameters: Vec<String> = statement.parameters.iter().map(|(name, value)| set(name, value)).collect();
    Step { title: title.to_owned(), text: tone::pieces(statement.text), parameters: parameters.join("\n"), note }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(step: &Step) -> String {
        step.text.iter().map(|piece| piece.text.as_str()).collect()
    }

    #[test]
    fn on_neo4j_there_is_the_cypher_that_it_is_asked_and_nothing_else() {
        let numbers = Numbers { as_of: 2_592_000, days: 30, limit: 5, ..Numbers::default() };
        let recipes = recipes(Question::TopProducts, &numbers, false);
        assert_eq!(recipes.len(), 1);
        assert!(recipes[0].runs_here);
        let step = &recipes[0].steps[0];
        assert_eq!(text(step), include_str!("../../../sink/src/graph/neo4j/cypher/query_sales.cypher").trim_end());
        assert_eq!(step.parameters, ":param after => 0\n:param until => 2592000");
        assert!(step.note.contains("SluiceBlock"), "{}", step.note);
    }

    #[test]
    fn on_the_embedded_store_sql_runs_and_cypher_is_there_to_copy() {
        let numbers = Numbers { limit: 7, ..Numbers::default() };
        let recipes = recipes(Question::Influencers, &numbers, true);
        let languages: Vec<(&str, bool)> =
            recipes.iter().map(|recipe| (recipe.language.as_str(), recipe.runs_here)).collect();
        assert_eq!(languages, [("SQL", true), ("Cypher", false)]);
        assert_eq!(recipes[0].steps[0].parameters, ".parameter set ?1 7");
        assert_eq!(recipes[1].steps[0].parameters, ":param limit => 7");
        assert_eq!(recipes[1].steps[0].note, "", "the embedded store keeps no blocks");
    }

    #[test]
    fn every_question_has_a_recipe_on_both_stores() {
        for question in Question::ALL {
            for recipe in recipes(question, &Numbers::default(), true) {
                assert!(!recipe.steps.is_empty(), "{question:?}");
                assert!(recipe.steps.iter().all(|step| !text(step).is_empty() && !step.title.is_empty()));
            }
        }
    }
}
