//! [`streams`]: what becomes of what StatsD clients send, where no configuration says it.

use std::time::Duration;

use metrix::{Agg, Tags};
use metrix_io::{Glob, Kind};

use super::{Grouping, StreamConfig, TagsKept};

/// By their kinds, since their names are not known: a mean of counts, or a sum of gauges, would say nothing.
const STREAMS: [(&str, Kind, &[&str]); 4] = [
    ("counters", Kind::Counter, &["sum", "rate"]),
    ("gauges", Kind::Gauge, &["last"]),
    ("timers", Kind::Sample, &["count", "mean", "p99", "max"]),
    ("sets", Kind::Set, &["distinct"]),
];

/// A stream for each kind of measurement, of any name.
pub(super) fn streams() -> impl Iterator<Item = StreamConfig> {
    let agg = |name: &&str| name.parse::<Agg>().expect("it is a name of the library's table");
    STREAMS.into_iter().map(move |(name, kind, aggs)| StreamConfig {
        name: name.to_owned(),
        names: Glob::new("*"),
        kind: Some(kind),
        aggs: aggs.iter().map(agg).collect(),
        grouping: Grouping::Arrival(Duration::from_secs(5)),
        default_tags: Tags::NONE,
        tags: TagsKept::All,
        max_series: None,
    })
}
