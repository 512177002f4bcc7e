//! [`Takers`]: how many sinks take elements.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::run::stop::{Stop, Why};

/// How many sinks of a run take elements: one that fails stops nobody as long as there is another.
#[derive(Clone, Debug)]
pub(crate) struct Takers {
    left: Arc<AtomicUsize>,
    stop: Stop,
}

impl Takers {
    pub(crate) fn new(sinks: usize, stop: Stop) -> Self {
        Self { left: Arc::new(AtomicUsize::new(sinks)), stop }
    }

    /// One takes nothing more. The run is asked to stop if it was the last.
    pub(super) fn lose(&self, why: Why) {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.stop.ask(why);
        }
    }

    /// One takes elements again.
    pub(super) fn regain(&self) {
        self.left.fetch_add(1, Ordering::Relaxed);
    }
}
