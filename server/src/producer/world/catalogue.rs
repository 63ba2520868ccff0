//! What the shop sells: names, categories, prices, and how good each thing is.

use super::hash::{fraction, mix};

/// The categories, in the order in which communities have them as their favourite.
pub(super) const CATEGORIES: [&str; 5] = ["Books", "Home", "Electronics", "Sports", "Clothing"];

/// A makers' name, by category: the first word of what is not a book.
const MAKERS: [[&str; 16]; 5] = [
    [
        "Salt",
        "Winter",
        "Paper",
        "Glass",
        "Quiet",
        "Amber",
        "Hollow",
        "Northern",
        "Borrowed",
        "Velvet",
        "Iron",
        "Painted",
        "Forgotten",
        "Lantern",
        "Copper",
        "Second",
    ],
    [
        "Hearthstone",
        "Linden",
        "Morrow",
        "Oakley Row",
        "Saffron",
        "Tiller",
        "Bramble",
        "Casa Verde",
        "Fennel",
        "Kettlewick",
        "Nordlys",
        "Pantry",
        "Quarry",
        "Sunday",
        "Thistle",
        "Willowby",
    ],
    [
        "Auralis",
        "Bitforge",
        "Corvid",
        "Deltawave",
        "Echolite",
        "Fluxon",
        "Gridline",
        "Helio",
        "Ionix",
        "Juniper",
        "Kestrel",
        "Lumora",
        "Mosaic",
        "Nimbus",
        "Orbita",
        "Pixelry",
    ],
    [
        "Alpwind",
        "Breakaway",
        "Cadence",
        "Driftline",
        "Evenpace",
        "Fellrunner",
        "Gale",
        "Highmark",
        "Interval",
        "Jetstream",
        "Kinetic",
        "Longstride",
        "Meridian",
        "Northbank",
        "Outrider",
        "Pacer",
    ],
    [
        "Arden",
        "Bluestitch",
        "Cotter",
        "Dovetail",
        "Everloom",
        "Foxglove",
        "Guernsey",
        "Harrow",
        "Indigo & Sons",
        "Jute",
        "Knotwork",
        "Loden",
        "Marlow",
        "Needlepoint",
        "Osier",
        "Pilgrim",
    ],
];

/// A thing and its usual price, by category.
const THINGS: [[(&str, f64); 12]; 5] = [
    [
        ("Orchard", 14.0),
        ("Cartographer", 18.0),
        ("Lighthouse Keeper", 12.0),
        ("Archive", 22.0),
        ("River", 11.0),
        ("Almanac", 26.0),
        ("Apprentice", 13.0),
        ("Harbour", 12.0),
        ("Alphabet", 16.0),
        ("Garden of Days", 19.0),
        ("Clockmaker's Daughter-in-Law", 15.0),
        ("Atlas", 38.0),
    ],
    [
        ("Cast Iron Pan", 49.0),
        ("Pepper Mill", 28.0),
        ("Wool Throw", 65.0),
        ("Desk Lamp", 54.0),
        ("Bread Tin", 24.0),
        ("Chef's Knife", 89.0),
        ("Teapot", 34.0),
        ("Linen Apron", 32.0),
        ("Storage Jars", 27.0),
        ("Mixing Bowls", 36.0),
        ("Wall Clock", 42.0),
        ("Cutting Board", 38.0),
    ],
    [
        ("Headphones", 129.0),
        ("Mechanical Keyboard", 109.0),
        ("Webcam", 69.0),
        ("Game Controller", 59.0),
        ("Portable Speaker", 79.0),
        ("4K Monitor", 329.0),
        ("USB-C Dock", 99.0),
        ("E-Reader", 139.0),
        ("Smart Plug", 19.0),
        ("Wireless Mouse", 45.0),
        ("Action Camera", 249.0),
        ("Power Bank", 39.0),
    ],
    [
        ("Trail Shoes", 119.0),
        ("Running Vest", 74.0),
        ("Yoga Mat", 35.0),
        ("Resistance Bands", 22.0),
        ("Water Bottle", 18.0),
        ("Foam Roller", 29.0),
        ("Cycling Gloves", 31.0),
        ("Climbing Chalk", 12.0),
        ("Jump Rope", 16.0),
        ("Swim Goggles", 24.0),
        ("Head Torch", 44.0),
        ("Kettlebell", 52.0),
    ],
    [
        ("Work Jacket", 139.0),
        ("Merino Sweater", 95.0),
        ("Canvas Overalls", 88.0),
        ("Flannel Shirt", 54.0),
        ("Wool Socks", 16.0),
        ("Rain Coat", 129.0),
        ("Denim Apron", 48.0),
        ("Knit Beanie", 24.0),
        ("Leather Belt", 42.0),
        ("Linen Trousers", 69.0),
        ("Chore Gloves", 19.0),
        ("Quilted Vest", 84.0),
    ],
];

