//! What is written as a line is read as it was.

use std::fmt::Write;

use metrix::{Tags, Timestamp};
use metrix_io::sources::statsd::StatsD;
use proptest::prelude::*;

use super::read;

#[derive(Debug, Clone)]
struct Metric {
    name: String,
    values: Vec<f64>,
    kind: &'static str,
    rate: Option<f64>,
    tags: Option<Vec<(String, Option<String>)>>,
    at: Option<i64>,
    container: Option<String>,
}

impl Metric {
    fn line(&self) -> String {
        let values: Vec<String> = self.values.iter().map(f64::to_string).collect();
        let mut line = format!("{}:{}|{}", self.name, values.join(":"), self.kind);
        // Writing to a string never fails.
        let mut add = |section: std::fmt::Arguments<'_>| write!(line, "|{section}").unwrap();
        if let Some(rate) = self.rate {
            add(format_args!("@{rate}"));
        }
        if let Some(tags) = &self.tags {
            let tags: Vec<String> = tags
                .iter()
                .map(|(name, value)| value.as_ref().map_or_else(|| name.clone(), |value| format!("{name}:{value}")))
                .collect();
            add(format_args!("#{}", tags.join(",")));
        }
        if let Some(at) = self.at {
            add(format_args!("T{at}"));
        }
        if let Some(container) = &self.container {
            add(format_args!("c:{container}"));
        }
        line
    }
}

pub(super) fn line() -> impl Strategy<Value = String> {
    metric().prop_map(|metric| metric.line())
}

fn metric() -> impl Strategy<Value = Metric> {
    // Gauges have no sign here, as that would change them.
    let values = prop_oneof![
        (
            prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::ZERO, 1..5),
            prop::sample::select(vec!["c", "ms", "h", "d"])
        ),
        (prop::collection::vec(prop::num::f64::POSITIVE | prop::num::f64::NORMAL, 1..5), Just("g")),
    ];
    let values = values.prop_map(|(values, kind)| {
        (if kind == "g" { values.into_iter().map(f64::abs).collect() } else { values }, kind)
    });
    let tag = ("[^:,|\n]{1,8}", prop::option::of("[^,|\n]{0,8}"));
    (
        "[^:|\n_][^:|\n]{0,20}",
        values,
        prop::option::of(0.001..=1.0),
        prop::option::of(prop::collection::vec(tag, 1..12)),
        prop::option::of(0..=9_223_372_036_i64),
        prop::option::of("[a-z0-9-]{1,64}"),
    )
        .prop_map(|(name, (values, kind), rate, tags, at, container)| Metric {
            name,
            values,
            kind,
            rate,
            tags,
            at,
            container,
        })
}

proptest! {
    #[test]
    fn a_metric_is_read_as_it_was_written(metric in metric()) {
        let line = metric.line();
        let (readings, result) = read(&mut StatsD::new(), line.as_bytes());
        let rate = metric.rate.unwrap_or(1.0);
        let mut expected: Vec<f64> = metric.values.clone();
        if metric.kind == "c" {
            expected = expected.into_iter().map(|value| value / rate).collect();
        }
        prop_assert_eq!(result.is_ok(), expected.iter().all(|value| value.is_finite()), "{}", line);
        expected.retain(|value| value.is_finite());
        prop_assert_eq!(readings.iter().map(|reading| reading.value).collect::<Vec<_>>(), expected, "{}", line);

        let tags: Tags = metric.tags.iter().flatten()
            .map(|(name, value)| (name.as_str(), value.as_deref().unwrap_or("true")))
            .collect();
        let weight = if matches!(metric.kind, "ms" | "h" | "d") { 1.0 / rate } else { 1.0 };
        for reading in readings {
            prop_assert_eq!(&*reading.name, metric.name.as_str());
            prop_assert_eq!(reading.to_tags(), tags.clone());
            prop_assert_eq!(reading.at, metric.at.map(Timestamp::from_secs));
            prop_assert_eq!(reading.weight, weight);
        }
    }
}
