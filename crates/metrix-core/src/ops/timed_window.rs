//! [`TimedWindow`]: windows of equal length, one after the other.

use std::time::Duration;

use futures_core::Stream;

use crate::fold::ToVec;
use crate::macros::{clone_with_fold, opaque_debug};
use crate::{ArrivalTime, Emit, Fold, Interval, Operate, OperateExt, Operator, Timestamp, Window};

/// Adds [`timed_window`](Self::timed_window) to streams.
pub trait TimedWindowExt: Stream + Sized {
    /// Emits the items of every `interval` as one `Vec`, when it is over; the first starts when the stream is built.
    ///
    /// A window without items emits nothing. Windows never overlap and never drift: the kth ends at the start plus
    /// `k * interval`, however late it is noticed. At the end of the input the open window is emitted at once, and so is
    /// only then one whose end lies beyond [`Timestamp::MAX`].
    /// Memory: the items of one window; in event time, of the windows that the allowed lateness holds open.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let every_4s = tokio_stream::wrappers::IntervalStream::new(tokio::time::interval(Duration::from_secs(4)));
    /// let mut windows = every_4s.timed_window(Duration::from_secs(10));
    /// assert_eq!(windows.next().await.unwrap().value.len(), 3); // at 0, 4 and 8 s
    /// assert_eq!(windows.next().await.unwrap().value.len(), 2); // at 12 and 16 s
    /// # }
    /// ```
    ///
    /// # Panics
    /// If `interval` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    fn timed_window(self, interval: Duration) -> Operate<Self, TimedWindow<Self::Item>, ArrivalTime> {
        self.operate(TimedWindow::new(interval))
    }

    /// Emits what `fold` makes of the items of every `interval`. As [`timed_window`](Self::timed_window), but the
    /// memory is one state of the fold for each open window.
    ///
    /// ```
    /// use metrix_core::{fold::Count, prelude::*};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let visits = futures::stream::iter(["/", "/about", "/"]);
    /// let mut windows = visits.timed_window_with(Duration::from_secs(60), Count);
    /// let first = windows.next().await.unwrap();
    /// assert_eq!(first.value, 3);
    /// assert_eq!(first.end - first.start, Duration::from_secs(60));
    /// # }
    /// ```
    ///
    /// # Panics
    /// If `interval` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    fn timed_window_with<F>(self, interval: Duration, fold: F) -> Operate<Self, TimedWindow<Self::Item, F>, ArrivalTime>
    where
        F: Fold<Self::Item>,
    {
        self.operate(TimedWindow::with(interval, fold))
    }
}

impl<S: Stream> TimedWindowExt for S {}

/// The operator behind [`timed_window`](TimedWindowExt::timed_window).
///
/// In event time ([`operate_at`](OperateExt::operate_at)) windows are aligned to the epoch; several are open while the
/// watermark has not passed their ends. An item is late once the watermark has passed the end of its window. One that
/// the operator is told nevertheless is counted into the oldest window that has not been emitted.
pub struct TimedWindow<T, F: Fold<T> = ToVec> {
    interval: Interval,
    origin: Origin,
    fold: F,
    /// What lies before this has been emitted.
    closed: Timestamp,
    /// The newest open window, which takes nearly every item; apart from the others, so that it is quick to find. One
    /// of no length, which takes none, if no window is open.
    newest: Window<F::State>,
    /// The other open windows, in the order of time.
    older: Vec<Window<F::State>>,
}

/// What the windows are aligned to.
#[derive(Clone, Copy, Debug)]
enum Origin {
    Start,
    At(Timestamp),
}

impl Origin {
    fn time(self) -> Timestamp {
        match self {
            Self::Start => Timestamp::EPOCH,
            Self::At(origin) => origin,
        }
    }
}

impl<T> TimedWindow<T> {
    /// Collects the items of every `interval`.
    ///
    /// # Panics
    /// If `interval` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    pub fn new(interval: Duration) -> Self {
        Self::with(interval, ToVec)
    }
}

