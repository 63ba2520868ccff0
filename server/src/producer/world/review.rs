//! What people write about a product: sentences that fit the stars they would give.

use rand::{Rng, seq::IndexedRandom};

/// How a review begins, by stars.
const OPENINGS: [&[&str]; 5] = [
    &[
        "Broke within a week.",
        "I sent it back the same day.",
        "What a letdown.",
        "I wanted to like this, and could not.",
        "Save your money.",
        "Arrived damaged, and support shrugged.",
        "I regret this one.",
    ],
    &[
        "Not what I hoped for.",
        "It works, barely.",
        "I expected more.",
        "Below average, sorry.",
        "Looks better in the pictures.",
        "Half of it is good.",
        "I would not buy it twice.",
    ],
    &[
        "It does the job.",
        "Fine, nothing more.",
        "I am in two minds about it.",
        "Good in parts.",
        "Does what it says.",
        "Neither great nor bad.",
        "Average, and priced like it.",
    ],
    &[
        "Very pleased.",
        "A solid choice.",
        "Better than I expected.",
        "Good, and worth its price.",
        "I use it nearly every day.",
        "Nicely made.",
        "Happy with it after two weeks.",
    ],
    &[
        "I love it!",
        "The best I have had.",
        "Exactly what I was looking for.",
        "I have bought a second one already.",
        "Wonderful from the first day.",
        "Everything about this is right.",
        "A small joy, every time.",
    ],
];

/// How it goes on: {} is the product.
const REASONS: [&[&str]; 3] = [
    &[
        "The {} feels cheap",
        "The {} stopped being useful after a few days",
        "The {} is nothing like its description",
        "Something about the {} was wrong from the start",
        "The {} could not do the one thing I need",
    ],
    &[
        "The {} has its moments",
        "The {} is decent for the money",
        "The {} is neither better nor worse than my old one",
        "The {} took a while to get used to",
        "The {} would be good with a little more care",
    ],
    &[
        "The {} is made with care",
        "The {} has earned its place here",
        "The {} does more than I asked of it",
        "The {} still looks new",
        "My friends have asked where I found the {}",
    ],
];

/// How it ends.
const ENDINGS: [&[&str]; 3] = [
    &[
        ", and I am looking for another.",
        "; I expected better.",
        ". Two thumbs down.",
        ", which is a pity.",
        ". Never again.",
    ],
    &[
        ", so I will keep it for now.",
        "; ask me again in a month.",
        ". Wait for a sale.",
        ", and that is all.",
        ". Delivery was quick, at least.",
    ],
    &[
        ", and I would buy it again.",
        "; warmly recommended.",
        ". Five minutes in and I was sold.",
        ", and the price is fair.",
        ". A fine present, too.",
    ],
];

/// Writes a review of a product that got `stars`, 1 to 5.
pub(super) fn write(product: &str, stars: i64, rng: &mut impl Rng) -> String {
    let stars = stars.clamp(1, 5) as usize;
    let mood = match stars {
        1 | 2 => 0,
        3 => 1,
        _ => 2,
    };
    let reason = pick(REASONS[mood], rng);
    let (before, after) = reason.split_once("{}").unwrap_or((reason, ""));
    let product = product.strip_prefix("The ").unwrap_or(product);
    [pick(OPENINGS[stars - 1], rng), " ", before, product, after, pick(ENDINGS[mood], rng)].concat()
}

fn pick<'a>(sentences: &[&'a str], rng: &mut impl Rng) -> &'a str {
    sentences.choose(rng).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rand::{SeedableRng, rngs::SmallRng};

    use super::*;

    #[test]
    fn reviews_vary_and_name_the_product_once() {
        let mut rng = SmallRng::seed_from_u64(1);
        for stars in 1..=5 {
            let reviews: HashSet<String> = (0..200).map(|_| write("The Salt Orchard", stars, &mut rng)).collect();
            assert!(reviews.len() > 50);
            assert!(reviews.iter().all(|text| text.matches("Salt Orchard").count() == 1 && !text.contains("{}")));
            assert!(reviews.iter().all(|text| !text.contains("The The")));
        }
    }
}
