//! [`StreamStats`]: what a stream has done so far, and the [`Counters`] behind it.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a stream has taken, refused and given since it was built: exact once those who send are at rest, and a few values behind while they
/// send.
///
/// A measurement counts once, however many values it [stands for](crate::MSender::weighted).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamStats {
    /// Measurements taken in, the late ones too.
    pub accepted: u64,
    /// Elements given out.
    pub emitted: u64,
    /// Elements that wait to be taken from the stream. Those that nobody had taken when it was dropped stay here.
    pub waiting: u64,
    /// Measurements refused because their value is infinite or not a number.
    pub not_finite: u64,
    /// Measurements refused because their tags are too long.
    pub tags_too_long: u64,
    /// Measurements refused because too many elements waited for somebody to take them.
    pub full: u64,
    /// Measurements refused because the stream had been closed or dropped.
    pub closed: u64,
    /// Measurements that came after their window of event time had been closed, and count nowhere.
    pub late: u64,
    /// Measurements that went to the overflow series because there were too many series.
    pub overflowed: u64,
    /// Aggregates that panicked; each has lost its value for one group of a window or batch.
    pub panics: u64,
    /// Results of aggregates that were left out because they are infinite or not a number.
    pub not_finite_results: u64,
    /// Values that an aggregate went without because a fold or closure gets one that
    /// [stands for several](crate::MSender::weighted) at most 1000 times: those beyond, for each such aggregate. No built-in
    /// aggregate goes without any.
    pub cut: u64,
}

impl StreamStats {
    /// All measurements that were refused.
    pub fn refused(&self) -> u64 {
        self.not_finite + self.tags_too_long + self.full + self.closed
    }
}

/// A number that many threads add to.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    /// Adds, and says what there was before.
    pub(crate) fn add(&self, n: u64) -> u64 {
        // Nothing else is read by what it says.
        self.0.fetch_add(n, Ordering::Relaxed)
    }

    /// Adds, where nobody else ever does: that needs no exclusive access to memory.
    pub(crate) fn add_alone(&self, n: u64) {
        self.0.store(self.get() + n, Ordering::Relaxed);
    }

    /// Takes away what was added before.
    pub(crate) fn sub(&self, n: u64) {
        self.0.fetch_sub(n, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What the parts of a stream count.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// Measurements that came to the stream itself; not those that threads took without asking.
    pub(crate) accepted: Counter,
    /// Elements that the windows and batches came to.
    pub(crate) made: Counter,
    pub(crate) emitted: Counter,
    pub(crate) not_finite: Counter,
    pub(crate) tags_too_long: Counter,
    pub(crate) full: Counter,
    pub(crate) closed: Counter,
    pub(crate) overflowed: Counter,
    /// Windows or batches that hold measurements, and are not over.
    pub(crate) open: Counter,
    /// Those that ever held any, and those of them that came to their end: not those that were dropped with their stream.
    pub(crate) begun: Counter,
    pub(crate) over: Counter,
}

impl Counters {
    /// Elements that nobody has taken yet.
    pub(crate) fn waiting(&self) -> u64 {
        let emitted = self.emitted.get();
        // The two are read one after the other, while others count.
        self.made.get().saturating_sub(emitted)
    }
}
