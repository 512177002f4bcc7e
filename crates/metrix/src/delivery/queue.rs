//! [`Queue`]: the elements that wait for one sink, and the account of what became of them.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::vec::IntoIter;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::Overflow;
use super::filter::{Filter, Passed};
use super::held_up::HeldUp;
use super::options::SinkOptions;
use super::state::State;
use super::stats::{SinkStats, Tally};
use super::trouble::Trouble;
use crate::MElement;

/// The elements that wait for one sink. Streams put them in, the sink's task takes them out.
///
/// One lock guards all of it, held for a few moves of memory a batch and never over user code, so that the account is
/// right at every moment.
#[derive(Debug)]
pub(crate) struct Queue {
    pub(super) name: Arc<str>,
    overflow: Overflow,
    accept: Filter,
    state: Mutex<State>,
    /// Told to the sink's task: there is something to take, or nothing will ever come.
    ready: Notify,
    /// Told to the one stream whose turn it is: there is room.
    pub(super) room: Notify,
    /// Streams that wait for room stand in line here, so that none is passed over by a busier one.
    pub(super) turn: tokio::sync::Mutex<()>,
    /// Told to all who wait for the end.
    over: Notify,
    /// Told to all who wait for a flush: one has ended, or none will.
    pub(super) flushed: Notify,
}

/// What the sink's task finds in the queue.
#[derive(Debug)]
pub(super) enum Taken {
    Batch(Vec<MElement>),
    /// Somebody waits for the sink to be flushed, more than for what waits in the queue.
    Flush,
    Nothing,
    /// There is nothing, and will never be.
    Ended,
}

impl Queue {
    pub(super) fn new(name: Arc<str>, options: &SinkOptions) -> Self {
        Self {
            name,
            overflow: options.overflow,
            accept: Filter::new(options.accept.clone()),
            state: Mutex::new(State::new(options.queue.get())),
            ready: Notify::new(),
            room: Notify::new(),
            turn: tokio::sync::Mutex::new(()),
            over: Notify::new(),
            flushed: Notify::new(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // A panic under the lock, which none of its few lines has, would leave the account off by one batch at most.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Accepts the elements that the sink is for, in their order, as far as there is room. What has to wait for room is
    /// handed back, to be waited for; a queue that drops never holds anything up. A closed queue accepts nothing; what comes
    /// after its end counts as undelivered.
    pub(crate) fn offer<'a>(&self, batch: impl Into<Cow<'a, [MElement]>>) -> HeldUp<'_> {
        self.take_in(batch.into(), self.overflow)
    }

    /// The same, where nothing may be held up: what there is no room for is dropped even if streams would wait.
    pub(crate) fn offer_at_once<'a>(&self, batch: impl Into<Cow<'a, [MElement]>>) {
        let policy = match self.overflow {
            Overflow::DropOldest => Overflow::DropOldest,
            Overflow::DropNewest | Overflow::Block => Overflow::DropNewest,
        };
        drop(self.take_in(batch.into(), policy)); // It holds nothing.
    }

