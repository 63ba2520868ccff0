//! Communities of similar buyers: how large each is, and what its members buy.

use leptos::prelude::*;
use model::answer::{CommunitySummary, Favourite};

use super::scale::{colour, share};
use crate::{component::icon::Swatch, format};

/// The product's name.
pub fn label(favourite: &Favourite) -> String {
    favourite.name.clone().unwrap_or_else(|| format!("Product {}", favourite.product))
}

/// The category that most of a community's favourites belong to, weighed by buyers; none without favourites.
pub fn taste(summary: &CommunitySummary) -> Option<&str> {
    let mut best: Option<(&str, i64)> = None;
    for favourite in &summary.favourites {
        let category = favourite.category.as_str();
        let buyers =
            summary.favourites.iter().filter(|other| other.category == category).map(|other| other.buyers).sum();
        if best.is_none_or(|(_, most)| buyers > most) {
            best = Some((category, buyers));
        }
    }
    best.map(|(category, _)| category)
}

/// One card a community: its size beside the largest one's, and its favourites by the share of members that bought them.
pub(crate) fn communities(summaries: &[CommunitySummary]) -> AnyView {
    let largest = summaries.iter().map(|summary| summary.members).max().unwrap_or(0) as f64;
    let cards = summaries
        .iter()
        .enumerate()
        .map(|(index, summary)| {
            let colour = colour(index);
            let members = format::plural(summary.members, "buyer", "buyers");
            let favourites = summary
                .favourites
                .iter()
                .map(|favourite| {
                    let percent = share(favourite.buyers as f64, summary.members as f64);
                    let name = label(favourite);
                    view! {
                        <li>
                            <span class="label" title=favourite.category.clone()>{name.clone()}</span>
                            <svg role="img" aria-label=format!("{name}: {percent:.0} % of them") width="100%" height="10">
                                <rect class="track" y="1" width="100%" height="8" rx="4"/>
                                <rect class="bar" y="1" width=format!("{percent}%") height="8" rx="4" fill=colour/>
                            </svg>
                            <span class="n">{format!("{percent:.0} %")}</span>
                        </li>
                    }
                })
                .collect_view();
            let taste = taste(summary).map(|category| format!("mostly {category}"));
            view! {
                <li class="community">
                    <h3><Swatch colour/>{format!("Community {}", summary.community + 1)}</h3>
                    <p><b>{members.clone()}</b>" "<span class="muted">{taste}</span></p>
                    <svg role="img" aria-label=format!("{members}, beside the largest community") width="100%" height="12">
                        <rect class="bar" width=format!("{}%", share(summary.members as f64, largest)) height="12" rx="4" fill=colour/>
                    </svg>
                    <ol>{favourites}</ol>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="communities">{cards}</ul> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn favourite(category: &str, buyers: i64) -> Favourite {
        Favourite { product: 1, name: None, category: category.into(), buyers }
    }

    #[test]
    fn taste_is_the_category_with_most_buyers() {
        let favourites = vec![favourite("Books", 50), favourite("Home", 40), favourite("Home", 30)];
        let summary = CommunitySummary { community: 0, members: 60, favourites };
        assert_eq!(taste(&summary), Some("Home"));
        let nobody = CommunitySummary { community: 1, members: 2, favourites: vec![] };
        assert_eq!(taste(&nobody), None);
    }
}
