//! [`Timeouts`]: how long a peer is waited for.

use std::io::{self, ErrorKind};
use std::time::Duration;

/// How long a peer is waited for.
#[derive(Clone, Copy, Debug)]
pub(in crate::sinks) struct Timeouts {
    pub(in crate::sinks) connect: Duration,
    /// For it to take anything.
    pub(in crate::sinks) write: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), write: Duration::from_secs(30) }
    }
}

pub(super) fn too_slow(what: &str, limit: Duration) -> io::Error {
    io::Error::new(ErrorKind::TimedOut, format!("the server has not {what} within {limit:?}"))
}
