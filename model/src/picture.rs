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
}
