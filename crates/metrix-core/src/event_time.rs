//! [`EventTime`]: time taken from the items, with a watermark, allowed lateness and an output for what comes too late.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::drive::{TimeDomain, Wait, clock};
use crate::{Interval, Timestamp};

/// How an operator is to be run in event time: the time of an item is read from it by a function.
///
/// The *watermark* is the largest time seen less the allowed [`lateness`](Self::lateness); it never goes back.
/// Deadlines are reached when the watermark reaches them, so windows close in the order of their ends, whatever the
/// order of the items. An item that comes when its window has closed is *late*: it does not go to the operator but to
/// [`on_late`](Self::on_late), and is counted. Nothing here reads a clock, so the same items always give the same
/// outputs, unless [`idle`](Self::idle) asks for it. The end of the input ends time: all deadlines are reached at once.
/// So is the deadline of an operator that holds up its input, since no item could move time to it.
///
/// One item with a time far in the future moves the watermark there, and makes all that follow late: filter such items
/// before, if the source is not to be trusted.
///
/// ```
/// use metrix_core::{EventTime, Timestamp, fold::Count, ops::TimedWindow, prelude::*};
/// use std::time::Duration;
///
/// # futures::executor::block_on(async {
/// // Seconds at which something happened, not quite in order.
/// let readings = futures::stream::iter([1, 4, 12, 9, 26, 3, 27]);
/// let event_time = EventTime::new(|at: &i64| Timestamp::from_secs(*at)).lateness(Duration::from_secs(5));
/// let late = event_time.late_counter();
///
/// let windows = readings.operate_at(TimedWindow::with(Duration::from_secs(10), Count), event_time);
/// let counts: Vec<u64> = windows.map(|window| window.value).collect().await;
///
/// assert_eq!(counts, [3, 1, 2]); // 9 came in time, 3 did not
/// assert_eq!(late.get(), 1);
/// # });
/// ```
pub struct EventTime<F, L> {
    time_of: F,
    lateness: Duration,
    idle: Option<Interval>,
    on_late: L,
    late: LateCounter,
}

impl<In, F> EventTime<F, fn(Late<In>)>
where
    F: FnMut(&In) -> Timestamp,
{
    /// Reads an item's time with `time_of`. No lateness is allowed, and late items are only counted.
    pub fn new(time_of: F) -> Self {
        Self { time_of, lateness: Duration::ZERO, idle: None, on_late: drop, late: LateCounter::default() }
    }
}

impl<F, L> EventTime<F, L> {
    /// Allows an item to be this much older than the newest one before it.
    pub fn lateness(self, lateness: Duration) -> Self {
        Self { lateness, ..self }
    }

    /// Lets time go on by the clock while the input is silent for at least `idle`, so that its windows close: the
    /// watermark then moves as far beyond its last position as the clock has moved since the last item.
    ///
    /// # Panics
    /// If `idle` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    pub fn idle(self, idle: Duration) -> Self {
        Self { idle: Some(Interval::new(idle)), ..self }
    }

    /// Hands late items to `on_late`, which may log them, keep them, or make a stream of them with a
    /// [`source`](crate::source()).
    ///
    /// For a stream, the closure must own the emitter (`move`): then the late items end once the stream of windows is
    /// dropped, and else never. Poll both, as `join!` does, which also drops what is done. The closure can't wait, so it
    /// must decide what becomes of an item when the source is full.
    ///
    /// ```
    /// use metrix_core::{Late, fold::Count, prelude::*};
    /// use std::time::Duration;
    ///
    /// # futures::executor::block_on(async {
    /// let (emitter, late) = source(size(2));
    /// let event_time = EventTime::new(|second: &i64| Timestamp::from_secs(*second)).on_late(move |late: Late<i64>| {
    ///     // Where the source is full, the item is dropped, and only counted.
    ///     let _ = emitter.try_emit(late.item);
    /// });
    /// let all_late = event_time.late_counter();
    ///
    /// let seconds = futures::stream::iter([5, 30, 7, 8, 9]);
    /// let counts = seconds.operate_at(TimedWindow::with(Duration::from_secs(10), Count), event_time);
    /// let counts = counts.map(|window| window.value);
    /// let (counts, late): (Vec<u64>, Vec<i64>) = futures::join!(counts.collect(), late.collect());
    /// assert_eq!(counts, [1, 1]);
    /// assert_eq!(late, [7, 8]);
    /// assert_eq!(all_late.get(), 3);
    /// # });
    /// ```
    pub fn on_late<In, M: FnMut(Late<In>)>(self, on_late: M) -> EventTime<F, M> {
        let Self { time_of, lateness, idle, late, on_late: _ } = self;
        EventTime { time_of, lateness, idle, on_late, late }
    }

    /// A counter of the late items, which can be read while the stream runs and after.
    pub fn late_counter(&self) -> LateCounter {
        self.late.clone()
    }

    pub(crate) fn into_domain(self) -> EventTimeDomain<F, L> {
        EventTimeDomain {
            event_time: self,
            newest: None,
            watermark: Timestamp::MIN,
            clock: Timestamp::MIN,
            last_arrival: Timestamp::MIN,
        }
    }
}

