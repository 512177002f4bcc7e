//! [`Routes`]: the sinks' queues, and the way of a stream's elements into them.

use std::future::poll_fn;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::StreamExt;
use futures_util::future::join_all;

use crate::MElement;
use crate::delivery::{HeldUp, Queue};

/// As many elements of a stream are handed on at once.
const CHUNK: usize = 1024;

/// Why no more is taken at once.
enum Filled {
    Full,
    /// The stream has no more at the moment.
    ForNow,
    Ended,
}

/// The queues of all sinks, shared by the tasks of all streams.
#[derive(Debug, Default)]
pub(super) struct Routes {
    /// Replaced as a whole, so that a stream looks at it once a chunk and holds no lock while it waits.
    queues: RwLock<Arc<[Arc<Queue>]>>,
    nowhere: AtomicU64,
}

impl Routes {
    /// Has the sinks of these queues get all elements from now on, and no others.
    pub(super) fn set(&self, queues: impl Iterator<Item = Arc<Queue>>) {
        // Nothing can panic while it is locked.
        *self.queues.write().unwrap_or_else(PoisonError::into_inner) = queues.collect();
    }

    /// Elements for which there was no sink at all.
    pub(super) fn nowhere(&self) -> u64 {
        // Nothing else is read by what it says.
        self.nowhere.load(Ordering::Relaxed)
    }

    /// Brings all elements of a stream into the queues, until it ends. `taken` says how many a pipeline has taken of what it is made of, and
    /// `has_handed_on` is told how many of these have nothing more to give that isn't in the queues.
    pub(super) async fn feed(
        &self,
        mut stream: impl Stream<Item = MElement> + Unpin,
        taken: impl Fn() -> u64,
        has_handed_on: impl Fn(u64),
    ) {
        // Of those that were taken up to the chunk before: all that a pipeline has of them, if it has no more than a chunk, is in this one.
        // Of the last there may be any number.
        let (mut hand, mut before) = (Vec::new(), 0);
        loop {
            let filled = poll_fn(|cx| fill(&mut hand, &mut stream, cx, || has_handed_on(taken()))).await;
            if !hand.is_empty() {
                // As many may come again.
                let room = Vec::with_capacity(hand.len());
                self.hand_on(mem::replace(&mut hand, room)).await;
            }
            // A stream that is always ready must not keep the other tasks of its thread from running, the sinks' above all,
            // whose queues would overflow.
            match filled {
                Filled::Full => {
                    has_handed_on(before);
                    before = taken().saturating_sub(1);
                    tokio::task::yield_now().await;
                }
                Filled::ForNow => {
                    has_handed_on(taken());
                    tokio::task::consume_budget().await;
                }
                Filled::Ended => return has_handed_on(taken()),
            }
        }
    }

    /// The same, without ever waiting for room: what a queue has none for is dropped, and counted.
    pub(super) async fn feed_at_once(&self, stream: impl Stream<Item = MElement> + Unpin) {
        let mut chunks = stream.ready_chunks(CHUNK);
        while let Some(chunk) = chunks.next().await {
            let queues = self.queues_for(&chunk);
            let Some((last, others)) = queues.split_last() else { continue };
            others.iter().for_each(|queue| queue.offer_at_once(&chunk));
            last.offer_at_once(chunk);
        }
    }

    fn queues_for(&self, chunk: &[MElement]) -> Arc<[Arc<Queue>]> {
        let queues = Arc::clone(&self.queues.read().unwrap_or_else(PoisonError::into_inner));
        if queues.is_empty() && self.nowhere.fetch_add(chunk.len() as u64, Ordering::Relaxed) == 0 {
            tracing::warn!("there is no sink, so elements are dropped: add one before the first window closes");
        }
        queues
    }

    async fn hand_on(&self, chunk: Vec<MElement>) {
        let queues = self.queues_for(&chunk);
        let Some((last, others)) = queues.split_last() else { return };
        // Every sink gets what it has room for before any is waited for, and none waits for another's room. The last gets the elements
        // themselves: of one sink, as most have, none is ever cloned.
        let mut held_up: Vec<_> = others.iter().map(|queue| queue.offer(&chunk)).collect();
        held_up.push(last.offer(chunk));
        join_all(held_up.into_iter().map(HeldUp::wait)).await;
    }
}

/// Takes what the stream has, as far as a chunk goes. Waits for one element at least.
fn fill(
    hand: &mut Vec<MElement>,
    stream: &mut (impl Stream<Item = MElement> + Unpin),
    cx: &mut Context<'_>,
    has_handed_on_all: impl Fn(),
) -> Poll<Filled> {
    loop {
        match stream.poll_next_unpin(cx) {
            Poll::Ready(Some(element)) => hand.push(element),
            Poll::Ready(None) => return Poll::Ready(Filled::Ended),
            Poll::Pending if hand.is_empty() => {
                has_handed_on_all();
                return Poll::Pending;
            }
            Poll::Pending => return Poll::Ready(Filled::ForNow),
        }
        if hand.len() == CHUNK {
            return Poll::Ready(Filled::Full);
        }
    }
}
