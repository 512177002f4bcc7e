//! [`MetricKind`]: the three kinds of metrics that the facade has.

use std::fmt;

/// What a metric of the [`metrics`] facade is.
///
/// ```
/// assert_eq!(metrix::MetricKind::Gauge.to_string(), "gauge");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MetricKind {
    /// A number of things that have happened.
    Counter,
    /// A value that goes up and down.
    Gauge,
    /// Values of which the distribution counts.
    Histogram,
}

impl fmt::Display for MetricKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        })
    }
}
