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
    /// The series; past the last they begin again.
    pub(crate) series: [&'static str; 12],
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
    series: [
        "#0a6f7d", "#b4570f", "#5a4fcf", "#1f7a3d", "#a3306f", "#6b5b16", "#c256d9", "#268bfc", "#ee406f", "#6c098b",
        "#91921f", "#015636",
    ],
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
    series: [
        "#4cc3d0", "#f09a5d", "#a79bff", "#74cf8d", "#ef86bf", "#d3bf5f", "#a74fbb", "#1779e1", "#cd3e62", "#ecc8fc",
        "#7f8015", "#23ac74",
    ],
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
        self.series[index % self.series.len()]
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
            "s7",
            "s8",
            "s9",
            "s10",
            "s11",
            "s12",
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

    /// Red, green and blue as amounts of light.
    fn light(colour: &str) -> [f64; 3] {
        [1, 3, 5].map(|at| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// The relative luminance of WCAG 2.
    fn luminance(colour: &str) -> f64 {
        let [red, green, blue] = light(colour);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// A colour in `OKLab` (<https://bottosson.github.io/posts/oklab/>), where distances are as the eye has them.
    fn oklab(colour: &str) -> [f64; 3] {
        let rgb = light(colour);
        let mix = |row: [f64; 3], of: [f64; 3]| row.iter().zip(of).map(|(a, b)| a * b).sum::<f64>();
        let cones = [
            [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
            [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
            [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
        ]
        .map(|row| mix(row, rgb).cbrt());
        [
            [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
            [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
            [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
        ]
        .map(|row| mix(row, cones))
    }

    #[test]
    fn no_two_series_look_alike() {
        for palette in [LIGHT, DARK] {
            for (index, one) in palette.series.iter().enumerate() {
                for other in &palette.series[..index] {
                    let apart = oklab(one).iter().zip(oklab(other)).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                    assert!(apart >= 0.095, "{one} and {other}: {apart:.3}");
                }
            }
        }
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
