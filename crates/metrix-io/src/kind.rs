//! [`Kind`]: what the values of a reading are.

/// What the values of a reading are, and so what to make of several. StatsD says it of each.
///
/// ```
/// use metrix_io::{Kind, ParseLine, sources::statsd::StatsD};
///
/// let mut kinds = Vec::new();
/// for line in ["requests:3|c", "workers:10|g", "latency:7.5|ms", "users:ada|s"] {
///     StatsD::new().parse(line.as_bytes(), &mut |reading| kinds.push(reading.kind))?;
/// }
/// assert_eq!(kinds, [Kind::Counter, Kind::Gauge, Kind::Sample, Kind::Set].map(Some));
/// # Ok::<(), metrix_io::LineError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// They are added up: a counter.
    Counter,
    /// The last one holds: a gauge.
    Gauge,
    /// Each is one of many: a timer, a histogram, a distribution.
    Sample,
    /// They are members, of which the different ones are counted: a set.
    Set,
}
