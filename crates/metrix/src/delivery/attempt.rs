//! [`attempt`]: one call of a sink, which can neither last for ever nor panic.

use std::error::Error;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::timeout;

use super::erased::ErasedSink;
use crate::chain::Chain;
use crate::guard::message;
use crate::{MElement, WriteError};

/// A peer can ask for no longer a pause.
const LONGEST_ASKED: Duration = Duration::from_secs(5 * 60);

/// What is asked of the sink.
pub(super) enum Call<'a> {
    Write(&'a [MElement]),
    Flush,
    Close,
}

/// Why it was not done.
#[derive(Debug)]
pub(super) enum Failure {
    Error(WriteError),
    TimedOut(Duration),
    Panicked(String),
}

/// Calls the sink. Where `limit` is zero it may take as long as it likes.
pub(super) async fn attempt(sink: &mut dyn ErasedSink, call: Call<'_>, limit: Duration) -> Result<(), Failure> {
    // All of it is one future, so that a panic is caught wherever it is: in the call, in a poll, and in a drop.
    let answer = async move {
        let answer = match call {
            Call::Write(batch) => sink.write(batch),
            Call::Flush => sink.flush(),
            Call::Close => sink.close(),
        };
        if limit.is_zero() { Ok(answer.await) } else { timeout(limit, answer).await }
    };
    // A panic may leave the sink's own state halfway, which is the sink's to bear; nothing of ours is shared with it.
    match AssertUnwindSafe(answer).catch_unwind().await {
        Ok(Ok(Ok(()))) => Ok(()),
        Ok(Ok(Err(error))) => Err(Failure::Error(error)),
        Ok(Err(_elapsed)) => Err(Failure::TimedOut(limit)),
        Err(payload) => Err(Failure::Panicked(message(payload))),
    }
}

impl Failure {
    pub(super) fn is_retryable(&self) -> bool {
        match self {
            Self::Error(error) => error.is_retryable(),
            Self::TimedOut(_) | Self::Panicked(_) => true,
        }
    }

    /// How long the sink's peer has asked not to be tried again: not longer than five minutes, whatever it says.
    pub(super) fn pause(&self) -> Duration {
        match self {
            Self::Error(error) => error.pause().unwrap_or_default().min(LONGEST_ASKED),
            Self::TimedOut(_) | Self::Panicked(_) => Duration::ZERO,
        }
    }

    /// A position that the sink names and that the batch hasn't, so that nothing it names can be believed.
    pub(super) fn beyond(&self, batch: &[MElement]) -> Option<usize> {
        match self {
            Self::Error(error) => error.beyond(batch),
            Self::TimedOut(_) | Self::Panicked(_) => None,
        }
    }

    /// The elements of the batch that have to be taken as not written.
    pub(super) fn unwritten(&self, batch: Vec<MElement>) -> Vec<MElement> {
        match self {
            Self::Error(error) => error.unwritten(&batch).cloned().collect(),
            Self::TimedOut(_) | Self::Panicked(_) => batch,
        }
    }
}

/// What went wrong, for a log line that itself says what follows: of a sink's error, that is the cause, without the sink's
/// word on whether another try may help.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => match error.source() {
                Some(cause) => Chain(cause).fmt(f),
                None => error.fmt(f),
            },
            Self::TimedOut(limit) => write!(f, "no answer within {limit:?}"),
            Self::Panicked(message) => write!(f, "panicked: {message}"),
        }
    }
}