    fn take_in(&self, batch: Cow<'_, [MElement]>, policy: Overflow) -> HeldUp<'_> {
        let Passed { elements, panics, last_panic } = self.accept.pass(batch);
        let mut elements = elements.into_iter();
        // Whoever stands in line already comes first.
        let turn = (policy == Overflow::Block).then(|| self.turn.try_lock());
        let may_enter = matches!(turn, Some(Ok(_)));
        let mut state = self.state();
        if state.closed && !state.ended {
            return HeldUp::new(self, IntoIter::default());
        }
        state.tally.stats.accepted += elements.len() as u64 + panics;
        state.tally.stats.panics += panics;
        state.tally.stats.refused += panics;
        if state.ended {
            return HeldUp::new(self, IntoIter::default());
        }
        let free = state.free();
        // What is left of them is dropped when the lock is released.
        let overflowed = match policy {
            Overflow::Block => {
                state.put(elements.by_ref().take(if may_enter { free } else { 0 }));
                0
            }
            Overflow::DropNewest => {
                state.put(elements.by_ref().take(free));
                elements.len()
            }
            Overflow::DropOldest => {
                let excess = elements.len().saturating_sub(free);
                let from_queue = excess.min(state.waiting.len());
                state.waiting.drain(..from_queue);
                state.put(elements.by_ref().skip(excess - from_queue));
                excess
            }
        };
        state.tally.stats.overflowed += overflowed as u64;
        let now = Instant::now();
        let full = overflowed > 0 && state.troubles.is_news(Trouble::Overflow, now);
        let panicked = last_panic.filter(|_| state.troubles.is_news(Trouble::Panic, now));
        let capacity = state.capacity;
        drop(state);
        self.ready.notify_one();
        if full {
            tracing::warn!(
                sink = &*self.name,
                queue = capacity,
                ?policy,
                "the sink's queue is full and elements are dropped: make the queue longer, or the sink faster"
            );
        }
        if let Some(message) = panicked {
            tracing::error!(sink = &*self.name, panic = message, "the sink's filter panicked, and refuses the element");
        }
        HeldUp::new(self, if policy == Overflow::Block { elements } else { IntoIter::default() })
    }

    /// Takes up to `most` elements out; they are then in the hands of the sink's task.
    pub(super) fn take(&self, most: usize) -> Taken {
        let mut state = self.state();
        // What was in hand before has been settled by now.
        if state.flushes.is_wanted(state.left()) {
            state.in_hand_since = None;
            return Taken::Flush;
        }
        state.in_hand_since = state.waiting.front().map(|oldest| oldest.since);
        if state.waiting.is_empty() {
            return if state.closed && state.tally.pending() == 0 { Taken::Ended } else { Taken::Nothing };
        }
        let count = most.min(state.waiting.len());
        let batch = state.waiting.drain(..count).map(|waiting| waiting.element).collect();
        drop(state);
        self.room.notify_one();
        Taken::Batch(batch)
    }

    /// Waits until there may be something to take.
    pub(super) async fn ready(&self) {
        self.ready.notified().await;
    }

    /// Has the sink's task look again.
    pub(super) fn look(&self) {
        self.ready.notify_one();
    }

    /// Writes into the account.
    pub(super) fn count(&self, write: impl FnOnce(&mut Tally)) {
        write(&mut self.state().tally);
    }

    /// Whether this trouble has to be logged.
    pub(super) fn is_news(&self, trouble: Trouble) -> bool {
        self.state().troubles.is_news(trouble, Instant::now())
    }

    /// Says in the log that a run of trouble is over, if it is.
    pub(super) fn is_well(&self) {
        if self.state().troubles.is_over(Instant::now()) {
            let stats = self.stats();
            tracing::info!(
                sink = &*self.name,
                delivered = stats.delivered,
                dropped = stats.dropped(),
                refused = stats.refused,
                "the sink has worked without trouble for a minute; counts are of all its time"
            );
        }
    }

    /// Accepts no more. What was accepted before still comes: what waits for room comes in at once, so that a sink that is
    /// taken out holds up no stream.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.room.notify_one();
        self.ready.notify_one();
    }

    /// The sink's task is over: nothing that is left will be delivered, and nobody waits for room any more.
    pub(crate) fn end(&self) {
        let mut state = self.state();
        (state.closed, state.ended) = (true, true);
        state.waiting = VecDeque::new();
        drop(state);
        self.room.notify_one();
        self.over.notify_waiters();
        self.flushed.notify_waiters();
    }

    /// Whether nothing more will come of anything in it.
    pub(crate) fn is_over(&self) -> bool {
        self.state().ended
    }

    /// Waits for that.
    pub(crate) async fn over(&self) {
        // It is told of an end that comes from here on, so none is missed.
        let over = self.over.notified();
        if !self.is_over() {
            over.await;
        }
    }

    pub(crate) fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// A few words on it, for a drawing.
    pub(crate) fn label(&self) -> String {
        let capacity = self.state().capacity;
        let policy = match self.overflow {
            Overflow::DropOldest => "drops the oldest",
            Overflow::DropNewest => "drops the newest",
            Overflow::Block => "blocks",
        };
        let accept = if self.accept.passes_all() { "" } else { ", accepts some" };
        format!("queue of {capacity}, {policy}{accept}")
    }

    /// The account as it stands.
    pub(crate) fn stats(&self) -> SinkStats {
        let state = self.state();
        let oldest = state.waiting.front().map(|oldest| oldest.since);
        let since = state.in_hand_since.or(oldest).filter(|_| !state.ended);
        state.tally.snapshot(since.map_or_else(Default::default, |since| since.elapsed()), state.ended)
    }
}