/// A product of the shop.
pub(super) struct Product {
    /// Unique in the catalogue.
    pub(super) name: String,
    /// An index into [`CATEGORIES`].
    pub(super) category: usize,
    /// In the shop's currency.
    pub(super) price: f64,
    /// The stars that it deserves, 2.2 to 4.8.
    pub(super) quality: f64,
}

/// Makes the products with ids 1 to `count`; every five ids in a row have all five categories.
pub(super) fn products(seed: u64, count: u32) -> Vec<Product> {
    let mut made = [0_usize; CATEGORIES.len()];
    (0..count)
        .map(|index| {
            let category = category(seed, index);
            let number = made[category];
            made[category] += 1;
            let (name, usual) = name(category, number);
            let id = u64::from(index) + 1;
            Product {
                name,
                category,
                price: price(usual * (0.8 + 0.5 * fraction(seed, 11, id))),
                quality: 2.2 + 2.6 * fraction(seed, 12, id).sqrt(),
            }
        })
        .collect()
}

/// Deals the categories in rounds, each round in an order of its own.
fn category(seed: u64, index: u32) -> usize {
    let round = u64::from(index) / CATEGORIES.len() as u64;
    let mut left: Vec<usize> = (0..CATEGORIES.len()).collect();
    let mut lot = mix(seed, 10, round);
    for _ in 0..index as usize % CATEGORIES.len() {
        left.remove((lot % left.len() as u64) as usize);
        lot /= CATEGORIES.len() as u64;
    }
    left[(lot % left.len() as u64) as usize]
}

/// The name and usual price of the category's product with a number.
fn name(category: usize, number: usize) -> (String, f64) {
    let (makers, things) = (&MAKERS[category], &THINGS[category]);
    // Neighbours differ in both words, and all combinations come before the first repeats: 5 and 16 have no common
    // factor, and the shift by each full round of things moves on to makers that these have not met.
    let (thing, usual) = things[number % things.len()];
    let maker = makers[(number * 5 + number / 48) % makers.len()];
    let edition = number / (makers.len() * things.len());
    let mut name = if category == 0 { format!("The {maker} {thing}") } else { format!("{maker} {thing}") };
    if edition > 0 {
        name =
            if category == 0 { format!("{name}, Volume {}", edition + 1) } else { format!("{name} {}", edition + 1) };
    }
    (name, usual)
}

/// Rounds to a price that a shop would write: whole numbers less one cent.
fn price(amount: f64) -> f64 {
    (amount.round().max(2.0) * 100.0 - 1.0) / 100.0
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_product_has_a_name_of_its_own() {
        let products = products(1, 20_000);
        let names: HashSet<&str> = products.iter().map(|product| product.name.as_str()).collect();
        assert_eq!(names.len(), products.len());
        assert!(names.iter().all(|name| (1..=200).contains(&name.len())));
    }

    #[test]
    fn five_products_in_a_row_have_five_categories() {
        for row in products(3, 500).chunks(5) {
            let categories: HashSet<usize> = row.iter().map(|product| product.category).collect();
            assert_eq!(categories.len(), 5);
        }
    }

    #[test]
    fn prices_are_positive_and_in_cents() {
        for product in products(2, 1_000) {
            assert!(product.price > 1.0 && product.price < 1_000.0);
            let cents = product.price * 100.0;
            assert!((cents - cents.round()).abs() < 1e-6, "{}", product.price);
        }
    }
}
