//! [`Drained`]: when all elements of a stream have been taken.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Tells one who sends to a stream that all of its elements have been handed on to the sinks, or wait in line before them.
#[derive(Debug, Default)]
pub(crate) struct Drained {
    told: Notify,
    for_ever: AtomicBool,
}

impl Drained {
    pub(super) fn tell(&self) {
        self.told.notify_one();
    }

    /// The stream is gone.
    pub(super) fn tell_for_ever(&self) {
        self.for_ever.store(true, Ordering::Release);
        self.told.notify_one();
    }

    /// Waits until the stream is gone, having given all of its elements.
    pub(crate) async fn wait_for_the_end(&self) {
        self.wait_while(|| true).await;
    }

    /// Waits while elements wait: as long as `any` says so, and the stream is there.
    pub(crate) async fn wait_while(&self, any: impl Fn() -> bool) {
        while any() && !self.for_ever.load(Ordering::Acquire) {
            self.told.notified().await;
        }
    }
}
