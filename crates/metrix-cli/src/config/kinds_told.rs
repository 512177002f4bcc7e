//! [`KindsTold`]: whether sources say of which kinds measurements are.

use metrix_io::{Glob, Kind};

use super::problem::Problems;
use super::source::{Payload, SourceConfig};
use super::stream::{AGG, KIND, KindsTaken, StreamConfig};
use super::table::Table;

/// Whether sources say of which kinds measurements are, and whether a stream so far takes all sets.
#[derive(Debug)]
pub(super) struct KindsTold {
    /// Whether one may.
    any: bool,
    /// Whether there may be sets that no stream so far takes.
    sets: bool,
}

impl KindsTold {
    pub(super) fn of(sources: &[SourceConfig]) -> Self {
        let is_statsd = |source: &SourceConfig| match source {
            SourceConfig::Statsd(_) => true,
            SourceConfig::Kafka(kafka) => matches!(kafka.payload, Payload::Statsd),
            SourceConfig::Nats(nats) => matches!(nats.payload, Payload::Statsd),
            SourceConfig::Jsonl(_) | SourceConfig::Graphite(_) | SourceConfig::Lines(..) | SourceConfig::Json(..) => {
                false
            }
            SourceConfig::Influx(_)
            | SourceConfig::Otlp(_)
            | SourceConfig::Prometheus(_)
            | SourceConfig::Host { .. } => false,
        };
        let tells_some =
            |source| is_statsd(source) || matches!(source, SourceConfig::Otlp(_) | SourceConfig::Prometheus(_));
        Self { any: sources.iter().any(tells_some), sets: sources.iter().any(is_statsd) }
    }

    /// Warns of a stream of kinds that nobody tells, and of aggregates that say nothing of the sets that it is for; hints at those that
    /// say nothing of sets that may come.
    pub(super) fn check(&mut self, table: &Table<'_>, stream: &StreamConfig, warnings: &Problems, hints: &Problems) {
        let StreamConfig { name, names, kinds, not_of_sets, .. } = stream;
        let aggs = not_of_sets.iter().map(|agg| format!("`{agg}`")).collect::<Vec<_>>().join(", ");
        let says = if not_of_sets.len() > 1 { "say" } else { "says" };
        let tell = |problems: &Problems, key, message| table.get(key).map(|value| problems.wrong(value.at(), message));
        match kinds {
            KindsTaken::Only(_) if !self.any => {
                tell(
                    warnings,
                    KIND,
                    format!(
                        "warning: nothing comes to the stream `{name}`, as no source here says of which kinds its measurements are: \
                         leave `kind` out"
                    ),
                );
            }
            KindsTaken::Only(kinds) if kinds.contains(&Kind::Set) && !not_of_sets.is_empty() => {
                tell(
                    warnings,
                    AGG,
                    format!(
                        "warning: {aggs} {says} nothing of a set, whose values are hashes of its members: take `distinct`, or `count`"
                    ),
                );
            }
            // Of narrower patterns only who gives the names knows whether sets are among them.
            KindsTaken::All if self.sets && are_all(names) && !not_of_sets.is_empty() => {
                tell(
                    hints,
                    AGG,
                    format!(
                        "warning: all that StatsD's clients send comes to the stream `{name}`, and {aggs} {says} nothing of a set, whose \
                         values are hashes of its members: give streams a `kind`, as `metrix schema --built-in` does"
                    ),
                );
            }
            KindsTaken::All | KindsTaken::Only(_) => {}
        }
        if are_all(names) && kinds.take(Some(Kind::Set)) {
            self.sets = false;
        }
    }
}

/// Whether all names are so: only stars stand for no text, too.
fn are_all(names: &Glob) -> bool {
    !names.is_plain() && names.matches("")
}
