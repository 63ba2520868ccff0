//! Numbers as people type them into forms, and the sentences for those that are none.

use model::Failure;

/// Thousands may be separated by commas, spaces or underscores.
fn digits(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ',' | '_') && !c.is_whitespace()).collect()
}

fn whole(text: &str, code: &str, what: &str) -> Result<u64, Failure> {
    digits(text).parse().map_err(|_| Failure::new(code, format!("{text:?} is no {what}: give a whole number")))
}

/// How many events.
pub(super) fn count(text: &str) -> Result<u64, Failure> {
    if text.trim().is_empty() {
        return Err(Failure::new("count_missing", "how many events? give a number from 1 to 1,000,000"));
    }
    whole(text, "malformed_count", "number of events")
}

/// What fixes the content; nothing typed means a random one.
pub(super) fn seed(text: &str) -> Result<Option<u64>, Failure> {
    if text.trim().is_empty() { Ok(None) } else { whole(text, "malformed_seed", "seed").map(Some) }
}

/// How many events are broken; nothing typed means none.
pub(super) fn poison(text: &str) -> Result<u64, Failure> {
    if text.trim().is_empty() { Ok(0) } else { whole(text, "malformed_poison", "number of broken events") }
}

/// Records a second.
pub(super) fn rate(text: &str) -> Result<f64, Failure> {
    match digits(text).parse::<f64>() {
        Ok(rate) if rate.is_finite() => Ok(rate),
        _ => Err(Failure::new("malformed_rate", format!("{text:?} is no rate: give records a second, 1 to 100,000"))),
    }
}

/// A value that was mended: what is no JSON would only come back.
pub(super) fn mended(text: &str) -> Result<(), Failure> {
    crate::json::fault(text)
        .map_or(Ok(()), |fault| Err(Failure::new("malformed_json", format!("the value was not sent: {fault}"))))
}

/// How many records of each topic a preview has; nothing typed means ten.
pub(super) fn records(text: &str) -> Result<u32, Failure> {
    if text.trim().is_empty() {
        return Ok(10);
    }
    digits(text).parse().map_err(|_| {
        Failure::new("limit_out_of_range", format!("{text:?} is no number of records: give a number from 1 to 100"))
    })
}

/// An address that browsers and servers still take.
pub(super) fn short_enough(address: String) -> Result<String, Failure> {
    const LONGEST: usize = 32_000;
    if address.len() <= LONGEST {
        return Ok(address);
    }
    let sentence = "without JavaScript a configuration has to fit into the address of a page, and this one is too long: post it to the \
                    Kafka Connect REST API";
    Err(Failure::new("config_too_long", sentence))
}

/// The word that empties the house.
pub(super) fn confirmation(text: &str) -> Result<(), Failure> {
    if text.trim() == "reset" {
        return Ok(());
    }
    Err(Failure::new("not_confirmed", "nothing was emptied: type the word reset to confirm"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_type_them() {
        assert_eq!(count(" 1,000 "), Ok(1000));
        assert_eq!(count("25_000"), Ok(25_000));
        assert_eq!(seed(""), Ok(None));
        assert_eq!(seed("42"), Ok(Some(42)));
        assert_eq!(poison(" "), Ok(0));
        assert_eq!(rate("1,200.5"), Ok(1200.5));
    }

    #[test]
    fn what_is_no_number_gets_a_sentence() {
        assert_eq!(count("").unwrap_err().code, "count_missing");
        assert!(count("many").unwrap_err().message.contains("\"many\""));
        assert_eq!(count("-1").unwrap_err().code, "malformed_count");
        assert_eq!(seed("x").unwrap_err().code, "malformed_seed");
        assert_eq!(rate("inf").unwrap_err().code, "malformed_rate");
    }

    #[test]
    fn a_preview_has_ten_records_unless_somebody_says_otherwise() {
        assert_eq!((records(""), records(" 25 ")), (Ok(10), Ok(25)));
        assert_eq!(records("many").unwrap_err().code, "limit_out_of_range");
        assert!(short_enough("x".repeat(32_001)).is_err());
    }

    #[test]
    fn a_mended_value_has_to_be_json() {
        assert_eq!(mended("{\"a\": 1}"), Ok(()));
        assert_eq!(mended("{\"a\": 1").unwrap_err().code, "malformed_json");
    }

    #[test]
    fn only_the_word_itself_empties_the_house() {
        assert_eq!(confirmation("reset "), Ok(()));
        assert!(confirmation("Reset").is_err());
        assert!(confirmation("").is_err());
    }
}
