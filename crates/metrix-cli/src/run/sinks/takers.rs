//! [`Takers`]: how many sinks take elements.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::run::stop::{Stop, Why};

/// How many sinks of a run take elements: one that fails stops nobody as long as there is another.
#[derive(Clone, Debug)]
pub(crate) struct Takers {
    left: Arc<AtomicUsize>,
    /// Whether what was to be written to the standard output has gone nowhere.
    is_deaf: Arc<AtomicBool>,
    stop: Stop,
}

impl Takers {
    pub(crate) fn new(sinks: usize, stop: Stop) -> Self {
        Self { left: Arc::new(AtomicUsize::new(sinks)), is_deaf: Arc::default(), stop }
    }

    /// One takes nothing more. The run is asked to stop if it was the last.
    pub(super) fn lose(&self, why: Why) {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.stop.ask(why);
        }
    }

    /// What is written to the standard output goes nowhere from now on, and is not taken for delivered.
    pub(super) fn is_deaf_now(&self) {
        self.is_deaf.store(true, Ordering::Release);
    }

    /// Whether nobody reads the standard output any more, though a sink was to write to it.
    pub(crate) fn is_deaf(&self) -> bool {
        self.is_deaf.load(Ordering::Acquire)
    }

    /// One takes elements again.
    pub(super) fn regain(&self) {
        self.left.fetch_add(1, Ordering::Relaxed);
    }
}
