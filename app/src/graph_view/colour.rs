//! The colours of a drawing: by name where a page decides, by value where a file must stand alone.

/// What a drawing is painted with.
pub(super) struct Colours {
    groups: [&'static str; 6],
    /// For groups past the sixth, and edges between groups.
    pub(super) quiet: &'static str,
    pub(super) surface: &'static str,
    pub(super) ink: &'static str,
}

impl Colours {
    /// The colour of a group by its place; those past the sixth share a quiet one.
    pub(super) fn of(&self, group: u32) -> &'static str {
        self.groups.get(group as usize).copied().unwrap_or(self.quiet)
    }
}

/// As the page has them, in whichever theme.
pub(super) const PAGE: Colours = Colours {
    groups: ["var(--s1)", "var(--s2)", "var(--s3)", "var(--s4)", "var(--s5)", "var(--s6)"],
    quiet: "var(--s0)",
    surface: "var(--surface)",
    ink: "var(--ink)",
};

#[cfg(feature = "ssr")]
pub(super) const LIGHT: Colours = Colours {
    groups: ["#0a6f7d", "#b4570f", "#5a4fcf", "#1f7a3d", "#a3306f", "#6b5b16"],
    quiet: "#7a8996",
    surface: "#ffffff",
    ink: "#0f1b24",
};

#[cfg(feature = "ssr")]
pub(super) const DARK: Colours = Colours {
    groups: ["#4cc3d0", "#f09a5d", "#a79bff", "#74cf8d", "#ef86bf", "#d3bf5f"],
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
        for index in 0..7 {
            let (name, light, dark) = (PAGE.of(index), LIGHT.of(index), DARK.of(index));
            let name = name.trim_start_matches("var(").trim_end_matches(')');
            assert!(css.contains(&format!("{name}: light-dark({light}, {dark})")), "{name}");
        }
        for (name, light, dark) in [("--surface", LIGHT.surface, DARK.surface), ("--ink", LIGHT.ink, DARK.ink)] {
            assert!(css.contains(&format!("{name}: light-dark({light}, {dark})")), "{name}");
        }
    }
}
