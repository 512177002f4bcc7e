//! [`Kinds`]: which series are counters.

use std::collections::HashMap;

use crate::{Glob, Kind};

/// So many families are remembered; of those beyond, the series are taken for gauges.
const MOST: usize = 100_000;

/// Of which types the families are, as the lines before have said.
#[derive(Clone, Debug, Default)]
pub(super) struct Kinds {
    types: HashMap<Box<str>, Type>,
    /// What is called so is a counter, whatever its type.
    counters: Vec<Glob>,
}

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
        if self.types.len() < MOST || self.types.contains_key(family) {
            self.types.insert(family.into(), kind);
        }
    }

    /// What the values of a series of this name are.
    pub(super) fn of(&self, name: &str) -> Kind {
        if self.counters.iter().any(|counters| counters.matches(name)) {
            return Kind::Counter;
        }
        if let Some(kind) = self.types.get(name) {
            return match kind {
                Type::Counter => Kind::Counter,
                // Of a summary, these are its quantiles.
                Type::Histogram | Type::Summary | Type::Other => Kind::Gauge,
            };
        }
        let has = |suffix: &str| name.strip_suffix(suffix).and_then(|family| self.types.get(family)).copied();
        // Where nobody says a type, the name is as good.
        let is_total = || name.ends_with("_total") && matches!(has("_total"), None | Some(Type::Counter));
        let is_counter = is_total()
            || has("_bucket") == Some(Type::Histogram)
            || ["_sum", "_count"]
                .into_iter()
                .any(|suffix| matches!(has(suffix), Some(Type::Histogram | Type::Summary)));
        if is_counter { Kind::Counter } else { Kind::Gauge }
    }

    /// Takes what is called so for counters.
    pub(super) fn force(&mut self, counters: Glob) {
        self.counters.push(counters);
    }

    pub(super) fn clear(&mut self) {
        self.types.clear();
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
            "unknown_total",
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
            "unknown_count",
            "",
        ] {
            assert_eq!(kinds.of(name), Kind::Gauge, "{name}");
        }
    }

    #[test]
    fn what_is_forced_is_a_counter_too() {
        let mut kinds = Kinds::default();
        kinds.set("load_count", "gauge");
        kinds.force(Glob::new("*_count"));
        assert_eq!((kinds.of("load_count"), kinds.of("load")), (Kind::Counter, Kind::Gauge));
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
