use app::insight::{Asked, best_rated, influencers, similar_buyers, top_products};
use model::answer::{Answered, Favourite, Influencer, ProductSales, Rater, SimilarPair, TopProducts};

use super::*;
use crate::export::palette::{DARK, LIGHT};

const ASKED: Asked = Asked { days: 30, limit: 10, min: 1 };

fn answered<T>(answer: T) -> Answered<T> {
    Answered { as_of: 1_795_525_331, computed_at: 1_795_525_331_000, query_ms: 1.0, answer }
}

/// Every chart, each with a name that would break out of it.
fn all() -> Vec<Shown> {
    let evil = Some("<b>\"Dune\" & 'Lamp'".to_owned());
    let sales = |product, purchases| ProductSales { product, name: evil.clone(), purchases, units: 2 };
    let rater = Rater { user: 1, name: evil.clone(), rating: 5 };
    let rated = RatedProduct {
        product: 1,
        name: evil.clone(),
        ratings: 10,
        average: 4.6,
        distribution: [1, 0, 0, 0, 9],
        users: vec![rater],
    };
    let pair = SimilarPair { user1: 1, name1: evil.clone(), user2: 2, name2: None, shared: 3, jaccard: 0.5 };
    let favourite = Favourite { product: 1, name: evil.clone(), category: "Books".into(), buyers: 3 };
    let summary = |community| CommunitySummary { community, members: 4, favourites: vec![favourite.clone()] };
    let alike = similar_buyers::Answer {
        pairs: answered(vec![pair]),
        buyers: 9,
        communities: 5,
        summaries: (0..5).map(summary).collect(),
    };
    let categories =
        TopProducts::from([("Books".into(), vec![sales(1, 412), sales(2, 103)]), ("Home".into(), vec![sales(3, 9)])]);
    [
        top_products::show(answered(categories), ASKED),
        influencers::show(answered(vec![Influencer { user: 1, name: evil.clone(), followers: 9 }]), ASKED),
        best_rated::show(answered(vec![rated]), ASKED),
        similar_buyers::show(alike, ASKED),
    ]
    .into_iter()
    .map(|shown| shown.unwrap())
    .collect()
}

/// Reads a document as strictly as these have to be read: every element closed in order, no bare `<` or `&`.
fn well_formed(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    let body = svg.split_once("?>").unwrap().1;
    for piece in body.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or_else(|| panic!("no end of {piece}"));
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        for entity in text.split('&').skip(1) {
            assert!(["amp;", "lt;", "gt;", "quot;"].iter().any(|known| entity.starts_with(known)), "{text}");
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn every_drawing_is_whole_and_says_what_the_page_says() {
    for shown in all() {
        for palette in [LIGHT, DARK] {
            let svg = drawing(&shown, &palette, "Sluice, 24 Nov 2026");
            well_formed(&svg);
            assert!(svg.contains("&lt;b&gt;"), "{svg}");
            assert!(!svg.contains("var(") && !svg.contains("class=") && !svg.contains("style="), "{svg}");
            assert!(svg.contains(palette.surface) && svg.contains("Sluice, 24 Nov 2026"));
        }
    }
}

#[test]
fn bars_compare_as_their_values_do() {
    let svg = drawing(&all()[0], &LIGHT, "");
    let widths: Vec<f64> = svg
        .lines()
        .filter(|line| line.starts_with("<rect") && line.contains("height=\"21\""))
        .map(|line| line.split("width=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(widths.len(), 3);
    assert!((widths[0] / widths[1] - 4.0).abs() < 0.01, "{widths:?}");
}

#[test]
fn nothing_is_drawn_inside_out() {
    for shown in all() {
        let svg = drawing(&shown, &LIGHT, "");
        assert!(!svg.contains("width=\"-") && !svg.contains("NaN"), "{svg}");
    }
    well_formed(&nothing(&DARK, "Nobody has bought anything yet.", "Sluice"));
}
