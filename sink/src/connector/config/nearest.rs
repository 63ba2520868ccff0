//! The name that somebody who mistyped one may have meant.

/// How many letters may be wrong, missing or too many.
const AT_MOST: usize = 2;

/// The name nearest to a text, if one is near.
pub(super) fn to<'a>(text: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // A long text is no slip of the finger, and comparing it would take long.
    let near = names.filter(|name| name.len().abs_diff(text.len()) <= AT_MOST);
    near.map(|name| (distance(text, name), name))
        .filter(|(distance, _)| *distance <= AT_MOST)
        .min()
        .map(|(_, name)| name)
}

/// Levenshtein's distance in bytes: <https://en.wikipedia.org/wiki/Levenshtein_distance>, row by row.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.bytes().enumerate() {
            let changed = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let names = || ["topics", "tasks.max", "errors.tolerance"].into_iter();
        assert_eq!(to("topcis", names()), Some("topics"));
        assert_eq!(to("task.max", names()), Some("tasks.max"));
        assert_eq!(to("error.tolerance", names()), Some("errors.tolerance"));
        assert_eq!(to("transforms", names()), None);
        assert_eq!(to("", names()), None);
    }
}