impl<F, L> fmt::Debug for EventTime<F, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventTime")
            .field("lateness", &self.lateness)
            .field("idle", &self.idle)
            .field("late", &self.late)
            .finish_non_exhaustive()
    }
}

/// An item that came after its window had closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Late<T> {
    /// The item itself.
    pub item: T,
    /// Its time.
    pub at: Timestamp,
    /// How far time had gone.
    pub watermark: Timestamp,
}

/// How many items came late.
#[derive(Clone, Debug, Default)]
pub struct LateCounter(Arc<AtomicU64>);

impl LateCounter {
    /// The number of late items so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The time domain of items that carry their time, made of an [`EventTime`].
#[derive(Debug)]
pub struct EventTimeDomain<F, L> {
    event_time: EventTime<F, L>,
    /// The largest time seen.
    newest: Option<Timestamp>,
    watermark: Timestamp,
    /// The clock when it was last read, and when the last item came; both only read if idle inputs matter.
    clock: Timestamp,
    last_arrival: Timestamp,
}

impl<In, F, L> TimeDomain<In> for EventTimeDomain<F, L>
where
    F: FnMut(&In) -> Timestamp,
    L: FnMut(Late<In>),
{
    const ITEMS_MOVE_TIME: bool = true;

    fn start(&self) -> Timestamp {
        Timestamp::EPOCH
    }

    fn sample(&mut self) {
        if self.event_time.idle.is_some() {
            self.clock = clock::now();
        }
    }

    #[inline]
    fn reached(&self) -> Timestamp {
        self.watermark
    }

    #[inline]
    fn admit(&mut self, item: In, is_late: impl FnOnce(Timestamp, Timestamp) -> bool) -> Option<(In, Timestamp)> {
        let at = (self.event_time.time_of)(&item);
        self.last_arrival = self.clock;
        if at < self.watermark && is_late(at, self.watermark) {
            self.event_time.late.0.fetch_add(1, Ordering::Relaxed);
            (self.event_time.on_late)(Late { item, at, watermark: self.watermark });
            return None;
        }
        if self.newest.is_none_or(|newest| newest < at) {
            self.newest = Some(at);
            self.watermark = self.watermark.max(at.saturating_sub(self.event_time.lateness));
        }
        Some((item, at))
    }

    fn end(&mut self) -> Timestamp {
        self.newest.map_or(Timestamp::EPOCH, |newest| newest.max(self.watermark))
    }

    fn advance_to(&mut self, time: Timestamp) {
        self.watermark = self.watermark.max(time);
    }

    fn wait_for(&mut self, deadline: Timestamp, none_before: bool) -> Wait {
        if none_before {
            self.watermark = self.watermark.max(deadline);
            return Wait::Over;
        }
        // It may have been moved from outside.
        if deadline <= self.watermark {
            return Wait::Over;
        }
        let (Some(idle), Some(newest)) = (self.event_time.idle, self.newest) else { return Wait::ForItem };
        let from = newest.saturating_sub(self.event_time.lateness);
        // Only here is it known that the input is silent, and not the one who polls.
        let silence = self.clock - self.last_arrival;
        if silence >= idle.as_duration() {
            self.watermark = self.watermark.max(from + silence);
        }
        if deadline <= self.watermark {
            return Wait::Over;
        }
        let silence = (deadline - from).max(idle.as_duration());
        Wait::Until(clock::instant_of(self.last_arrival + silence))
    }
}

#[cfg(test)]
mod tests;
