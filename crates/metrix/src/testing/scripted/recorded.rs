//! [`Recorded`]: what was done to a scripted sink.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::Act;
#[cfg(doc)]
use super::Scripted;
use crate::MElement;

/// What was done to a [`Scripted`] sink, and at what time of tokio's clock.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A write began.
    Write {
        /// When.
        at: Instant,
        /// All that was to be written.
        batch: Vec<MElement>,
        /// What the sink did.
        act: Act,
    },
    /// A flush began.
    Flush {
        /// When.
        at: Instant,
        /// What the sink did.
        act: Act,
    },
    /// A close began.
    Close {
        /// When.
        at: Instant,
        /// What the sink did.
        act: Act,
    },
}

/// What was done to a [`Scripted`] sink. Clones see the same.
#[derive(Clone, Debug, Default)]
pub struct Recorded(Arc<Mutex<Record>>);

#[derive(Debug, Default)]
struct Record {
    events: Vec<Event>,
    written: Vec<MElement>,
}

impl Recorded {
    /// All calls, in order, those included that were cut off or did not return.
    pub fn events(&self) -> Vec<Event> {
        self.record().events.clone()
    }

    /// All elements that the sink has taken, in order.
    pub fn written(&self) -> Vec<MElement> {
        self.record().written.clone()
    }

    /// How many writes began.
    pub fn writes(&self) -> usize {
        self.count(|event| matches!(event, Event::Write { .. }))
    }

    /// How many flushes began.
    pub fn flushes(&self) -> usize {
        self.count(|event| matches!(event, Event::Flush { .. }))
    }

    /// How many times it was closed.
    pub fn closes(&self) -> usize {
        self.count(|event| matches!(event, Event::Close { .. }))
    }

    fn count(&self, which: impl Fn(&Event) -> bool) -> usize {
        self.record().events.iter().filter(|event| which(event)).count()
    }

    pub(super) fn event(&self, event: Event) {
        self.record().events.push(event);
    }

    pub(super) fn take(&self, elements: &[MElement]) {
        self.record().written.extend_from_slice(elements);
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        // The acts panic while the lock is free.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
