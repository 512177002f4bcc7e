//! [`Fields`]: which fields of a line make which measurements.

mod error;
mod metric;
mod rules;

pub use self::error::FieldsError;
pub use self::metric::Metric;

pub(super) use self::rules::{Field, Rules};

/// Which fields of a line make which measurements, and which one says when.
///
/// It is what [`Lines`](super::Lines) and [`Json`](super::Json) have in common: a field is a named group of a pattern for
/// the one, and a JSON pointer for the other.
///
/// ```
/// use metrix_io::sources::{Fields, Metric};
///
/// let fields = Fields::new()
///     .timestamp("ts", "%d/%b/%Y:%H:%M:%S %z")
///     .metric(Metric::constant("requests", 1.0).tags(["method", "status"]))
///     .metric(Metric::field("bytes", "bytes").tags(["status"]));
/// assert_eq!(fields, fields.clone());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields {
    timestamp: Option<(String, String)>,
    metrics: Vec<Metric>,
}

impl Fields {
    /// No fields yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The field that says when, and the [format](super::TimeFormat::new) of what it says. Without one, readings have no time.
    ///
    /// A line of which this field is missing or not of the format has no readings.
    #[must_use]
    pub fn timestamp(mut self, field: impl Into<String>, format: impl Into<String>) -> Self {
        self.timestamp = Some((field.into(), format.into()));
        self
    }

    /// One more measurement that each line makes. The readings of a line come in the order of their metrics.
    #[must_use]
    pub fn metric(mut self, metric: Metric) -> Self {
        self.metrics.push(metric);
        self
    }

    /// More of them.
    #[must_use]
    pub fn metrics(mut self, metrics: impl IntoIterator<Item = Metric>) -> Self {
        self.metrics.extend(metrics);
        self
    }
}
