//! [`HoppingWindow`]: windows of equal length that overlap, or have gaps between them.

use std::collections::VecDeque;
use std::time::Duration;

use futures_core::Stream;

use crate::fold::ToVec;
use crate::macros::{clone_with_fold, opaque_debug};
use crate::{ArrivalTime, Emit, Merge, Operate, OperateExt, Operator, Timestamp, Window};

mod grid;

use grid::{Grid, NEVER, Slice, nearest};

/// Adds [`hopping_window`](Self::hopping_window) to streams.
pub trait HoppingWindowExt: Stream + Sized {
    /// Emits the items of every window of length `size`, one of which starts every `hop`, as one `Vec` when it is over.
    ///
    /// One of the windows starts when the stream is built; those that start before and end after it are emitted too, so
    /// that "the last minute, every second" speaks from the first second on. A window without items emits nothing, and
    /// none drifts, however late its end is noticed. If `hop` is more than `size` there are gaps between the windows,
    /// whose items are dropped and [counted](HoppingWindow::in_gaps). At the end of the input all windows that still
    /// hold items are emitted at once, in the order of their ends. Memory: the items of one window, and their clones
    /// while it is emitted.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let every_4s = tokio_stream::wrappers::IntervalStream::new(tokio::time::interval(Duration::from_secs(4)));
    /// let mut windows = every_4s.hopping_window(Duration::from_secs(10), Duration::from_secs(5));
    /// assert_eq!(windows.next().await.unwrap().value.len(), 2); // -5 to 5 s: of 0 and 4 s
    /// assert_eq!(windows.next().await.unwrap().value.len(), 3); //  0 to 10 s: of 0, 4 and 8 s
    /// assert_eq!(windows.next().await.unwrap().value.len(), 2); //  5 to 15 s: of 8 and 12 s
    /// # }
    /// ```
    ///
    /// # Panics
    /// If `size` or `hop` is zero or does not fit in a [`Timestamp`], or if `size` is more than 10 000 times `hop`.
    #[track_caller]
    fn hopping_window(self, size: Duration, hop: Duration) -> Operate<Self, HoppingWindow<Self::Item>, ArrivalTime>
    where
        Self::Item: Clone,
    {
        self.operate(HoppingWindow::new(size, hop))
    }

    /// Emits what `fold` makes of the items of every window of length `size`, one of which starts every `hop`. As
    /// [`hopping_window`](Self::hopping_window), but each item is folded once, whatever the number of windows that it is
    /// in, and the memory is at most `2 * size / hop + 2` states of the fold; in event time, for the allowed lateness
    /// added to `size`. A window costs as many merges.
    ///
    /// ```
    /// use metrix_core::{fold::Count, prelude::*};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let visits = futures::stream::iter(["/", "/about", "/"]);
    /// let last_minute = visits.hopping_window_with(Duration::from_secs(60), Duration::from_secs(20), Count);
    /// let counts: Vec<Window<u64>> = last_minute.collect().await;
    /// assert_eq!(counts.len(), 3); // of -40, -20 and 0 s on
    /// assert!(counts.iter().all(|window| window.value == 3));
    /// # }
    /// ```
    ///
    /// # Panics
    /// If `size` or `hop` is zero or does not fit in a [`Timestamp`], or if `size` is more than 10 000 times `hop`.
    #[track_caller]
    fn hopping_window_with<F>(
        self,
        size: Duration,
        hop: Duration,
        fold: F,
    ) -> Operate<Self, HoppingWindow<Self::Item, F>, ArrivalTime>
    where
        F: Merge<Self::Item>,
        F::State: Clone,
    {
        self.operate(HoppingWindow::with(size, hop, fold))
    }
}

impl<S: Stream> HoppingWindowExt for S {}

/// The operator behind [`hopping_window`](HoppingWindowExt::hopping_window).
///
/// In event time ([`operate_at`](OperateExt::operate_at)) windows are aligned to the epoch. An item is late once the
/// watermark has passed the last window that holds it; before, it is in those of its windows that have not been emitted.
/// One that the operator is told although it is late is counted into the oldest window that has not been emitted.
///
/// Each hop is cut in two where windows end, so that an item is folded into one slice only and every window is made of
/// whole slices: Krishnamurthy, Wu and Franklin, *On-the-fly Sharing for Streamed Aggregation*, 2006, "paired windows".
pub struct HoppingWindow<T, F: Merge<T> = ToVec> {
    grid: Grid,
    aligned: bool,
    fold: F,
    /// In the order of time; only those that a window is still to be made of.
    slices: VecDeque<Slice<F::State>>,
    /// The end of the first window that is not over.
    next_end: i128,
    in_gaps: u64,
}

impl<T: Clone> HoppingWindow<T> {
    /// Collects the items of windows of length `size`, one of which starts every `hop`.
    ///
    /// # Panics
    /// If `size` or `hop` is zero or does not fit in a [`Timestamp`], or if `size` is more than 10 000 times `hop`.
    #[track_caller]
    pub fn new(size: Duration, hop: Duration) -> Self {
        Self::with(size, hop, ToVec)
    }
}

