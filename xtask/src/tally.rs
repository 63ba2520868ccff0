//! How many tests passed and failed, read from what the test runners print.

use std::{fmt, ops::AddAssign};

/// A count of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// What a line of `cargo test` counts: `test result: ok. 3 passed; 0 failed; …`.
pub(crate) fn of_cargo_line(line: &str) -> Option<Tally> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let count = |word: &str| {
        counts.split("; ").find_map(|part| part.strip_suffix(word)).and_then(|number| number.trim().parse().ok())
    };
    Some(Tally { passed: count("passed")?, failed: count("failed")? })
}

/// What Playwright's JSON report counts. A test that passed at its second try counts as failed.
pub(crate) fn of_playwright(report: &str) -> Option<Tally> {
    let report: serde_json::Value = serde_json::from_str(report).ok()?;
    let count = |name: &str| report["stats"][name].as_u64();
    // An error outside any test, such as a server that did not start, is in a list of its own.
    let outside = report["errors"].as_array().map_or(0, Vec::len) as u64;
    Some(Tally { passed: count("expected")?, failed: count("unexpected")? + count("flaky")? + outside })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_line_of_cargo_is_counted_and_other_lines_are_not() {
        let ok = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.00s";
        assert_eq!(of_cargo_line(ok), Some(Tally { passed: 12, failed: 0 }));
        let failed = "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(of_cargo_line(failed), Some(Tally { passed: 2, failed: 1 }));
        for other in ["test kind::tests::it_works ... ok", "test result: ok.", "", "result: ok. 1 passed; 0 failed"] {
            assert_eq!(of_cargo_line(other), None, "{other}");
        }
    }

    #[test]
    fn a_flaky_test_and_an_error_outside_any_test_count_as_failed() {
        let report = r#"{"errors": [{}], "stats": {"expected": 7, "skipped": 2, "unexpected": 1, "flaky": 1}}"#;
        assert_eq!(of_playwright(report), Some(Tally { passed: 7, failed: 3 }));
        assert_eq!(of_playwright("{}"), None);
        assert_eq!(of_playwright("no report"), None);
    }
}
