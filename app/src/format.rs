//! Numbers, durations and times as people read them; the same on the server and in the browser, so always UTC.

/// `1234567` → `1,234,567`.
pub fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('−');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Like [`thousands`], for what cannot be negative.
pub(crate) fn count(number: u64) -> String {
    thousands(i64::try_from(number).unwrap_or(i64::MAX))
}

/// `3` and `record` → `3 records`.
pub fn plural(number: i64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// A rate without its unit: one decimal below 10, whole above.
pub(crate) fn rate(per_second: f64) -> String {
    if per_second < 0.05 {
        "0".to_owned()
    } else if per_second < 9.95 {
        format!("{per_second:.1}")
    } else {
        thousands(per_second.round() as i64)
    }
}

/// `0.42` → `0.4 ms`, `14.2` → `14 ms`, `1234` → `1.2 s`, `125000` → `2 min 5 s`.
pub fn duration(ms: f64) -> String {
    if ms < 9.95 {
        format!("{ms:.1} ms")
    } else if ms < 999.5 {
        format!("{ms:.0} ms")
    } else if ms < 59_950.0 {
        format!("{:.1} s", ms / 1000.0)
    } else {
        let seconds = (ms / 1000.0).round() as i64;
        if seconds < 3600 {
            format!("{} min {} s", seconds / 60, seconds % 60)
        } else {
            format!("{} h {} min", seconds / 3600, seconds % 3600 / 60)
        }
    }
}

/// How long something took: two decimals of a second while it is short.
pub fn took(ms: i64) -> String {
    if ms < 10_000 { format!("{:.2} s", ms as f64 / 1000.0) } else { duration(ms as f64) }
}

/// Epoch milliseconds → `13:02:11`, in UTC.
pub(crate) fn time_of_day(ms: i64) -> String {
    let seconds = ms.div_euclid(1000).rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds % 3600 / 60, seconds % 60)
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Epoch seconds → `24 Nov 2026`, in UTC.
pub(crate) fn date(seconds: i64) -> String {
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    format!("{day} {} {year}", MONTHS[month - 1])
}

/// Epoch milliseconds → `24 Nov 2026, 13:02:11 UTC`.
pub(crate) fn date_time(ms: i64) -> String {
    format!("{}, {} UTC", date(ms.div_euclid(1000)), time_of_day(ms))
}

/// Epoch milliseconds → `2026-11-24T13:02:11.999Z`, as `<time>` has it.
pub(crate) fn iso(ms: i64) -> String {
    let (year, month, day) = civil(ms.div_euclid(86_400_000));
    format!("{year:04}-{month:02}-{day:02}T{}.{:03}Z", time_of_day(ms), ms.rem_euclid(1000))
}

/// Days since 1970-01-01 → year, month (1–12), day: Howard Hinnant's `civil_from_days`.
fn civil(days: i64) -> (i64, usize, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month as usize, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (84_210, "84,210"),
            (1_000_000, "1,000,000"),
            (-1234, "−1,234"),
            (i64::MIN, "−9,223,372,036,854,775,808"),
        ] {
            assert_eq!(thousands(number), text);
        }
        assert_eq!(plural(1, "record", "records"), "1 record");
        assert_eq!(plural(0, "record", "records"), "0 records");
    }

    #[test]
    fn rates_and_durations_have_the_digits_that_matter() {
        assert_eq!([0.0, 0.5, 9.94, 9.96, 1204.4].map(rate), ["0", "0.5", "9.9", "10", "1,204"]);
        for (ms, text) in [
            (0.42, "0.4 ms"),
            (14.2, "14 ms"),
            (999.6, "1.0 s"),
            (1234.0, "1.2 s"),
            (125_000.0, "2 min 5 s"),
            (7_320_000.0, "2 h 2 min"),
        ] {
            assert_eq!(duration(ms), text);
        }
        assert_eq!(took(210), "0.21 s");
        assert_eq!(took(12_340), "12.3 s");
    }

    #[test]
    fn times_are_in_utc() {
        assert_eq!(time_of_day(0), "00:00:00");
        assert_eq!(date(951_782_400), "29 Feb 2000");
        assert_eq!(date_time(1_795_525_331_999), "24 Nov 2026, 13:02:11 UTC");
        assert_eq!(date(-1), "31 Dec 1969");
        assert_eq!(iso(1_795_525_331_999), "2026-11-24T13:02:11.999Z");
    }
}
