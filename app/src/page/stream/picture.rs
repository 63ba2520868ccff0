//! The piece of graph that a record became, drawn in a line: who, what, and what joins them.

use leptos::prelude::*;
use model::record::{Piece, Thing};

use super::address::Address;

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 120.0;
/// Where the nodes stand.
const Y: f64 = 58.0;
/// How far a node reaches.
const RADIUS: f64 = 19.0;
/// How wide a letter of a name under a node may be.
const LETTER: f64 = 8.2;

/// The picture, and where to see more of what is in it.
pub(super) fn picture(piece: Piece) -> AnyView {
    let count = piece.nodes.len();
    let nodes = piece
        .nodes
        .iter()
        .zip(places(count))
        .map(|((thing, name, _), x)| node(*thing, &short(name, count), x))
        .collect_view();
    let places: Vec<f64> = places(count).collect();
    let edges = piece
        .edges
        .iter()
        .zip(places.windows(2))
        .map(|((kind, detail), ends)| edge(kind, detail, ends[0], ends[1]))
        .collect_view();
    let label = sentence(&piece);
    let more: Vec<_> = piece
        .nodes
        .into_iter()
        .filter(|(thing, ..)| *thing != Thing::Transaction)
        .map(|(_, name, find)| {
            let address = Address { text: find, ..Address::default() };
            view! { <a href=address.href()><bdi>{name}</bdi></a> }
        })
        .collect();
    view! {
        <svg class="piece" viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=label>{edges}{nodes}</svg>
        <p class="more muted"><span>"More records of"</span>{more}</p>
    }
    .into_any()
}

/// Where so many nodes stand, from left to right.
fn places(count: usize) -> impl Iterator<Item = f64> {
    let step = WIDTH / count.max(1) as f64;
    (0..count).map(move |index| step * (index as f64 + 0.5))
}

fn node(thing: Thing, name: &str, x: f64) -> AnyView {
    let (colour, shape) = match thing {
        Thing::User => (
            "var(--s1)",
            format!(
                "M{:.1} {Y}a{RADIUS} {RADIUS} 0 1 0 {d} 0a{RADIUS} {RADIUS} 0 1 0 -{d} 0",
                x - RADIUS,
                d = RADIUS * 2.0
            ),
        ),
        Thing::Product => {
            ("var(--s2)", format!("M{:.1} {:.1}h{s}v{s}h-{s}z", x - RADIUS * 0.9, Y - RADIUS * 0.9, s = RADIUS * 1.8))
        }
        Thing::Transaction => (
            "var(--s3)",
            format!("M{x:.1} {:.1}l{RADIUS} {RADIUS}l-{RADIUS} {RADIUS}l-{RADIUS} -{RADIUS}z", Y - RADIUS),
        ),
    };
    let word = match thing {
        Thing::User => "user",
        Thing::Product => "product",
        Thing::Transaction => "transaction",
    };
    view! {
        <path d=shape fill=colour/>
        <text x=x y=Y + RADIUS + 18.0 text-anchor="middle" font-size="12" font-weight="650">{name.to_owned()}</text>
        <text class="m" x=x y=Y + RADIUS + 34.0 text-anchor="middle" font-size="11.5">{word}</text>
    }
    .into_any()
}

fn edge(kind: &str, detail: &str, from: f64, to: f64) -> AnyView {
    let (from, to, middle) = (from + RADIUS + 5.0, to - RADIUS - 6.0, f64::midpoint(from, to));
    view! {
        <path class="edge" d=format!("M{from:.1} {Y}H{to:.1}M{:.1} {:.1}L{to:.1} {Y}L{:.1} {:.1}", to - 6.0, Y - 5.0, to - 6.0, Y + 5.0)/>
        <text class="m" x=middle y=Y - 30.0 text-anchor="middle" font-size="11.5" font-weight="650">{kind.to_owned()}</text>
        <text x=middle y=Y - 14.0 text-anchor="middle" font-size="12">{detail.to_owned()}</text>
    }
    .into_any()
}

/// As much of a name as has room under one of so many nodes.
fn short(name: &str, nodes: usize) -> String {
    let letters = (WIDTH / nodes.max(1) as f64 / LETTER) as usize;
    if name.chars().count() <= letters {
        return name.to_owned();
    }
    let mut short: String = name.chars().take(letters - 1).collect();
    short.push('…');
    short
}

/// The same for the ear: `Ada RATED ★★★★ Dune`.
fn sentence(piece: &Piece) -> String {
    let mut words = Vec::new();
    for (index, (_, name, _)) in piece.nodes.iter().enumerate() {
        words.push(name.as_str());
        if let Some((kind, detail)) = piece.edges.get(index) {
            words.extend([kind.as_str(), detail.as_str()].into_iter().filter(|word| !word.is_empty()));
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_stand_apart_and_within_the_picture() {
        for count in 1..=3 {
            let places: Vec<f64> = places(count).collect();
            assert!(places.iter().all(|x| *x - RADIUS > 0.0 && *x + RADIUS < WIDTH), "{places:?}");
            assert!(places.windows(2).all(|ends| ends[1] - ends[0] > RADIUS * 4.0), "{places:?}");
        }
    }

    #[test]
    fn the_picture_is_a_sentence_too() {
        let node = |thing, name: &str| (thing, name.to_owned(), String::new());
        let piece = Piece {
            nodes: vec![node(Thing::User, "Ada"), node(Thing::Product, "Dune")],
            edges: vec![("RATED".to_owned(), "★★★★".to_owned())],
        };
        assert_eq!(sentence(&piece), "Ada RATED ★★★★ Dune");
        assert_eq!(short("A name of twenty-nine letters", 3), "A name of twenty…");
        assert_eq!(short("A name of twenty-nine letters", 1), "A name of twenty-nine letters");
    }
}
