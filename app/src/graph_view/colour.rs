//! The colours of a drawing: by name where a page decides, by value where a file must stand alone.

use crate::chart::scale::SERIES;

/// How many colours groups have before they begin again.
pub(super) const COLOURS: usize = SERIES.len();

/// What a drawing is painted with.
pub(super) struct Colours {
    groups: [&'static str; COLOURS],
    /// For edges between groups.
    pub(super) quiet: &'static str,
    pub(super) surface: &'static str,
    pub(super) ink: &'static str,
}

impl Colours {
    /// The colour of a group by its place.
    pub(super) const fn of(&self, group: u32) -> &'static str {
        self.groups[group as usize % COLOURS]
    }
}

/// Whether a group's nodes are rings: where the colours have begun again, the same one twice must not look alike.
pub(super) const fn is_hollow(group: u32) -> bool {
    group as usize / COLOURS % 2 == 1
}

/// As the page has them, in whichever theme.
pub(super) const PAGE: Colours =
    Colours { groups: SERIES, quiet: "var(--s0)", surface: "var(--surface)", ink: "var(--ink)" };

#[cfg(feature = "ssr")]
pub(super) const LIGHT: Colours = Colours {
    groups: [
        "#0a6f7d", "#b4570f", "#5a4fcf", "#1f7a3d", "#a3306f", "#6b5b16", "#c256d9", "#268bfc", "#ee406f", "#6c098b",
        "#91921f", "#015636",
    ],
    quiet: "#7a8996",
    surface: "#ffffff",
    ink: "#0f1b24",
};

#[cfg(feature = "ssr")]
pub(super) const DARK: Colours = Colours {
    groups: [
        "#4cc3d0", "#f09a5d", "#a79bff", "#74cf8d", "#ef86bf", "#d3bf5f", "#a74fbb", "#1779e1", "#cd3e62", "#ecc8fc",
        "#7f8015", "#23ac74",
    ],
    quiet: "#7f909d",
    surface: "#131d24",
    ink: "#e8eff4",
};

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_page_s_colours() {
        let css = include_str!("../../../style/main.css");
        let groups = (0..COLOURS as u32).map(|group| [PAGE.of(group), LIGHT.of(group), DARK.of(group)]);
        let others = [
            [PAGE.quiet, LIGHT.quiet, DARK.quiet],
            [PAGE.surface, LIGHT.surface, DARK.surface],
            [PAGE.ink, LIGHT.ink, DARK.ink],
        ];
        for [name, light, dark] in groups.chain(others) {
            let name = name.trim_start_matches("var(").trim_end_matches(')');
            assert!(css.contains(&format!("{name}: light-dark({light}, {dark})")), "{name}");
        }
    }

    #[test]
    fn groups_of_one_colour_differ_in_their_mark() {
        let (first, next) = (0, COLOURS as u32);
        assert_eq!(LIGHT.of(first), LIGHT.of(next));
        assert_ne!(is_hollow(first), is_hollow(next));
    }
}
