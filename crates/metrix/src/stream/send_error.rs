//! [`SendError`]: why a stream has refused a measurement.

use std::fmt;
use std::sync::Arc;

/// Why a stream has refused a measurement.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SendError {
    /// The value is infinite or not a number.
    NotFinite {
        /// The stream.
        stream: Arc<str>,
        /// The value.
        value: f64,
    },
    /// The tags' names and values are longer than the stream takes.
    TagsTooLong {
        /// The stream.
        stream: Arc<str>,
        /// How long they are.
        bytes: usize,
        /// How long they may be.
        most: usize,
    },
    /// As many elements wait to be taken from the stream as may.
    Full {
        /// The stream.
        stream: Arc<str>,
    },
    /// The stream has been closed or dropped.
    Closed {
        /// The stream.
        stream: Arc<str>,
    },
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinite { stream, value } => {
                write!(f, "the stream {stream:?} refuses the value {value}: send finite values only")
            }
            Self::TagsTooLong { stream, bytes, most } => write!(
                f,
                "the stream {stream:?} refuses tags of {bytes} bytes: shorten them to {most}, or build it with a larger `max_tag_bytes`"
            ),
            Self::Full { stream } => write!(
                f,
                "the stream {stream:?} is full: take its elements faster, wait with `send_async`, or build it with a larger `queue`"
            ),
            Self::Closed { stream } => write!(f, "the stream {stream:?} is closed: keep it open, or stop sending"),
        }
    }
}

impl std::error::Error for SendError {}
