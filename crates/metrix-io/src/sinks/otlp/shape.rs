//! [`Shapes`]: which elements are sums.

use crate::Glob;

/// What an element is to OpenTelemetry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    Gauge,
    /// What its window adds, which may be negative.
    Sum,
    /// The same, of what only grows.
    Counter,
}

/// Which elements are sums, by their names; all others are gauges.
#[derive(Clone, Debug)]
pub(super) struct Shapes {
    pub(super) counters: Vec<Glob>,
    pub(super) sums: Vec<Glob>,
}

impl Default for Shapes {
    fn default() -> Self {
        Self { counters: globs(["*.count", "*.histogram"]), sums: globs(["*.sum"]) }
    }
}

impl Shapes {
    pub(super) fn of(&self, name: &str) -> Shape {
        let is_of = |globs: &[Glob]| globs.iter().any(|glob| glob.matches(name));
        if is_of(&self.counters) {
            Shape::Counter
        } else if is_of(&self.sums) {
            Shape::Sum
        } else {
            Shape::Gauge
        }
    }
}

pub(super) fn globs<P: AsRef<str>>(patterns: impl IntoIterator<Item = P>) -> Vec<Glob> {
    patterns.into_iter().map(|pattern| Glob::new(pattern.as_ref())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_added_up_is_a_sum() {
        let shapes = Shapes::default();
        for (name, shape) in [
            ("requests.count", Shape::Counter),
            ("latency.histogram", Shape::Counter),
            ("stock.sum", Shape::Sum),
            ("count", Shape::Gauge),
            ("requests.rate", Shape::Gauge),
            ("users.distinct", Shape::Gauge),
            ("latency.p99", Shape::Gauge),
        ] {
            assert_eq!(shapes.of(name), shape, "{name}");
        }
        let both = Shapes { counters: globs(["a.*"]), sums: globs(["*"]) };
        assert_eq!((both.of("a.sum"), both.of("b")), (Shape::Counter, Shape::Sum));
    }
}
