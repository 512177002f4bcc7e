//! [`BuildError`]: why a stream can't be built.

use std::fmt;
use std::sync::Arc;

use metrix_core::IntervalError;

use crate::AggError;

/// Why a stream can't be built. The message says all; there is no [`source`](std::error::Error::source) beside it.
///
/// ```
/// use metrix::{MStream, size};
///
/// let error = MStream::builder("m").batch(size(1)).agg("medain").build().unwrap_err().to_string();
/// assert!(error.starts_with("the stream \"m\": ") && error.contains("did you mean `median`?"), "{error}");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum BuildError {
    /// The name is empty or has control characters.
    Name {
        /// The name.
        name: Arc<str>,
    },
    /// A length of time can't be.
    Interval {
        /// The stream.
        stream: Arc<str>,
        /// What it is the length of: `windows`, or `an idle time`.
        of: &'static str,
        /// What is wrong with it.
        error: IntervalError,
    },
    /// The aggregates are not to be had.
    Agg {
        /// The stream.
        stream: Arc<str>,
        /// What is wrong with them.
        error: AggError,
    },
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name { name } => {
                write!(
                    f,
                    "a stream can't be called {name:?}: give it a name of one or more characters, none of them control characters"
                )
            }
            Self::Interval { stream, of, error } => {
                write!(f, "the stream {stream:?} can't have {of} of this length: {error}")
            }
            Self::Agg { stream, error } => write!(f, "the stream {stream:?}: {error}"),
        }
    }
}

impl std::error::Error for BuildError {}
