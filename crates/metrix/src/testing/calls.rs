//! The calls of a sink, each held to its rules.

use std::collections::BTreeSet;

use crate::chain::Chain;
use crate::{MElement, Sink, WriteError};

/// How often a batch is tried anew when the sink says that this may help.
const TRIES: usize = 10;

/// A rule that the sink has broken.
pub(super) struct Broken {
    pub(super) rule: &'static str,
    pub(super) detail: String,
}

pub(super) const ARRIVES: &str = "all elements that are written arrive as they are, and nothing else does";
pub(super) const ORDINARY: &str = "an ordinary element is written, whatever stands beside it";
const POSITIONS: &str = "an error names positions that the batch has, or none at all";
const CLOSES: &str = "flush and close work, at any time and more than once";

pub(super) type Checked<T = ()> = Result<T, Broken>;

pub(super) fn broken<T>(rule: &'static str, detail: impl Into<String>) -> Checked<T> {
    Err(Broken { rule, detail: detail.into() })
}

/// Writes a batch, as often as the sink asks for it. Returns the positions of what it refuses.
pub(super) async fn deliver(sink: &mut impl Sink, batch: &[MElement]) -> Checked<BTreeSet<usize>> {
    let mut left: Vec<usize> = (0..batch.len()).collect();
    let mut last = String::new();
    for _ in 0..TRIES {
        let part: Vec<MElement> = left.iter().map(|&position| batch[position].clone()).collect();
        let Err(error) = sink.write(&part).await else { return Ok(BTreeSet::new()) };
        if let Some(positions) = unwritten(&error, part.len())? {
            left = positions.iter().map(|&position| left[position]).collect();
        }
        if !error.is_retryable() {
            return Ok(left.into_iter().collect());
        }
        last = Chain(&error).to_string();
    }
    broken("a batch is taken after some tries, or refused", format!("after {TRIES} tries it says: {last}"))
}

/// The positions that an error names, which must be right.
pub(super) fn unwritten(error: &WriteError, length: usize) -> Checked<Option<&[usize]>> {
    let Some(positions) = error.positions() else { return Ok(None) };
    if positions.is_empty() || positions.iter().any(|&position| position >= length) {
        return broken(POSITIONS, format!("of {length} elements it names {positions:?}: {}", Chain(error)));
    }
    Ok(Some(positions))
}

/// Writes a batch of ordinary elements, which must all be taken.
pub(super) async fn deliver_all(sink: &mut impl Sink, batch: &[MElement]) -> Checked {
    let refused = deliver(sink, batch).await?;
    if refused.is_empty() { Ok(()) } else { broken(ORDINARY, format!("it refuses those at {refused:?}")) }
}

/// Flushes, as often as the sink asks for it.
pub(super) async fn flush(sink: &mut impl Sink) -> Checked {
    done(async || sink.flush().await).await.or_else(|error| broken(CLOSES, format!("flush says: {}", Chain(&error))))
}

/// Closes, as often as the sink asks for it.
pub(super) async fn close(sink: &mut impl Sink) -> Checked {
    done(async || sink.close().await).await.or_else(|error| broken(CLOSES, format!("close says: {}", Chain(&error))))
}

/// Calls until it is done, or can't be: as for a batch, another try may help where the sink says so.
async fn done(mut call: impl AsyncFnMut() -> Result<(), WriteError>) -> Result<(), WriteError> {
    let mut called = call().await;
    for _ in 1..TRIES {
        if !called.as_ref().is_err_and(WriteError::is_retryable) {
            break;
        }
        called = call().await;
    }
    called
}
