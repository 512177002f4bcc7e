//! The options of [`NatsSource`], each of which has a value from the start.

use std::num::NonZeroUsize;
use std::time::Duration;

use super::{NatsNameError, NatsSource, NatsStart};

impl NatsSource {
    /// Makes the consumer for these subjects alone, which may have `*` and `>`; for all of the stream unless it is told.
    pub fn filter(mut self, subjects: &str) -> Self {
        self.plan.filter = subjects.to_owned();
        self
    }

    /// Makes the consumer begin there; with what the stream has, unless it is told.
    pub fn start(mut self, start: NatsStart) -> Self {
        self.plan.start = start;
        self
    }

    /// Makes the consumer so that this many messages may be held; 100 000 unless it is told. No more are delivered then, until some are
    /// settled: what is held by windows that wait for newer messages must fit into it.
    pub fn max_ack_pending(mut self, messages: NonZeroUsize) -> Self {
        self.plan.max_ack_pending = messages.get();
        self
    }

    /// Makes the consumer so that a message is delivered again if nothing is heard of it for this time; 30 seconds unless it is told. Those that are
    /// held are prolonged while [`next`](Self::next) is waited for.
    pub fn ack_wait(mut self, time: Duration) -> Self {
        self.plan.ack_wait = time.max(Duration::from_millis(100));
        self
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
