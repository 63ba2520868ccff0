//! A node's neighbours, in words and sizes, ready to be added to a picture.

use model::picture::{Neighbourhood, NodeKind, PictureNode};
use sink::graph::{Neighbour, Neighbours, Tie};

use super::draft::name_or_number;

/// How large a neighbour is drawn that has one kind of tie, and how much each further kind adds.
const LEAST: f32 = 0.12;
const EACH: f32 = 0.08;

/// What the store found, as a picture shows it.
pub(crate) fn neighbourhood(kind: NodeKind, id: i64, found: Neighbours) -> Neighbourhood {
    let label = name_or_number(kind, id, found.name.as_deref());
    let nodes = found.neighbours.iter().map(|neighbour| node(kind, &label, neighbour)).collect();
    Neighbourhood { kind, id, label, nodes, total: found.total }
}

fn node(centre: NodeKind, centre_label: &str, neighbour: &Neighbour) -> PictureNode {
    PictureNode {
        kind: neighbour.kind,
        id: neighbour.id,
        label: name_or_number(neighbour.kind, neighbour.id, neighbour.name.as_deref()),
        group: 0,
        weight: LEAST + EACH * (neighbour.ties.len().saturating_sub(1)) as f32,
        detail: sentence(centre, centre_label, neighbour),
    }
}

/// `bought and rated by Ada Okafor`, `follows Ada Okafor`: what the neighbour is to the node in the middle.
fn sentence(centre: NodeKind, centre_label: &str, neighbour: &Neighbour) -> String {
    let verbs: Vec<&str> = neighbour
        .ties
        .iter()
        .map(|tie| match tie {
            Tie::Bought => "bought",
            Tie::Rated => "rated",
            Tie::Reviewed => "reviewed",
            // Seen from the neighbour, so the other way round.
            Tie::Follows => "followed by",
            Tie::FollowedBy => "follows",
        })
        .collect();
    // What a user does with a product is the user's doing, from whichever end one looks.
    let by = if centre == NodeKind::User && neighbour.kind == NodeKind::Product { "by " } else { "" };
    format!("{} {by}{centre_label}", and(&verbs))
}

/// `a`, `a and b`, `a, b and c`.
fn and(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(centre: NodeKind, kind: NodeKind, ties: &[Tie]) -> String {
        sentence(centre, "Ada", &Neighbour { kind, id: 1, name: None, ties: ties.to_vec() })
    }

    #[test]
    fn a_tie_reads_from_the_neighbour_s_end() {
        use NodeKind::{Product, User};
        assert_eq!(said(User, Product, &[Tie::Bought]), "bought by Ada");
        assert_eq!(said(User, Product, &[Tie::Bought, Tie::Rated, Tie::Reviewed]), "bought, rated and reviewed by Ada");
        assert_eq!(said(Product, User, &[Tie::Bought, Tie::Rated]), "bought and rated Ada");
        assert_eq!(said(User, User, &[Tie::Follows, Tie::FollowedBy]), "followed by and follows Ada");
    }

    #[test]
    fn a_nameless_node_is_called_by_its_number_and_more_ties_make_it_larger() {
        let of = |id, ties: &[Tie]| Neighbour { kind: NodeKind::Product, id, name: None, ties: ties.to_vec() };
        let neighbours = vec![of(3, &[Tie::Bought, Tie::Rated]), of(4, &[Tie::Bought])];
        let found = neighbourhood(NodeKind::User, 7, Neighbours { name: None, total: 9, neighbours });
        assert_eq!((found.label.as_str(), found.nodes[0].label.as_str(), found.total), ("User 7", "Product 3", 9));
        assert!(found.nodes[0].weight > found.nodes[1].weight);
    }
}