impl<T, F: Fold<T>> TimedWindow<T, F> {
    /// Folds the items of every `interval`.
    ///
    /// # Panics
    /// If `interval` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    pub fn with(interval: Duration, fold: F) -> Self {
        let interval = Interval::new(interval);
        let newest = Window { start: Timestamp::MIN, end: Timestamp::MIN, value: fold.init() };
        Self { interval, origin: Origin::Start, fold, closed: Timestamp::MIN, newest, older: Vec::new() }
    }

    /// Aligns the windows so that one of them starts at `origin`: at [`Timestamp::EPOCH`] for full minutes or hours in
    /// UTC, or at any offset from it.
    ///
    /// ```
    /// use metrix_core::{fold::Count, ops::TimedWindow, prelude::*};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let minute = Duration::from_secs(60);
    /// let by_the_minute = TimedWindow::with(minute, Count).aligned_to(Timestamp::EPOCH);
    /// let window = futures::stream::iter(["/"]).operate(by_the_minute).next().await.unwrap();
    /// assert_eq!(window.start.as_nanos() % 60_000_000_000, 0);
    /// # }
    /// ```
    pub fn aligned_to(self, origin: Timestamp) -> Self {
        Self { origin: Origin::At(origin), ..self }
    }

    fn start_of(&self, at: Timestamp) -> Timestamp {
        self.interval.floor(at, self.origin.time())
    }

    fn end_of(&self, at: Timestamp) -> Timestamp {
        self.interval.next(at, self.origin.time())
    }

    /// Takes an item in that does not lie in the newest window. If its own has been emitted already, the oldest that
    /// has not takes it.
    #[cold]
    #[inline(never)]
    fn open_and_step(&mut self, item: T, at: Timestamp) {
        // Not the very last moment, so that even a window there has a length.
        let last = Timestamp::from_nanos(i64::MAX - 1);
        let start = self.start_of(at).max(self.closed).min(last);
        let end = self.end_of(start);
        let fold = &self.fold;
        let open = || Window { start, end, value: fold.init() };
        let window = if self.newest.is_empty() || self.newest.start < start {
            let before = std::mem::replace(&mut self.newest, open());
            if !before.is_empty() {
                self.older.push(before);
            }
            &mut self.newest
        } else if self.newest.start == start {
            &mut self.newest
        } else {
            let place = self.older.partition_point(|window| window.start < start);
            if self.older.get(place).is_none_or(|window| window.start != start) {
                self.older.insert(place, open());
            }
            &mut self.older[place]
        };
        fold.step(&mut window.value, item);
    }

    /// Emits the windows whose ends are over.
    fn emit(&mut self, is_over: impl Fn(Timestamp) -> bool, out: &mut impl Emit<Window<F::Out>>) {
        let older = self.older.partition_point(|window| is_over(window.end));
        let newest = (!self.newest.is_empty() && is_over(self.newest.end)).then(|| {
            let none = Window { start: self.newest.end, end: self.newest.end, value: self.fold.init() };
            std::mem::replace(&mut self.newest, none)
        });
        for window in self.older.drain(..older).chain(newest) {
            out.emit(window.map(|state| self.fold.finish(state)));
        }
    }
}

/// Whether a window that ends at `end` is over. One that ends beyond time never is.
fn is_over(end: Timestamp, now: Timestamp) -> bool {
    end <= now && end < Timestamp::MAX
}

opaque_debug!(TimedWindow<T, F: Fold<T>> { interval, origin });
clone_with_fold!(TimedWindow<T, F: Fold<T>> { interval, origin, fold, closed, newest, older });

impl<T, F: Fold<T>> Operator<T> for TimedWindow<T, F> {
    type Out = Window<F::Out>;

    fn on_start(&mut self, now: Timestamp) {
        if matches!(self.origin, Origin::Start) {
            self.origin = Origin::At(now);
        }
    }

    #[inline]
    fn on_item(&mut self, item: T, now: Timestamp, _out: &mut impl Emit<Window<F::Out>>) {
        if self.newest.contains(now) {
            self.fold.step(&mut self.newest.value, item);
        } else {
            self.open_and_step(item, now);
        }
    }

    fn deadline(&self) -> Option<Timestamp> {
        let first = self.older.first().unwrap_or(&self.newest);
        (!first.is_empty() && first.end < Timestamp::MAX).then_some(first.end)
    }

    fn on_time(&mut self, now: Timestamp, out: &mut impl Emit<Window<F::Out>>) {
        self.closed = self.closed.max(self.start_of(now));
        self.emit(|end| is_over(end, now), out);
    }

    fn on_end(&mut self, _now: Timestamp, out: &mut impl Emit<Window<F::Out>>) {
        self.emit(|_| true, out);
    }

    #[inline]
    fn emits_on_item(&self) -> bool {
        false
    }

    fn is_late(&self, at: Timestamp, watermark: Timestamp) -> bool {
        is_over(self.end_of(at), watermark)
    }

    fn size_hint(&self, (_, most): (usize, Option<usize>)) -> (usize, Option<usize>) {
        let open = self.older.len() + usize::from(!self.newest.is_empty());
        (open, most.and_then(|most| most.checked_add(open)))
    }
}
