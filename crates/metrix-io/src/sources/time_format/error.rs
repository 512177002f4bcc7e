//! [`FormatError`], [`TimeError`]: why a time can't be read.

use std::error::Error;
use std::fmt;

/// Why there is no such format for times.
///
/// ```
/// use metrix_io::sources::TimeFormat;
///
/// let error = TimeFormat::new("%Y-%m-%d %H:%M:%Q").unwrap_err();
/// assert!(error.to_string().starts_with("the time format `%Y-%m-%d %H:%M:%Q` has no known meaning at character 16, `%Q`: "));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatError {
    /// A part of it isn't known.
    Unknown {
        /// The format.
        format: String,
        /// Where the part begins, in bytes from 0.
        at: usize,
        /// The part.
        part: String,
    },
    /// It has the name of a zone, which doesn't say how far from UTC that is.
    Zone {
        /// The format.
        format: String,
    },
    /// It leaves open which time it is: without a year, for instance.
    Incomplete {
        /// The format.
        format: String,
    },
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { format, at, part } => write!(
                f,
                "the time format `{format}` has no known meaning at character {}, `{part}`: write rfc3339, unix, unix_ms, or \
                 parts such as %Y-%m-%d %H:%M:%S %z, and %% for a percent sign",
                format[..*at].chars().count() + 1,
            ),
            Self::Zone { format } => {
                write!(f, "the time format `{format}` has a zone's name, %Z, which can't be read: use an offset, %z")
            }
            Self::Incomplete { format } => write!(
                f,
                "the time format `{format}` leaves open which time it is: it needs a date with its year, as %Y-%m-%d, and a \
                 time of day, as %H:%M:%S"
            ),
        }
    }
}

impl Error for FormatError {}

/// Why a text is not a time of its format.
///
/// ```
/// use metrix_io::sources::TimeFormat;
///
/// let error = TimeFormat::Unix.parse("soon").unwrap_err();
/// assert_eq!(error.to_string(), "`soon` is not a time of the format `unix` from 1677 to 2262");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimeError {
    /// The text, with control characters escaped; of a long one its beginning.
    pub text: String,
    /// The format.
    pub format: String,
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, format } = self;
        write!(f, "`{text}` is not a time of the format `{format}` from 1677 to 2262")
    }
}

impl Error for TimeError {}
