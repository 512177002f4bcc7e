//! [`Kinds`]: which series are counters.

use std::collections::HashMap;

use crate::Kind;

/// So many families are remembered; of those beyond, the series are taken for gauges.
const MOST: usize = 100_000;

/// Of which types the families are, as the lines before have said.
#[derive(Clone, Debug, Default)]
pub(super) struct Kinds(HashMap<Box<str>, Type>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Counter,
    Histogram,
    Summary,
    /// A gauge, and all others whose values go up and down.
    Other,
}

impl Kinds {
    pub(super) fn set(&mut self, family: &str, kind: &str) {
        let kind = match kind {
            "counter" => Type::Counter,
            "histogram" => Type::Histogram,
            "summary" => Type::Summary,
            _ => Type::Other,
        };
        if self.0.len() < MOST || self.0.contains_key(family) {
            self.0.insert(family.into(), kind);
        }
    }

    /// What the values of a series of this name are.
    pub(super) fn of(&self, name: &str) -> Kind {
        if let Some(kind) = self.0.get(name) {
            return match kind {
                Type::Counter => Kind::Counter,
                // Of a summary, these are its quantiles.
                Type::Histogram | Type::Summary | Type::Other => Kind::Gauge,
            };
        }
        let has = |suffix: &str| name.strip_suffix(suffix).and_then(|family| self.0.get(family)).copied();
        let is_counter = has("_total") == Some(Type::Counter)
            || has("_bucket") == Some(Type::Histogram)
            || ["_sum", "_count"]
                .into_iter()
                .any(|suffix| matches!(has(suffix), Some(Type::Histogram | Type::Summary)));
        if is_counter { Kind::Counter } else { Kind::Gauge }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_grows_is_a_counter() {
        let mut kinds = Kinds::default();
        for (family, kind) in [
            ("requests_total", "counter"),
            ("bytes", "counter"),
            ("latency", "histogram"),
            ("size", "summary"),
            ("load", "gauge"),
            ("load_count", "gauge"),
            ("queue", "gaugehistogram"),
            ("build", "info"),
        ] {
            kinds.set(family, kind);
        }
        for name in [
            "requests_total",
            "bytes_total",
            "latency_bucket",
            "latency_sum",
            "latency_count",
            "size_sum",
            "size_count",
        ] {
            assert_eq!(kinds.of(name), Kind::Counter, "{name}");
        }
        for name in [
            "bytes_created",
            "latency",
            "latency_created",
            "size",
            "size_bucket",
            "load",
            "load_total",
            "load_count",
            "queue_bucket",
            "queue_gsum",
            "build_info",
            "unknown_total",
            "",
        ] {
            assert_eq!(kinds.of(name), Kind::Gauge, "{name}");
        }
    }

    #[test]
    fn only_so_many_are_remembered() {
        let mut kinds = Kinds::default();
        for number in 0..MOST {
            kinds.set(&number.to_string(), "gauge");
        }
        kinds.set("one_more", "counter");
        kinds.set("7", "counter");
        assert_eq!((kinds.of("one_more"), kinds.of("7")), (Kind::Gauge, Kind::Counter));
    }
}
