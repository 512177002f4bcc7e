//! The options of [`NatsSource`], each of which has a value from the start.

use std::num::NonZeroUsize;
use std::time::Duration;

use super::{NatsNameError, NatsSource, NatsStart};

impl NatsSource {
    /// Makes the consumer for these subjects alone, which may have `*` and `>`; for all of the stream unless it is told.
    pub fn filter(mut self, subjects: &str) -> Self {
        self.plan.wanted.filter = Some(subjects.to_owned());
        self
    }

    /// Makes the consumer begin there; with what the stream has, unless it is told.
    pub fn start(mut self, start: NatsStart) -> Self {
        self.plan.wanted.start = Some(start);
        self
    }

    /// Makes the consumer so that this many messages may be held; 100 000 unless it is told. No more are delivered then, until some are
    /// settled: what is held by windows that wait for newer messages must fit into it.
    pub fn max_ack_pending(mut self, messages: NonZeroUsize) -> Self {
        self.plan.wanted.max_ack_pending = Some(messages.get());
        self
    }

    /// Makes the consumer so that a message is delivered again if nothing is heard of it for this time; 30 seconds unless it is told. Those
    /// that are held are prolonged while [`next`](Self::next) is waited for. Who doesn't wait for that long has them delivered again, which
    /// costs only that: they are not handed out twice.
    pub fn ack_wait(mut self, time: Duration) -> Self {
        self.plan.wanted.ack_wait = Some(time.max(Duration::from_millis(100)));
        self
    }

    /// In what the consumer differs from the options that were told, as it was there before and stays as it is, in words and with the mend.
    /// Known when it is [open](Self::open).
    pub fn differing(&self) -> Option<&str> {
        self.differing.as_deref()
    }

    /// Keeps what is settled in this bucket, which is made if it is missing; `metrix` unless it is told.
    ///
    /// # Errors
    /// If no bucket can be called so.
    pub fn bucket(mut self, name: &str) -> Result<Self, NatsNameError> {
        self.plan.set_bucket(name)?;
        Ok(self)
    }
}
