//! A piece of the graph with positions, ready to be drawn.

use serde::{Deserialize, Serialize};

/// The four questions, each of which has a page, a chart and a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// Top products by category.
    TopProducts,
    /// Most influential users.
    Influencers,
    /// Best rated products.
    BestRated,
    /// Users who buy alike.
    SimilarBuyers,
}

impl Question {
    /// Every question, in the order in which pages show them.
    pub const ALL: [Self; 4] = [Self::TopProducts, Self::Influencers, Self::BestRated, Self::SimilarBuyers];

    /// The name in addresses: `top-products`, `influencers`, `best-rated`, `similar-buyers`.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::TopProducts => "top-products",
            Self::Influencers => "influencers",
            Self::BestRated => "best-rated",
            Self::SimilarBuyers => "similar-buyers",
        }
    }

    /// The question that an address names.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|question| question.slug() == slug)
    }
}

/// What a picture is to show. A number that a question is not asked with makes no difference to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Scope {
    /// How many nodes, at most.
    pub nodes: u32,
    /// How many of those that the question asks for: products of each category, influencers, products.
    pub rows: u32,
    /// How many days top products looks back.
    pub days: u32,
    /// From how many ratings on a product counts.
    pub min_ratings: u32,
}

impl Scope {
    /// What a question's picture shows where nobody asks for anything else.
    pub const fn usual(question: Question) -> Self {
        let rows = if matches!(question, Question::TopProducts) { 5 } else { 10 };
        Self { nodes: 300, rows, days: 30, min_ratings: 5 }
    }

    /// The same for everybody whose picture is the same: what makes no difference is as usual.
    #[must_use]
    pub const fn of(self, question: Question) -> Self {
        let usual = Self::usual(question);
        let Self { nodes, rows, days, min_ratings } = self;
        match question {
            Question::TopProducts => Self { nodes, rows, days, ..usual },
            Question::Influencers => Self { nodes, rows, ..usual },
            Question::BestRated => Self { nodes, rows, min_ratings, ..usual },
            Question::SimilarBuyers => Self { nodes, ..usual },
        }
    }
}

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    /// A user.
    User,
    /// A product.
    Product,
}

/// A node of a picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PictureNode {
    /// User or product.
    pub kind: NodeKind,
    /// Its id in the graph; unique together with `kind`.
    pub id: i64,
    /// Its name, or `User 7` / `Product 7` where no event told one.
    pub label: String,
    /// Which group it belongs to: an index into [`Picture::groups`].
    pub group: u32,
    /// How important it is, 0 to 1: decides the radius.
    pub weight: f32,
    /// A few words for the hover card, such as `204 followers`.
    pub detail: String,
}

/// A piece of the graph that can be drawn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// The nodes; edges and positions count them from 0.
    pub nodes: Vec<PictureNode>,
    /// Pairs of node indices with a weight of 0 to 1.
    pub edges: Vec<(u32, u32, f32)>,
    /// One `(x, y)` a node, in a square of −1 to 1; y grows downwards.
    pub positions: Vec<(f32, f32)>,
    /// What the groups are called: categories or communities.
    pub groups: Vec<String>,
    /// How many nodes there would be without a limit.
    pub total_nodes: i64,
    /// What the places say.
    #[serde(default)]
    pub shape: Shape,
    /// What a line and a size say, in a sentence: `A line: bought in the last 30 days. The larger, the more purchases.`
    #[serde(default)]
    pub caption: String,
}

/// What it means where a node lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// Who is tied together lies together.
    #[default]
    Force,
    /// Each group is a disc.
    Discs,
    /// Products on the left, users on the right.
    Columns,
}

/// What a node is tied to, ready to be added to a picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Neighbourhood {
    /// User or product: the node asked about.
    pub kind: NodeKind,
    /// Its id.
    pub id: i64,
    /// Its name, or `User 7` / `Product 7`.
    pub label: String,
    /// Neighbours, those with most kinds of ties first. Each is tied to the node asked about; their groups are for
    /// whoever adds them to decide, and 0 here.
    pub nodes: Vec<PictureNode>,
    /// How many neighbours there are without a limit.
    pub total: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_a_question_is_not_asked_with_makes_no_difference() {
        let scope = Scope { nodes: 100, rows: 3, days: 7, min_ratings: 2 };
        for (question, expected) in [
            (Question::TopProducts, Scope { min_ratings: 5, ..scope }),
            (Question::Influencers, Scope { days: 30, min_ratings: 5, ..scope }),
            (Question::BestRated, Scope { days: 30, ..scope }),
            (Question::SimilarBuyers, Scope { nodes: 100, ..Scope::usual(Question::SimilarBuyers) }),
        ] {
            assert_eq!(scope.of(question), expected, "{question:?}");
        }
    }
}
