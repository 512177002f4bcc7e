//! [`GateWaker`]: shuts the gate of a stream's threads when the stream is woken.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::task::AtomicWaker;

use super::stats::Counters;
use crate::shard::Shards;

/// Opens the gate of a stream of windows while a timer of the stream runs until the end of one, and shuts it when the timer wakes the stream.
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

    /// Opens the gate while elements are given, if a window is open: `poll` waits for its end.
    pub(super) fn open_until(self: &Arc<Self>, cx: &mut Context<'_>, poll: impl FnOnce(&mut Context<'_>) -> Poll<()>) {
        if self.by_the_clock && self.counters.open.get() > 0 {
            _ = self.poll(cx, poll);
        }
    }

    /// A timer runs until the end of the window that is open, if one is; unless it has woken the stream again, or something else has.
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::{FutureExt, StreamExt};
    use tokio::time::advance;

    use crate::MStream;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn the_gate_is_open_while_elements_are_taken_until_the_window_that_has_begun_is_over() {
        let (sender, mut stream) = MStream::builder("m").window(SECOND).aggs(["count", "sum", "max"]).build().unwrap();
        let is_open = |stream: &MStream| stream.gate.as_ref().expect("threads fold").shards.gate().is_open();
        sender.send(1.0);
        assert!(!is_open(&stream), "nobody has polled");
        assert!(stream.next().now_or_never().is_none() && is_open(&stream));
        advance(SECOND).await;
        assert!(!is_open(&stream), "it is over");
        assert!(stream.next().await.is_some() && !is_open(&stream), "no window is open");
        sender.send(2.0);
        assert!(stream.next().await.is_some() && is_open(&stream));
        advance(SECOND).await;
        assert!(!is_open(&stream), "it is over too");
    }
}
