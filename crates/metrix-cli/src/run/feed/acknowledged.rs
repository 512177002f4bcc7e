//! What a [`Feed`] does for a source whose messages are acknowledged.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::Arc;

use futures_util::FutureExt;
use metrix::{SendError, Timestamp};

use super::{Feed, Held, Order, send};
use crate::run::ledger::{Ledger, LeftOut, Noter, Partition, Position};
use crate::run::router::{Route, Router};

impl Feed {
    /// For a source whose messages are acknowledged: each is [begun](Self::begin), its readings are [sent](Self::send), and it is
    /// [finished](Self::finish).
    pub(crate) fn noting(router: Arc<Router>, ledger: Arc<Ledger>) -> Self {
        Self { noter: Some(Noter::new(ledger)), ..Self::new(router, Order::Loose) }
    }

    /// Begins a message; says whether its readings are to be sent. They are not if it came before, and is held in windows still.
    #[must_use]
    pub(crate) fn begin(&mut self, partition: Partition, position: Position) -> bool {
        self.noter.as_mut().is_none_or(|noter| noter.begin(partition, position))
    }

    /// Sends what is held of the message, and has it be settled when its elements are. If the future is dropped, the rest is still held,
    /// and the message is not settled before this was called again, or ever.
    pub(crate) async fn finish(&mut self) {
        self.send_held().await;
        if let Some(noter) = &mut self.noter {
            noter.end();
        }
    }

    /// What was left out of what came.
    pub(crate) fn left_out(&self) -> LeftOut {
        self.noter.as_ref().map(Noter::left_out).unwrap_or_default()
    }
}

/// Sends a value of a message that is acknowledged, or holds it if it has to wait.
pub(super) fn note(
    held: &mut VecDeque<Held>,
    noter: &mut Noter,
    route: &mut Route,
    (value, at): (f64, Option<Timestamp>),
    copies: NonZeroU32,
) {
    let stream = route.stream;
    // It must be known here in which window it is.
    let at = if route.is_timed { at.or_else(|| Some(Timestamp::now())) } else { at.filter(|_| route.takes_times) };
    if route.is_timed && at.is_some_and(|at| noter.leaves_out(stream, at)) {
        return;
    }
    let sender = route.sender(copies);
    let sent = if held.is_empty() { send(sender, value, at).now_or_never() } else { None };
    match sent {
        Some(Ok(())) => noter.took(stream, at),
        Some(Err(SendError::Closed { .. })) => noter.is_over(stream),
        Some(Err(_counted_by_the_stream)) => {}
        None => held.push_back(Held { stream, sender: sender.clone(), reading: Some((value, at)) }),
    }
}
