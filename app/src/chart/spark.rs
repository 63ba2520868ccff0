//! Sparklines: the last minute of a rate, small beside its number.

use leptos::prelude::*;

/// The line through the values, oldest first, in a box of `width` × `height`; empty if there are fewer than two.
pub(crate) fn line(values: &[f32], width: f32, height: f32) -> String {
    if values.len() < 2 {
        return String::new();
    }
    // A quiet series lies at the bottom; without the 1 its noise would fill the height.
    let max = values.iter().copied().fold(1.0_f32, f32::max);
    let step = width / (values.len() - 1) as f32;
    let point = |(index, value): (usize, &f32)| {
        let x = index as f32 * step;
        let y = height - 1.5 - value.max(0.0) / max * (height - 3.0);
        let command = if index == 0 { "M" } else { "L" };
        format!("{command}{x:.1} {y:.1}")
    };
    values.iter().enumerate().map(point).collect()
}

/// The area under [`line`].
pub(crate) fn area(values: &[f32], width: f32, height: f32) -> String {
    let line = line(values, width, height);
    if line.is_empty() { line } else { format!("{line}L{width:.1} {height:.1}L0 {height:.1}Z") }
}

/// A sparkline as a drawing of its own, as wide as its place.
#[component]
pub(crate) fn Spark(#[prop(into)] values: Signal<Vec<f32>>, colour: &'static str) -> impl IntoView {
    const WIDTH: f32 = 240.0;
    const HEIGHT: f32 = 36.0;
    view! {
        <svg class="spark" viewBox="0 0 240 36" preserveAspectRatio="none" aria-hidden="true">
            <path d=move || values.with(|values| area(values, WIDTH, HEIGHT)) fill=colour opacity=".13"/>
            <path
                d=move || values.with(|values| line(values, WIDTH, HEIGHT))
                fill="none"
                stroke=colour
                stroke-width="1.6"
                vector-effect="non-scaling-stroke"
            />
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_from_edge_to_edge_and_keeps_inside() {
        assert_eq!(line(&[0.0, 10.0], 100.0, 30.0), "M0.0 28.5L100.0 1.5");
        assert_eq!(area(&[0.0, 10.0], 100.0, 30.0), "M0.0 28.5L100.0 1.5L100.0 30.0L0 30.0Z");
    }

    #[test]
    fn nothing_is_drawn_of_a_single_value() {
        assert_eq!(line(&[3.0], 100.0, 30.0), "");
        assert_eq!(area(&[], 100.0, 30.0), "");
    }

    #[test]
    fn a_silent_series_lies_at_the_bottom() {
        assert_eq!(line(&[0.0, 0.0, 0.0], 100.0, 30.0), "M0.0 28.5L50.0 28.5L100.0 28.5");
    }
}
