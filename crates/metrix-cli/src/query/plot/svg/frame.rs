//! [`Frame`]: the axes of a picture, and where points are in it.

use std::fmt::Write as _;

use super::super::scale::{TimeScale, ValueScale};
use super::super::thin::Point;
use super::WIDTH;

/// The line on which the title stands.
pub(super) const TITLE: usize = 32;
/// Where the labels of the axes end and the legend begins.
pub(super) const BOTTOM: usize = 430;

const LEFT: usize = 72;
const RIGHT: usize = WIDTH - 28;
const TOP: usize = 56;
const FOOT: usize = 380;

pub(super) struct Frame {
    pub(super) times: TimeScale,
    pub(super) values: ValueScale,
}

impl Frame {
    pub(super) fn place(&self, (at, value): Point) -> (f64, f64) {
        (self.x(at), self.y(value))
    }

    fn x(&self, at: i64) -> f64 {
        LEFT as f64 + self.times.place(at) * (RIGHT - LEFT) as f64
    }

    fn y(&self, value: f64) -> f64 {
        FOOT as f64 - self.values.place(value) * (FOOT - TOP) as f64
    }

    /// A line and a label for each tick.
    pub(super) fn draw(&self, content: &mut String) {
        for (value, label) in &self.values.ticks {
            let (y, x, below) = (self.y(*value), LEFT - 10, self.y(*value) + 4.0);
            let _ = writeln!(content, "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{RIGHT}\"/>");
            let _ = writeln!(content, "<text class=\"value\" x=\"{x}\" y=\"{below:.1}\">{label}</text>");
        }
        let _ = writeln!(content, "<path class=\"axis\" d=\"M{LEFT} {FOOT}H{RIGHT}\"/>");
        let (label_y, date_y) = (FOOT + 20, FOOT + 37);
        // Dates stand without a time of day where ticks are days apart.
        let mut zone = " UTC";
        for tick in &self.times.ticks {
            let x = self.x(tick.at);
            let label = &tick.label;
            let _ = writeln!(content, "<path class=\"axis\" d=\"M{x:.1} {FOOT}v5\"/>");
            let _ = writeln!(content, "<text class=\"time\" x=\"{x:.1}\" y=\"{label_y}\">{label}</text>");
            if let Some(date) = &tick.date {
                let _ = writeln!(content, "<text class=\"time\" x=\"{x:.1}\" y=\"{date_y}\">{date}{zone}</text>");
                zone = "";
            }
        }
    }
}
