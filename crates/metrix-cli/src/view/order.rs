//! [`Order`]: which series comes before which.

use std::cmp::Ordering;

use super::natural::natural;
use super::series::Series;

/// How series are sorted. Equal ones keep to the order of their names and tags, so that no row moves without a reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    /// By name, and then by tags.
    #[default]
    Name,
    /// By name, and then the greatest first.
    Value,
    /// What has changed the most first, by its share of the value before.
    Change,
}

impl Order {
    pub(super) fn next(self) -> Self {
        match self {
            Self::Name => Self::Value,
            Self::Value => Self::Change,
            Self::Change => Self::Name,
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Value => "value",
            Self::Change => "most changed",
        }
    }

    pub(super) fn compare(self, a: &Series, b: &Series) -> Ordering {
        let by_name = || natural(&a.name, &b.name);
        let by_tags = || natural(&a.tags, &b.tags);
        match self {
            Self::Name => by_name().then_with(by_tags),
            Self::Value => by_name().then_with(|| descending(a.last(), b.last())).then_with(by_tags),
            Self::Change => descending(moved(a), moved(b)).then_with(by_name).then_with(by_tags),
        }
    }
}

/// How far it has moved in whatever direction; what has not been there before has not moved.
fn moved(series: &Series) -> f64 {
    series.relative_change().map_or(-1.0, f64::abs)
}

/// No number comes last.
fn descending(a: f64, b: f64) -> Ordering {
    let least = |value: f64| if value.is_nan() { f64::NEG_INFINITY } else { value };
    // Adding zero makes both zeros the same.
    (least(b) + 0.0).total_cmp(&(least(a) + 0.0))
}

#[cfg(test)]
mod tests {
    use metrix::{MElement, Timestamp, tags};

    use super::*;

    fn series(name: &str, core: u32, values: &[f64]) -> Series {
        let element = |value| MElement::new(name, value, tags! { "core" => core }, Timestamp::EPOCH);
        let mut series = Series::of(&element(0.0));
        values.iter().for_each(|&value| series.push(&element(value)));
        series
    }

    fn sorted(order: Order) -> Vec<String> {
        let mut all = [
            series("b", 1, &[1.0, 3.0]),
            series("a", 10, &[4.0, 4.0]),
            series("a", 9, &[4.0, 5.0]),
            series("a", 2, &[f64::NAN]),
            series("a", 1, &[0.0, 4.0]),
            series("a", 3, &[0.0, -0.0]),
        ];
        all.sort_by(|a, b| order.compare(a, b));
        all.iter().map(|series| format!("{}{}", series.name, &series.tags["core=".len()..])).collect()
    }

    #[test]
    fn rows_stay_with_their_metric_unless_changes_are_asked_for() {
        assert_eq!(sorted(Order::Name), ["a1", "a2", "a3", "a9", "a10", "b1"]);
        assert_eq!(sorted(Order::Value), ["a9", "a1", "a10", "a3", "a2", "b1"]);
        assert_eq!(sorted(Order::Change), ["a1", "b1", "a9", "a3", "a10", "a2"]);
    }

    #[test]
    fn all_orders_come_round() {
        let orders = std::iter::successors(Some(Order::default()), |order| Some(order.next()));
        let labels: Vec<&str> = orders.map(Order::label).take(4).collect();
        assert_eq!(labels, ["name", "value", "most changed", "name"]);
    }
}
