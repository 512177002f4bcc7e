//! [`Closed`]: why a sink takes no more.

use std::error::Error;
use std::fmt;

use crate::WriteError;

/// A write came after the sink was closed.
#[derive(Debug)]
pub(super) struct Closed(&'static str);

impl Closed {
    /// The answer to such a write, with the name of the sink.
    pub(super) fn refuse(sink: &'static str) -> WriteError {
        WriteError::refused(Self(sink))
    }
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} sink is closed: write before `close`, or make a new one", self.0)
    }
}

impl Error for Closed {}
