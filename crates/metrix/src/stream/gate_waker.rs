//! [`GateWaker`]: shuts the gate of a stream's threads when the stream is woken.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::task::AtomicWaker;

use super::stats::Counters;
use crate::shard::Shards;

/// Opens the gate of a stream of windows while the stream sleeps until the end of one, and shuts it when the timer wakes it.
///
/// So no thread has to look at the clock for a value: as long as the gate is open, no window has ended, as far as the runtime
/// knows. A stream that nobody polls keeps its gate shut, and those who send look at the clock themselves.
#[derive(Debug)]
pub(super) struct GateWaker {
    shards: Arc<Shards>,
    /// Whether it is the clock that ends what the stream sums up.
    by_the_clock: bool,
    /// Says whether a window is open.
    counters: Arc<Counters>,
    wakes: AtomicU64,
    task: AtomicWaker,
}

impl GateWaker {
    pub(super) fn new(shards: Arc<Shards>, by_the_clock: bool, counters: Arc<Counters>) -> Self {
        Self { shards, by_the_clock, counters, wakes: AtomicU64::new(0), task: AtomicWaker::new() }
    }

    /// Polls the stream, in such a way that what wakes its task shuts the gate before.
    pub(super) fn poll<T>(
        self: &Arc<Self>,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        if !self.by_the_clock {
            return poll(cx);
        }
        self.task.register(cx.waker());
        let wakes = self.wakes.load(Ordering::Acquire);
        let polled = poll(&mut Context::from_waker(&Waker::from(Arc::clone(self))));
        if polled.is_pending() {
            self.open_unless_woken_since(wakes);
        }
        polled
    }

    /// The stream sleeps until the end of the window that is open, if one is; unless something has woken it again.
    fn open_unless_woken_since(&self, wakes: u64) {
        let gate = self.shards.gate();
        loop {
            let number = gate.number();
            // Who wakes it counts first and shuts the gate then, so one that isn't seen here shuts it after this.
            let may_open = self.counters.open.get() > 0 && self.wakes.load(Ordering::Acquire) == wakes;
            // If somebody has shut it meanwhile who does not wake the stream, it is opened again.
            if !may_open || gate.is_open() || gate.is_closed() || gate.open_if(number) {
                return;
            }
        }
    }

    /// The stream has ended, or is no more.
    pub(super) fn close(&self) {
        self.shards.gate().close();
    }
}

impl Wake for GateWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.wakes.fetch_add(1, Ordering::AcqRel);
        self.shards.gate().shut();
        self.task.wake();
    }
}
