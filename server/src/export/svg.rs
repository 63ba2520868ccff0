//! A drawing that stands alone: written element by element, with every colour in it and nothing that it would have to load.

use std::fmt::{Display, Write};

/// A drawing that grows element by element.
#[derive(Debug)]
pub(crate) struct Svg {
    body: String,
    width: u32,
}

/// Where a text begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// At its place.
    Start,
    /// Its middle is at its place.
    Middle,
    /// It ends at its place.
    End,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ink<'a> {
    pub(crate) size: f64,
    pub(crate) bold: bool,
    pub(crate) colour: &'a str,
}

impl Svg {
    /// An empty drawing.
    pub(crate) fn new(width: u32) -> Self {
        Self { body: String::new(), width }
    }

    /// A box with round corners.
    pub(crate) fn rect(&mut self, [x, y, width, height]: [f64; 4], radius: f64, colour: &str) {
        let [x, y, width, height] = [x, y, width, height].map(short);
        self.add(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\" fill=\"{colour}\"/>"
        ));
    }

    /// A thin line.
    pub(crate) fn line(&mut self, [x1, y1, x2, y2]: [f64; 4], colour: &str) {
        let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(short);
        self.add(format_args!("<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{colour}\"/>"));
    }

    /// Words, cut to what fits into `room` pixels.
    pub(crate) fn text(&mut self, [x, y]: [f64; 2], anchor: Anchor, ink: Ink<'_>, room: f64, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let weight = if ink.bold { "650" } else { "400" };
        let ([x, y], size, colour) = ([x, y].map(short), ink.size, ink.colour);
        let cut = fit(text, size, room);
        let whole = if cut == text { String::new() } else { format!("<title>{}</title>", escaped(text)) };
        self.add(format_args!(
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" font-size=\"{size}\" font-weight=\"{weight}\" fill=\"{colour}\">{whole}{}</text>",
            escaped(&cut)
        ));
    }

    /// The document: `height` pixels high, on a ground, with a title and a description for those who hear it.
    pub(crate) fn finish(self, height: f64, ground: &str, title: &str, about: &str) -> String {
        let (width, height) = (self.width, height.ceil());
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" role=\"img\" font-family=\"system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, sans-serif\">\
             <title>{}</title><desc>{}</desc><rect width=\"{width}\" height=\"{height}\" fill=\"{ground}\"/>\n{}</svg>\n",
            escaped(title),
            escaped(about),
            self.body
        )
    }

    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        writeln!(self.body, "{element}").expect("a string takes whatever is written to it");
    }
}

/// Two decimals are finer than any screen.
fn short(value: f64) -> impl Display {
    (value * 100.0).round() / 100.0
}

/// About how wide a text is: nothing measures here, so it is what a sans-serif takes on average.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    let of = |c: char| match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.32,
        'f' | 't' | 'r' | '(' | ')' | '-' => 0.4,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.9,
        c if c.is_ascii_lowercase() || c.is_ascii_digit() => 0.58,
        c if c.is_ascii_uppercase() => 0.68,
        c if c.is_ascii() => 0.6,
        _ => 1.0,
    };
    text.chars().map(of).sum::<f64>() * size
}

/// The beginning of a text that fits into `room` pixels, with an ellipsis if that is not all.
fn fit(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut cut = String::new();
    for c in text.chars() {
        if width(&cut, size) + 2.0 * size > room {
            break;
        }
        cut.push(c);
    }
    format!("{}…", cut.trim_end())
}

/// Breaks a text into lines of at most `room` pixels.
pub(crate) fn lines(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is a first line");
        if last.is_empty() {
            last.push_str(word);
        } else if width(last, size) + width(word, size) + size <= room {
            last.push(' ');
            last.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// Text as XML has it. What XML 1.0 forbids even escaped is left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_breaks_out_of_its_text() {
        assert_eq!(escaped("<script>&\"x\"\u{1}\u{ffff}\n"), "&lt;script&gt;&amp;&quot;x&quot; ");
    }

    #[test]
    fn a_long_name_ends_in_an_ellipsis_and_is_there_in_full_as_a_title() {
        let name = "The very long name of a product that nobody can read on one line";
        let mut svg = Svg::new(100);
        svg.text([0.0, 0.0], Anchor::Start, Ink { size: 12.0, bold: false, colour: "#000000" }, 100.0, name);
        let drawn = svg.finish(10.0, "#ffffff", "t", "d");
        assert!(drawn.contains('…') && drawn.contains(&format!("<title>{name}</title>")), "{drawn}");
        assert_eq!(fit("short", 12.0, 100.0), "short");
    }

    #[test]
    fn lines_break_between_words_and_lose_none() {
        let text = "one two three four five six seven eight nine ten";
        let broken = lines(text, 12.0, 120.0);
        assert!(broken.len() > 1);
        assert_eq!(broken.join(" "), text);
        assert_eq!(lines("", 12.0, 10.0), [""]);
    }
}