impl<T, F: Merge<T>> HoppingWindow<T, F>
where
    F::State: Clone,
{
    /// Folds the items of windows of length `size`, one of which starts every `hop`.
    ///
    /// # Panics
    /// If `size` or `hop` is zero or does not fit in a [`Timestamp`], or if `size` is more than 10 000 times `hop`.
    #[track_caller]
    pub fn with(size: Duration, hop: Duration, fold: F) -> Self {
        let grid = Grid::new(size, hop);
        Self { grid, aligned: false, fold, slices: VecDeque::new(), next_end: NEVER, in_gaps: 0 }
    }

    /// Aligns the windows so that one of them starts at `origin`: at [`Timestamp::EPOCH`] for full minutes or hours in
    /// UTC, or at any offset from it.
    pub fn aligned_to(self, origin: Timestamp) -> Self {
        Self { grid: self.grid.aligned_to(origin), aligned: true, ..self }
    }

    /// How many items came in the gaps between windows, if `hop` is more than `size`, and were dropped.
    ///
    /// ```
    /// use metrix_core::{EventTime, ops::HoppingWindow, prelude::*};
    /// use std::time::Duration;
    ///
    /// # futures::executor::block_on(async {
    /// let two_of_five_seconds = HoppingWindow::new(Duration::from_secs(2), Duration::from_secs(5));
    /// let event_time = EventTime::new(|at: &i64| Timestamp::from_secs(*at));
    /// let mut windows = futures::stream::iter([1, 3, 6]).operate_at(two_of_five_seconds, event_time);
    /// assert_eq!(windows.next().await.unwrap().value, [1]);
    /// assert_eq!(windows.next().await.unwrap().value, [6]);
    /// assert_eq!(windows.operator().in_gaps(), 1);
    /// # });
    /// ```
    pub fn in_gaps(&self) -> u64 {
        self.in_gaps
    }

    /// Takes an item in that does not lie in the newest slice.
    #[cold]
    #[inline(never)]
    fn open_and_step(&mut self, item: T, at: i128) {
        if self.grid.is_gap(at) {
            self.in_gaps += 1;
            return;
        }
        let Slice { start, end, first_end, state: () } = self.grid.slice(at.max(self.next_end - self.grid.size));
        let place = self.slices.partition_point(|slice| slice.start < start);
        if self.slices.get(place).is_none_or(|slice| slice.start != start) {
            self.slices.insert(place, Slice { start, end, first_end, state: self.fold.init() });
        }
        self.fold.step(&mut self.slices[place].state, item);
    }

    /// The end of the first window that holds items and has not been emitted.
    #[inline]
    fn first_end(&self) -> Option<i128> {
        self.slices.front().map(|slice| slice.first_end.max(self.next_end))
    }

    /// Emits the windows that end at `now` or before.
    fn emit_until(&mut self, now: i128, out: &mut impl Emit<Window<F::Out>>) {
        while let Some(end) = self.first_end().filter(|end| *end <= now) {
            let start = end - self.grid.size;
            self.next_end = end + self.grid.hop;
            let still_needed = self.next_end - self.grid.size;
            let mut value = self.fold.init();
            let done_with = self.slices.partition_point(|slice| slice.start < still_needed);
            for slice in self.slices.drain(..done_with) {
                self.fold.merge(&mut value, slice.state);
            }
            for slice in self.slices.iter().take_while(|slice| slice.start < end) {
                self.fold.merge(&mut value, slice.state.clone());
            }
            out.emit(Window { start: nearest(start), end: nearest(end), value: self.fold.finish(value) });
        }
    }
}

opaque_debug!(HoppingWindow<T, F: Merge<T>> { grid, in_gaps });
clone_with_fold!(HoppingWindow<T, F: Merge<T>> { grid, aligned, fold, slices, next_end, in_gaps });

impl<T, F: Merge<T>> Operator<T> for HoppingWindow<T, F>
where
    F::State: Clone,
{
    type Out = Window<F::Out>;

    fn on_start(&mut self, now: Timestamp) {
        if !self.aligned {
            self.grid = self.grid.aligned_to(now);
        }
    }

    #[inline]
    fn on_item(&mut self, item: T, now: Timestamp, _out: &mut impl Emit<Window<F::Out>>) {
        let now = now.as_nanos().into();
        match self.slices.back_mut() {
            Some(slice) if slice.start <= now && now < slice.end => self.fold.step(&mut slice.state, item),
            _ => self.open_and_step(item, now),
        }
    }

    fn deadline(&self) -> Option<Timestamp> {
        self.first_end().filter(|end| *end <= i64::MAX.into()).map(nearest)
    }

    fn on_time(&mut self, now: Timestamp, out: &mut impl Emit<Window<F::Out>>) {
        let now = now.as_nanos().into();
        self.emit_until(now, out);
        self.next_end = self.next_end.max(self.grid.next_end(now));
    }

    fn on_end(&mut self, _now: Timestamp, out: &mut impl Emit<Window<F::Out>>) {
        self.emit_until(i128::MAX, out);
    }

    fn is_late(&self, at: Timestamp, watermark: Timestamp) -> bool {
        let (at, watermark) = (at.as_nanos().into(), watermark.as_nanos().into());
        !self.grid.is_gap(at) && self.grid.last_end(at) <= watermark
    }

    fn size_hint(&self, (_, most): (usize, Option<usize>)) -> (usize, Option<usize>) {
        // At most 10 001, see `Grid::new`.
        let windows = (self.grid.size / self.grid.hop + 1) as usize;
        let most = most.and_then(|most| most.checked_add(self.slices.len())?.checked_mul(windows));
        (self.slices.len().min(1), most)
    }
}
