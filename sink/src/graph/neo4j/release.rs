//! Which releases of Neo4j can be used. Pure.

/// The oldest one. Its Cypher is the first with `CALL (row) { … }`, in which statements of somebody's own run.
const OLDEST: (u32, u32) = (5, 23);

/// Why a server of this version can't be used, if it can't. A version that can't be compared is given a try.
pub(super) fn refuse(version: &str) -> Option<String> {
    let mut parts = version.split(['.', '-']);
    let mut number = || parts.next()?.parse::<u32>().ok();
    let (major, minor) = (number()?, number()?);
    ((major, minor) < OLDEST).then(|| {
        let (major, minor) = OLDEST;
        format!("Neo4j {version} is too old: Sluice needs {major}.{minor} or newer")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_old_is_told_what_would_do() {
        for version in ["4.4.48", "3.5.0", "5.1.0", "5.22.0"] {
            let sentence = refuse(version).unwrap();
            assert_eq!(sentence, format!("Neo4j {version} is too old: Sluice needs 5.23 or newer"));
        }
    }

    #[test]
    fn newer_ones_and_those_that_say_nothing_to_compare_are_used() {
        for version in ["5.23.0", "5.26.20", "5.27-aura", "2025.01.0", "2026.08.1", "6.0", "dev", "", "5"] {
            assert_eq!(refuse(version), None, "{version}");
        }
    }
}
