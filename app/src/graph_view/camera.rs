//! From the picture's world to pixels and back: fitting, moving, zooming.

// Only the browser moves the camera; the server's still picture never does.
#![cfg_attr(not(feature = "hydrate"), allow(dead_code))]

/// A place, in the world or in pixels.
pub(super) type Point = (f64, f64);

/// A box in the world: left, top, right, bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Bounds {
    /// The smallest box around some points; a small one around the origin if there are none.
    pub(super) fn around(points: impl IntoIterator<Item = Point>) -> Self {
        let mut points = points.into_iter();
        let Some((x, y)) = points.next() else { return Self { left: -1.0, top: -1.0, right: 1.0, bottom: 1.0 } };
        points.fold(Self { left: x, top: y, right: x, bottom: y }, |bounds, (x, y)| Self {
            left: bounds.left.min(x),
            top: bounds.top.min(y),
            right: bounds.right.max(x),
            bottom: bounds.bottom.max(y),
        })
    }

    pub(super) fn width(self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(self) -> f64 {
        self.bottom - self.top
    }
}

/// What is kept free around a picture, in pixels: room for names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Margin {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Margin {
    /// The same on all sides.
    pub(super) const fn all(margin: f64) -> Self {
        Self { left: margin, top: margin, right: margin, bottom: margin }
    }
}

/// Pixels = world × `scale` + offset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Camera {
    pub(super) scale: f64,
    pub(super) x: f64,
    pub(super) y: f64,
}

impl Camera {
    /// Shows all of `bounds` in the middle of what the margin leaves of `width` × `height` pixels.
    pub(super) fn fit(bounds: Bounds, width: f64, height: f64, margin: Margin) -> Self {
        let room = |pixels: f64, world: f64| pixels.max(1.0) / world.max(1e-6);
        let (inner_width, inner_height) = (width - margin.left - margin.right, height - margin.top - margin.bottom);
        // A single node would otherwise be magnified without end.
        let scale = room(inner_width, bounds.width()).min(room(inner_height, bounds.height())).min(width.max(height));
        Self {
            scale,
            x: margin.left + inner_width / 2.0 - f64::midpoint(bounds.left, bounds.right) * scale,
            y: margin.top + inner_height / 2.0 - f64::midpoint(bounds.top, bounds.bottom) * scale,
        }
    }

    pub(super) fn to_pixels(self, (x, y): Point) -> Point {
        (x * self.scale + self.x, y * self.scale + self.y)
    }

    pub(super) fn to_world(self, (x, y): Point) -> Point {
        ((x - self.x) / self.scale, (y - self.y) / self.scale)
    }

    /// Moved by pixels.
    pub(super) fn moved(self, dx: f64, dy: f64) -> Self {
        Self { x: self.x + dx, y: self.y + dy, ..self }
    }

    /// Zoomed so that what is under `at` stays there; the scale stays between the limits.
    pub(super) fn zoomed(self, at: Point, factor: f64, limits: (f64, f64)) -> Self {
        let scale = (self.scale * factor).clamp(limits.0, limits.1);
        let factor = scale / self.scale;
        Self { scale, x: at.0 - (at.0 - self.x) * factor, y: at.1 - (at.1 - self.y) * factor }
    }

    /// Moved so that a place in the world is in the middle.
    pub(super) fn centred(self, (x, y): Point, width: f64, height: f64) -> Self {
        Self { x: width / 2.0 - x * self.scale, y: height / 2.0 - y * self.scale, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { left: -1.0, top: -0.5, right: 1.0, bottom: 0.5 };

    fn near(a: Point, b: Point) -> bool {
        (a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9
    }

    #[test]
    fn fitting_shows_everything_within_the_margin() {
        let camera = Camera::fit(BOUNDS, 800.0, 600.0, Margin::all(20.0));
        assert!(near(camera.to_pixels((-1.0, 0.0)), (20.0, 300.0)));
        assert!(near(camera.to_pixels((1.0, 0.0)), (780.0, 300.0)));
        let (_, top) = camera.to_pixels((0.0, -0.5));
        assert!(top >= 20.0);
    }

    #[test]
    fn names_on_the_left_get_their_room() {
        let margin = Margin { left: 200.0, ..Margin::all(20.0) };
        let camera = Camera::fit(BOUNDS, 800.0, 600.0, margin);
        assert!(near(camera.to_pixels((-1.0, 0.0)), (200.0, 300.0)));
        assert!(near(camera.to_pixels((1.0, 0.0)), (780.0, 300.0)));
    }

    #[test]
    fn what_is_under_the_pointer_stays_there_while_zooming() {
        let camera = Camera::fit(BOUNDS, 800.0, 600.0, Margin::all(20.0));
        let at = (123.0, 456.0);
        let world = camera.to_world(at);
        let zoomed = camera.zoomed(at, 2.5, (1.0, 10_000.0));
        assert!(near(zoomed.to_pixels(world), at));
        assert!((zoomed.scale / camera.scale - 2.5).abs() < 1e-12);
        assert!((camera.zoomed(at, 1e9, (1.0, 500.0)).scale - 500.0).abs() < 1e-9);
    }

    #[test]
    fn pixels_and_world_are_each_other_s_way_back() {
        let camera = Camera::fit(BOUNDS, 390.0, 700.0, Margin::all(8.0)).moved(3.0, -7.0);
        assert!(near(camera.to_world(camera.to_pixels((0.3, -0.2))), (0.3, -0.2)));
        assert!(near(camera.centred((0.3, -0.2), 390.0, 700.0).to_pixels((0.3, -0.2)), (195.0, 350.0)));
    }

    #[test]
    fn one_point_or_none_can_be_fitted() {
        let one = Bounds::around([(0.2, 0.2)]);
        assert!(near(Camera::fit(one, 400.0, 300.0, Margin::all(10.0)).to_pixels((0.2, 0.2)), (200.0, 150.0)));
        assert!(Bounds::around([]).width() > 0.0);
    }
}
