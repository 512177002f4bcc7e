//! [`Faults`]: what goes wrong in the aggregates of a stream, counted, and logged once each.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::later::Later;

/// Counts the panics of aggregates, their results that are not finite, and the values that were cut off for them. Clones count
/// together.
#[derive(Clone, Default)]
pub(super) struct Faults {
    panics: Arc<AtomicU64>,
    not_finite: Arc<AtomicU64>,
    cut: Arc<AtomicU64>,
    of: Option<Of>,
}

/// The stream that the aggregates belong to, and what is to be logged once its lock is released.
#[derive(Clone)]
struct Of {
    stream: Arc<str>,
    later: Arc<Later>,
}

/// Which faults of one aggregate have been logged.
#[derive(Default)]
pub(super) struct Told {
    panic: AtomicBool,
    not_finite: AtomicBool,
    cut: AtomicBool,
}

impl Faults {
    /// The same, logged later, and under the name of the stream.
    pub(super) fn telling(self, stream: Arc<str>, later: Arc<Later>) -> Self {
        Self { of: Some(Of { stream, later }), ..self }
    }

    pub(super) fn panics(&self) -> u64 {
        // Nothing else is read by what it says.
        self.panics.load(Ordering::Relaxed)
    }

    pub(super) fn not_finite(&self) -> u64 {
        self.not_finite.load(Ordering::Relaxed)
    }

    pub(super) fn cut(&self) -> u64 {
        self.cut.load(Ordering::Relaxed)
    }

    #[cold]
    pub(super) fn panicked(&self, aggregate: &Arc<str>, told: &Told, panic: String) {
        self.panics.fetch_add(1, Ordering::Relaxed);
        self.tell_once(aggregate, &told.panic, move |stream, aggregate| {
            tracing::error!(
                stream,
                aggregate,
                panic,
                "an aggregate has panicked; its value is left out, this time and whenever it does again"
            );
        });
    }

    #[cold]
    pub(super) fn left_out(&self, aggregate: &Arc<str>, told: &Told, value: f64) {
        self.not_finite.fetch_add(1, Ordering::Relaxed);
        self.tell_once(aggregate, &told.not_finite, move |stream, aggregate| {
            tracing::warn!(
                stream,
                aggregate,
                value,
                "the result of an aggregate is not finite; it is left out and counted, this time and whenever it is so again"
            );
        });
    }

    /// Counts how often too few an aggregate has got a value of this weight.
    #[cold]
    pub(super) fn cut_off(&self, aggregate: &Arc<str>, told: &Told, value: f64, weight: NonZeroU32, cut: u32) {
        // Never an error: there is always a next count, which ends at the largest.
        let add = |before: u64| Some(before.saturating_add(u64::from(cut)));
        let _before = self.cut.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        self.tell_once(aggregate, &told.cut, move |stream, aggregate| {
            tracing::warn!(
                stream,
                aggregate,
                value,
                weight,
                cut,
                "an aggregate that isn't built in gets a value at most 1000 times; that it stands for more is counted, this time \
                 and whenever it is so again"
            );
        });
    }

    /// Logs by `tell`, which gets the names of the stream, if there is one, and of the aggregate, unless it was told before.
    fn tell_once<F>(&self, aggregate: &Arc<str>, told: &AtomicBool, tell: F)
    where
        F: FnOnce(Option<&str>, &str) + Send + 'static,
    {
        if told.swap(true, Ordering::Relaxed) {
            return;
        }
        match &self.of {
            None => tell(None, aggregate),
            Some(Of { stream, later }) => {
                let (stream, aggregate) = (Arc::clone(stream), Arc::clone(aggregate));
                later.put(move || tell(Some(&stream), &aggregate));
            }
        }
    }
}
