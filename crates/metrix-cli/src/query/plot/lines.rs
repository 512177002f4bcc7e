//! [`Lines`]: the lines of a plot, gathered.

use std::sync::Arc;

use metrix::{MElement, Tags};

use super::thin::{Point, Thin};

/// So many lines can be told apart.
const MOST: usize = 12;

/// Gathers a line for each of the first twelve series, and counts the others.
#[derive(Debug, Default)]
pub(super) struct Lines {
    lines: Vec<Gathered>,
    /// The last series that came, if it has no line.
    beyond: Option<(Arc<str>, Tags)>,
    more: usize,
    not_finite: u64,
}

#[derive(Debug)]
struct Gathered {
    name: Arc<str>,
    tags: Tags,
    thin: Thin,
}

/// A line of a plot, with at least one point.
#[derive(Debug, PartialEq)]
pub(super) struct Line {
    pub(super) label: String,
    pub(super) points: Vec<Point>,
}

/// What a plot shows and what it doesn't.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Drawn {
    pub(super) lines: Vec<Line>,
    /// So many series have no line.
    pub(super) more: usize,
}

impl Lines {
    /// Adds an element; they come by name, tags and time.
    pub(super) fn push(&mut self, MElement { name, tags, at, value, .. }: MElement) {
        if !value.is_finite() {
            self.not_finite += 1;
            return;
        }
        let point = (at.as_nanos(), value);
        if let Some(open) = self.lines.last_mut().filter(|open| open.name == name && open.tags == tags) {
            open.thin.push(point);
        } else if self.lines.len() < MOST {
            let mut thin = Thin::new();
            thin.push(point);
            self.lines.push(Gathered { name, tags, thin });
        } else if self.beyond.as_ref().is_none_or(|beyond| beyond.0 != name || beyond.1 != tags) {
            self.more += 1;
            self.beyond = Some((name, tags));
        }
    }

    /// Values that have no place on an axis.
    pub(super) fn not_finite(&self) -> u64 {
        self.not_finite
    }

    pub(super) fn drawn(&self) -> Drawn {
        let line = |Gathered { name, tags, thin }: &Gathered| {
            let space = if tags.is_empty() { "" } else { " " };
            Line { label: format!("{name}{space}{tags}"), points: thin.points() }
        };
        Drawn { lines: self.lines.iter().map(line).collect(), more: self.more }
    }
}

impl Drawn {
    /// The first and the last time, and the least and the greatest value; `None` where there is no point.
    pub(super) fn bounds(&self) -> Option<((i64, i64), (f64, f64))> {
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let times = (points().map(|point| point.0).min()?, points().map(|point| point.0).max()?);
        let values =
            points().map(|point| point.1).fold((f64::MAX, f64::MIN), |(lo, hi), value| (lo.min(value), hi.max(value)));
        Some((times, values))
    }
}

#[cfg(test)]
mod tests {
    use metrix::{Timestamp, tags};

    use super::*;

    fn element(core: usize, at: i64, value: f64) -> MElement {
        MElement::new("cpu", value, tags! { "core" => format!("{core:02}") }, Timestamp::from_nanos(at))
    }

    #[test]
    fn each_series_is_a_line_and_those_beyond_twelve_are_counted() {
        let mut lines = Lines::default();
        for core in 0..15 {
            (0..3).for_each(|at| lines.push(element(core, at, core as f64 - 1.0)));
        }
        let drawn = lines.drawn();
        assert_eq!((drawn.lines.len(), drawn.more), (12, 3));
        assert_eq!(
            drawn.lines[1],
            Line { label: "cpu core=01".to_owned(), points: vec![(0, 0.0), (1, 0.0), (2, 0.0)] }
        );
        assert_eq!(drawn.bounds(), Some(((0, 2), (-1.0, 10.0))));
    }

    #[test]
    fn what_has_no_place_on_an_axis_is_counted() {
        let mut lines = Lines::default();
        lines.push(element(0, 0, f64::INFINITY));
        assert_eq!((lines.not_finite(), lines.drawn().bounds()), (1, None));
    }
}
