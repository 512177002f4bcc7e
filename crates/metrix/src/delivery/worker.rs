//! [`Worker`]: the task that empties a queue into its sink.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use super::attempt::{Call, Failure, attempt};
use super::erased::ErasedSink;
use super::options::SinkOptions;
use super::queue::{Queue, Taken};
use super::trouble::Trouble;
use crate::MElement;

/// Writes what waits in a queue to its sink, batch after batch, whatever the sink does.
pub(super) struct Worker {
    queue: Arc<Queue>,
    sink: Box<dyn ErasedSink>,
    options: SinkOptions,
    rng: fastrand::Rng,
    /// Whether it may hold what it has written, since it wasn't flushed after, or could not be.
    holds: bool,
    /// Before this, no write may begin.
    next_write: Option<Instant>,
}

impl Worker {
    pub(super) fn new(queue: Arc<Queue>, sink: Box<dyn ErasedSink>, options: SinkOptions) -> Self {
        Self { queue, sink, options, rng: fastrand::Rng::new(), holds: false, next_write: None }
    }

    /// Works until the queue has ended; then flushes and closes the sink.
    pub(super) async fn run(mut self) {
        let mut idle = true;
        loop {
            // A sink that is always ready must not keep the other tasks of its thread from running.
            tokio::task::consume_budget().await;
            match self.queue.take(self.options.batch()) {
                Taken::Batch(batch) => {
                    self.deliver(batch).await;
                    (self.holds, idle) = (true, false);
                }
                Taken::Flush => self.flush().await,
                Taken::Nothing if !idle => {
                    self.flush().await;
                    // Where that failed it is not done again before there is a reason to.
                    idle = true;
                }
                Taken::Nothing => self.queue.ready().await,
                Taken::Ended => break,
            }
        }
        if !idle {
            self.flush().await;
        }
        let answer = attempt(&mut *self.sink, Call::Close, self.options.write_timeout).await;
        match answer {
            Ok(()) => self.queue.count(|tally| tally.closed = true),
            Err(failure) => self.note(&failure, "closing the sink failed"),
        }
    }

    /// Writes a batch, as often as it takes or the options allow.
    async fn deliver(&mut self, mut batch: Vec<MElement>) {
        let mut pauses = self.options.retry.pauses();
        loop {
            let answer = self.write(&batch).await;
            let count = batch.len() as u64;
            let Err(failure) = answer else {
                self.queue.count(|tally| tally.stats.delivered += count);
                self.queue.is_well();
                return;
            };
            self.check(&failure, &batch);
            batch = failure.unwritten(batch);
            let unwritten = batch.len() as u64;
            self.queue.count(|tally| tally.stats.delivered += count - unwritten);
            if !failure.is_retryable() {
                return self.refused(&failure, unwritten);
            }
            self.note(&failure, "writing failed, and is tried again as often as the options say");
            if batch.is_empty() {
                return;
            }
            let Some(pause) = pauses.next(&mut self.rng) else {
                return self.abandoned(&failure, unwritten);
            };
            sleep(pause.saturating_add(failure.pause())).await;
            self.queue.count(|tally| tally.stats.retried += unwritten);
        }
    }

    /// One write, no sooner than the rate limit allows.
    async fn write(&mut self, batch: &[MElement]) -> Result<(), Failure> {
        if let Some(next_write) = self.next_write {
            sleep_until(next_write).await;
        }
        let begun = Instant::now();
        // A spacing beyond the end of time is one that the second element never outlives.
        self.next_write = self.options.spacing().map(|spacing| begun + spacing.min(FAR));
        let answer = attempt(&mut *self.sink, Call::Write(batch), self.options.write_timeout).await;
        self.queue.count(|tally| tally.wrote(begun.elapsed()));
        answer
    }

    /// Has the sink send on what it holds, if it may hold something, and tells those who wait for that.
    async fn flush(&mut self) {
        let left = self.queue.left();
        self.holds = self.holds && !self.try_flush().await;
        self.queue.has_flushed(left, !self.holds);
    }

    /// Tries that as often as it takes or the options allow.
    async fn try_flush(&mut self) -> bool {
        let mut pauses = self.options.retry.pauses();
        while let Err(failure) = attempt(&mut *self.sink, Call::Flush, self.options.write_timeout).await {
            self.note(&failure, "flushing the sink failed");
            let pause = pauses.next(&mut self.rng).filter(|_| failure.is_retryable());
            let Some(pause) = pause else { return false };
            sleep(pause.saturating_add(failure.pause())).await;
        }
        true
    }

    /// Says in the log that the sink names elements that it was not given, if it does.
    fn check(&self, failure: &Failure, batch: &[MElement]) {
        let Some(position) = failure.beyond(batch) else { return };
        if self.queue.is_news(Trouble::Misnaming) {
            tracing::error!(
                sink = &*self.queue.name,
                position,
                elements = batch.len(),
                "the sink's error names a position beyond its batch, so none of the batch is taken as written: a fault of the sink"
            );
        }
    }

    /// Counts a call that failed, but not for good.
    fn note(&self, failure: &Failure, what: &'static str) {
        self.queue.count(|tally| match failure {
            Failure::Error(_) => tally.stats.errors += 1,
            Failure::TimedOut(_) => tally.stats.timeouts += 1,
            Failure::Panicked(_) => tally.stats.panics += 1,
        });
        let trouble = match failure {
            Failure::Error(_) | Failure::TimedOut(_) => Trouble::Failure,
            Failure::Panicked(_) => Trouble::Panic,
        };
        if self.queue.is_news(trouble) {
            tracing::warn!(sink = &*self.queue.name, %failure, "{what}");
        }
    }

    /// Counts elements that the sink does not want, ever.
    fn refused(&self, failure: &Failure, elements: u64) {
        self.queue.count(|tally| {
            tally.stats.errors += 1;
            tally.stats.refused += elements;
        });
        if self.queue.is_news(Trouble::Refusal) {
            tracing::warn!(sink = &*self.queue.name, %failure, elements, "the sink refuses elements");
        }
    }

    /// Counts elements that have been tried often enough.
    fn abandoned(&self, failure: &Failure, elements: u64) {
        self.queue.count(|tally| tally.stats.abandoned += elements);
        if self.queue.is_news(Trouble::Abandonment) {
            tracing::error!(sink = &*self.queue.name, %failure, elements,
                "elements are dropped, for no try to write them has succeeded");
        }
    }
}

/// Whatever ends it, also a cancelled task: nobody must wait for room that never comes.
impl Drop for Worker {
    fn drop(&mut self) {
        self.queue.end();
    }
}

/// About thirty years, which every clock can add.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
