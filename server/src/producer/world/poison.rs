//! Broken records, each of which breaks a rule on purpose.

use model::Kind;
use rand::Rng;

/// A value of a kind that every sink has to refuse; consecutive `n` break different rules.
pub(crate) fn poison(kind: Kind, n: u64, rng: &mut impl Rng) -> Vec<u8> {
    let user = rng.random_range(1..=1_000);
    let product = rng.random_range(1..=100);
    let quantity = rng.random_range(1..=5);
    // A fixed moment: what is broken is something else, so any valid one will do.
    let when = 1_789_000_000 + rng.random_range(0..1_000_000);
    let values = match kind {
        Kind::Purchase => purchases(user, product, quantity, when),
        Kind::Interaction => interactions(user, product, quantity, when),
        Kind::Connection => connections(user, when),
    };
    let at = (n % values.len() as u64) as usize;
    values.into_iter().nth(at).unwrap_or_default().into_bytes()
}

fn purchases(user: i64, product: i64, quantity: i64, when: i64) -> Vec<String> {
    let with = |rest: &str| format!("{{\"user_id\":{user},\"product_id\":{product},\"timestamp\":{when}{rest}}}");
    vec![
        with(",\"quantity\":0"),
        format!("{{\"user_id\":{user},\"product_id\":{product},\"quantity\":"),
        with(""),
        with(",\"quantity\":\"many\""),
        with(&format!(",\"quantity\":{quantity}.5")),
        format!("{{\"user_id\":{user},\"product_id\":{product},\"quantity\":{quantity},\"timestamp\":{when}000}}"),
        format!("{{\"user_id\":-{user},\"product_id\":{product},\"quantity\":{quantity},\"timestamp\":{when}}}"),
        String::new(),
        with(&format!(",\"quantity\":{quantity},\"transaction_id\":\"\"")),
        format!("[{user},{product},{quantity}]"),
        with(&format!(",\"quantity\":{quantity},\"quantity\":{quantity}")),
        format!("{{\"user_id\":null,\"product_id\":{product},\"quantity\":{quantity},\"timestamp\":{when}}}"),
        with(",\"quantity\":1000001"),
    ]
}

fn interactions(user: i64, product: i64, stars: i64, when: i64) -> Vec<String> {
    let with = |rest: &str| format!("{{\"user_id\":{user},\"product_id\":{product},\"timestamp\":{when},{rest}}}");
    vec![
        with("\"interaction_type\":\"rating\",\"value\":6"),
        with("\"interaction_type\":\"rating\",\"value\":\"five\""),
        format!(
            "{{\"user_id\":{user},\"product_id\":{product},\"interaction_type\":\"review\",\"value\":\"Cut off in mid-"
        ),
        with(&format!("\"interaction_type\":\"wave\",\"value\":{stars}")),
        with(&format!("\"interaction_type\":\"review\",\"value\":{stars}")),
        with("\"interaction_type\":\"rating\",\"value\":0"),
        format!("{{\"user_id\":{user},\"interaction_type\":\"rating\",\"value\":{stars},\"timestamp\":{when}}}"),
        String::new(),
        with(&format!("\"value\":{stars}")),
        format!("\"user {user} liked product {product}\""),
        with("\"interaction_type\":\"rating\",\"value\":true"),
        format!(
            "{{\"user_id\":{user},\"product_id\":0,\"interaction_type\":\"rating\",\"value\":{stars},\"timestamp\":{when}}}"
        ),
    ]
}

fn connections(user: i64, when: i64) -> Vec<String> {
    let other = user + 1;
    vec![
        format!("{{\"follower_id\":{user},\"followed_id\":{user},\"timestamp\":{when}}}"),
        format!("{{\"follower_id\":{user},\"timestamp\":{when}}}"),
        format!("{{\"follower_id\":{user},\"followed_id\":{other},"),
        format!("{{\"follower_id\":\"{user}\",\"followed_id\":{other},\"timestamp\":{when}}}"),
        format!("{{\"follower_id\":{user},\"followed_id\":-{other},\"timestamp\":{when}}}"),
        format!("{{\"follower_id\":{user},\"followed_id\":{other},\"timestamp\":{when}000}}"),
        String::new(),
        format!("{{\"follower_id\":{user},\"followed_id\":{other},\"timestamp\":\"yesterday\"}}"),
        format!("{{\"follower_id\":{user},\"followed_id\":{other},\"followed_id\":{other},\"timestamp\":{when}}}"),
        "null".to_owned(),
    ]
}
