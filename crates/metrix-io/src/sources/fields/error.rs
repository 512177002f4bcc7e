//! [`FieldsError`]: why lines can't be read so.

use std::error::Error;
use std::fmt;

use crate::sources::FormatError;

/// Why no lines can be read by such a pattern, or with such fields.
///
/// ```
/// # #[cfg(feature = "lines")] {
/// use metrix_io::sources::{Fields, Lines, Metric};
///
/// let fields = Fields::new().metric(Metric::field("bytes", "byte"));
/// let error = Lines::new(r"(?<status>\d+) (?<bytes>\d+)", &fields).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the pattern has no group `byte`: write (?<byte>...) around what it is to be, or use one that it has (status, bytes)"
/// );
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FieldsError {
    /// The pattern is not a regular expression.
    Pattern {
        /// The pattern.
        pattern: String,
        /// Where it goes wrong, in bytes from 0; `None` if it is too large as a whole.
        at: Option<usize>,
        /// What is wrong there.
        problem: String,
    },
    /// The pattern has no group of this name.
    Group {
        /// The name.
        group: String,
        /// The groups that it has.
        known: Vec<String>,
    },
    /// A field is no JSON pointer.
    Pointer {
        /// The field.
        pointer: String,
        /// What is wrong with it, and how to mend it.
        problem: String,
    },
    /// The times are of no known format.
    Format(FormatError),
    /// There is nothing to be measured.
    NoMetrics,
    /// A metric has an empty name.
    NoName,
    /// The value of a metric is not a finite number.
    NotFinite {
        /// The metric.
        metric: String,
        /// Its value.
        value: f64,
    },
    /// Two tags of a metric have one name.
    TagTwice {
        /// The metric.
        metric: String,
        /// The name.
        tag: String,
    },
}

impl fmt::Display for FieldsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern { pattern, at: Some(at), problem } => {
                let column = pattern.get(..*at).map_or(*at, |before| before.chars().count()) + 1;
                write!(f, "the pattern `{pattern}` is wrong at character {column}: {problem}")
            }
            Self::Pattern { pattern, at: None, problem } => {
                write!(f, "the pattern `{pattern}` can't be used: {problem}")
            }
            Self::Group { group, known } if known.is_empty() => {
                write!(
                    f,
                    "the pattern has no group `{group}`, nor any with a name: write (?<{group}>...) around what it is to be"
                )
            }
            Self::Group { group, known } => write!(
                f,
                "the pattern has no group `{group}`: write (?<{group}>...) around what it is to be, or use one that it has ({})",
                known.join(", ")
            ),
            Self::Pointer { pointer, problem } => write!(f, "`{pointer}` is no JSON pointer: {problem}"),
            Self::Format(error) => error.fmt(f),
            Self::NoMetrics => f.write_str("there are no metrics: name at least one that each line makes"),
            Self::NoName => f.write_str("a metric has an empty name: name what is measured"),
            Self::NotFinite { metric, value } => {
                write!(
                    f,
                    "the value of the metric `{metric}` is {value}: write a finite number, or the name of a field"
                )
            }
            Self::TagTwice { metric, tag } => {
                write!(
                    f,
                    "the metric `{metric}` has two tags `{tag}`: give one of them a name of its own, as in {{ other = \"{tag}\" }}"
                )
            }
        }
    }
}

impl Error for FieldsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // Its message is the whole of this one, so what lies below it is next.
            Self::Format(error) => error.source(),
            Self::Pattern { .. }
            | Self::Group { .. }
            | Self::Pointer { .. }
            | Self::NoMetrics
            | Self::NoName
            | Self::NotFinite { .. }
            | Self::TagTwice { .. } => None,
        }
    }
}

impl From<FormatError> for FieldsError {
    fn from(error: FormatError) -> Self {
        Self::Format(error)
    }
}
