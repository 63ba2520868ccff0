//! The colours of a drawing that has no style sheet: those of the pages, written out.

/// The colours of one theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Palette {
    /// The ground.
    pub(crate) surface: &'static str,
    /// A quiet ground.
    pub(crate) surface_2: &'static str,
    /// Lines that divide.
    pub(crate) line: &'static str,
    /// Words.
    pub(crate) ink: &'static str,
    /// Quieter words.
    pub(crate) ink_2: &'static str,
    /// Quiet words.
    pub(crate) ink_3: &'static str,
    /// The series, the last one for all that follow.
    pub(crate) series: [&'static str; 7],
    /// One to five stars.
    pub(crate) stars: [&'static str; 5],
    /// The digits on them.
    pub(crate) on_stars: [&'static str; 5],
}

/// On white paper.
pub(crate) const LIGHT: Palette = Palette {
    surface: "#ffffff",
    surface_2: "#eef2f5",
    line: "#dbe2e8",
    ink: "#0f1b24",
    ink_2: "#45545f",
    ink_3: "#5c6b77",
    series: ["#0a6f7d", "#b4570f", "#5a4fcf", "#1f7a3d", "#a3306f", "#6b5b16", "#7a8996"],
    stars: ["#a8401f", "#d2743f", "#7a8996", "#3d98a4", "#0a6f7d"],
    on_stars: ["#ffffff", "#0f1b24", "#0f1b24", "#0f1b24", "#ffffff"],
};

/// On a dark screen.
pub(crate) const DARK: Palette = Palette {
    surface: "#131d24",
    surface_2: "#1a2730",
    line: "#263642",
    ink: "#e8eff4",
    ink_2: "#b3c1cc",
    ink_3: "#8c9ca8",
    series: ["#4cc3d0", "#f09a5d", "#a79bff", "#74cf8d", "#ef86bf", "#d3bf5f", "#7f909d"],
    stars: ["#e0764d", "#c27d57", "#7f909d", "#3a9ba8", "#4cc3d0"],
    on_stars: ["#06262b", "#06262b", "#06262b", "#06262b", "#06262b"],
};

impl Palette {
    /// The palette of a theme's name; light is the one for paper.
    pub(crate) fn of(theme: &str) -> Option<Self> {
        match theme {
            "light" => Some(LIGHT),
            "dark" => Some(DARK),
            _ => None,
        }
    }

    /// The colour of a series by its place, as the pages choose it.
    pub(crate) const fn series(&self, index: usize) -> &'static str {
        self.series[if index < 6 { index } else { 6 }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: &str = include_str!("../../../style/main.css");

    /// What the style sheet says of a token: light and dark.
    fn token(name: &str) -> (&'static str, &'static str) {
        let start = format!("--{name}: light-dark(");
        let pair = STYLE.split(start.as_str()).nth(1).unwrap_or_else(|| panic!("no token {name}"));
        pair.split(')').next().unwrap().split_once(", ").unwrap()
    }

    #[test]
    fn the_colours_are_those_of_the_pages() {
        let of = |palette: &Palette| {
            let mut all =
                vec![palette.surface, palette.surface_2, palette.line, palette.ink, palette.ink_2, palette.ink_3];
            all.extend(palette.series);
            all.extend(palette.stars);
            all.extend(palette.on_stars);
            all
        };
        let names = [
            "surface",
            "surface-2",
            "line",
            "ink",
            "ink-2",
            "ink-3",
            "s1",
            "s2",
            "s3",
            "s4",
            "s5",
            "s6",
            "s0",
            "r1",
            "r2",
            "r3",
            "r4",
            "r5",
            "on-r1",
            "on-r2",
            "on-r3",
            "on-r4",
            "on-r5",
        ];
        let (light, dark): (Vec<_>, Vec<_>) = names.map(token).into_iter().unzip();
        assert_eq!(of(&LIGHT), light);
        assert_eq!(of(&DARK), dark);
    }

    /// The relative luminance of WCAG 2.
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn whatever_is_drawn_stands_out_from_the_ground_and_digits_from_their_stars() {
        for palette in [LIGHT, DARK] {
            for colour in palette.series.into_iter().chain(palette.stars) {
                let found = contrast(colour, palette.surface);
                assert!(found >= 3.0, "{colour} on {}: {found:.2}", palette.surface);
            }
            for (digit, star) in palette.on_stars.into_iter().zip(palette.stars) {
                let found = contrast(digit, star);
                assert!(found >= 4.5, "{digit} on {star}: {found:.2}");
            }
            for ink in [palette.ink, palette.ink_2, palette.ink_3] {
                assert!(contrast(ink, palette.surface) >= 4.5);
            }
        }
    }
}
