//! [`SlidingWindow`]: the last n items, at each item.

use std::collections::VecDeque;
use std::num::NonZeroUsize;

use futures_core::Stream;

use crate::macros::opaque_debug;
use crate::{ArrivalTime, Emit, Operate, OperateExt, Operator, Timestamp};

/// Adds [`sliding_window`](Self::sliding_window) to streams.
pub trait SlidingWindowExt: Stream + Sized {
    /// Emits the last `n` items as one `Vec`, at each item from the `n`th on.
    ///
    /// Until then it emits nothing (streamz does, unless told not to: [`SlidingWindow::partial`]). At the end of the
    /// input every item has been in a window, unless there were fewer than `n` in all: then these are emitted as one
    /// short window. Memory: `n` items, of which each window holds clones;
    /// [`sliding_window_with`](super::SlidingWindowWithExt::sliding_window_with) folds them without.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let windows: Vec<Vec<i32>> = futures::stream::iter(1..=4).sliding_window(size(3)).collect().await;
    /// assert_eq!(windows, [[1, 2, 3], [2, 3, 4]]);
    ///
    /// let windows: Vec<Vec<i32>> = futures::stream::iter(1..=2).sliding_window(size(3)).collect().await;
    /// assert_eq!(windows, [[1, 2]]);
    /// # });
    /// ```
    fn sliding_window(self, n: NonZeroUsize) -> Operate<Self, SlidingWindow<Self::Item>, ArrivalTime>
    where
        Self::Item: Clone,
    {
        self.operate(SlidingWindow::new(n))
    }
}

impl<S: Stream> SlidingWindowExt for S {}

/// The operator behind [`sliding_window`](SlidingWindowExt::sliding_window), which can also emit
/// [`partial`](Self::partial) windows.
#[derive(Clone)]
pub struct SlidingWindow<T> {
    counter: Counter,
    items: VecDeque<T>,
}

impl<T: Clone> SlidingWindow<T> {
    /// Collects the last `n` items.
    pub fn new(n: NonZeroUsize) -> Self {
        Self { counter: Counter::new(n), items: VecDeque::new() }
    }

    /// Also emits the first `n - 1` windows, which are shorter: one at each item, without exception.
    ///
    /// ```
    /// use metrix_core::{ops::SlidingWindow, prelude::*};
    ///
    /// # futures::executor::block_on(async {
    /// let windows = futures::stream::iter(1..=4).operate(SlidingWindow::new(size(3)).partial());
    /// let windows: Vec<Vec<i32>> = windows.collect().await;
    /// assert_eq!(windows, [vec![1], vec![1, 2], vec![1, 2, 3], vec![2, 3, 4]]);
    /// # });
    /// ```
    pub fn partial(self) -> Self {
        Self { counter: self.counter.partial(), ..self }
    }

    fn emit(&self, out: &mut impl Emit<Vec<T>>) {
        let (front, back) = self.items.as_slices();
        out.emit([front, back].concat());
    }
}

opaque_debug!(SlidingWindow<T> { counter });

impl<T: Clone> Operator<T> for SlidingWindow<T> {
    type Out = Vec<T>;

    fn is_timed(&self) -> bool {
        false
    }

    #[inline]
    fn on_item(&mut self, item: T, _now: Timestamp, out: &mut impl Emit<Vec<T>>) {
        if self.counter.is_full() {
            self.items.pop_front();
        }
        self.items.push_back(item);
        if self.counter.count() {
            self.emit(out);
        }
    }

    fn on_end(&mut self, _now: Timestamp, out: &mut impl Emit<Vec<T>>) {
        if self.counter.end() {
            self.emit(out);
        }
        self.items = VecDeque::new();
    }

    fn size_hint(&self, items: (usize, Option<usize>)) -> (usize, Option<usize>) {
        self.counter.size_hint(items)
    }
}

/// How full a window is, and so when it is to be emitted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counter {
    n: usize,
    held: usize,
    short: Short,
}

/// What becomes of a window of fewer than n items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Short {
    /// It is emitted if the input ends with it.
    AtEnd,
    /// It is emitted like any other.
    Emitted,
}

impl Counter {
    pub(super) fn new(n: NonZeroUsize) -> Self {
        Self { n: n.get(), held: 0, short: Short::AtEnd }
    }

    pub(super) fn partial(self) -> Self {
        Self { short: Short::Emitted, ..self }
    }

    /// Whether the oldest item has to go before the next.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.held == self.n
    }

    /// Counts one item; says whether there is a window to emit.
    #[inline]
    pub(super) fn count(&mut self) -> bool {
        self.held += usize::from(self.held < self.n);
        self.is_full() || self.short == Short::Emitted
    }

    /// Forgets the items; says whether there is still a window to emit.
    pub(super) fn end(&mut self) -> bool {
        let held = std::mem::take(&mut self.held);
        self.short == Short::AtEnd && 0 < held && held < self.n
    }

    pub(super) fn size_hint(&self, (least, most): (usize, Option<usize>)) -> (usize, Option<usize>) {
        let windows = |total: usize| match self.short {
            Short::Emitted => total - self.held,
            Short::AtEnd if self.is_full() => total - self.held,
            Short::AtEnd => (total.saturating_sub(self.n - 1)).max(total.min(1)),
        };
        let total = |items: usize| items.checked_add(self.held);
        (windows(total(least).unwrap_or(usize::MAX)), most.and_then(total).map(windows))
    }
}

#[cfg(test)]
mod tests {
    use futures::Stream;

    use super::SlidingWindow;
    use crate::prelude::*;

    /// The sizes of the windows over `items` items; the size hint is checked at each.
    #[track_caller]
    fn check(window: SlidingWindow<usize>, items: usize, sizes: &[usize]) {
        let mut windows = futures::stream::iter(0..items).operate(window);
        for (i, size) in sizes.iter().enumerate() {
            assert_eq!(windows.size_hint(), (sizes.len() - i, Some(sizes.len() - i)));
            let window = futures::executor::block_on(windows.next()).expect("one window for each size");
            assert_eq!(window.len(), *size);
            assert!(window.is_sorted());
        }
        assert_eq!(windows.size_hint(), (0, Some(0)));
        assert_eq!(futures::executor::block_on(windows.next()), None);
    }

    #[test]
    fn full_windows_or_one_short_one() {
        check(SlidingWindow::new(size(3)), 0, &[]);
        check(SlidingWindow::new(size(3)), 1, &[1]);
        check(SlidingWindow::new(size(3)), 2, &[2]);
        check(SlidingWindow::new(size(3)), 3, &[3]);
        check(SlidingWindow::new(size(3)), 5, &[3, 3, 3]);
        check(SlidingWindow::new(size(1)), 2, &[1, 1]);
        check(SlidingWindow::new(size(usize::MAX)), 2, &[2]);
    }

    #[test]
    fn partial_windows() {
        check(SlidingWindow::new(size(3)).partial(), 0, &[]);
        check(SlidingWindow::new(size(3)).partial(), 2, &[1, 2]);
        check(SlidingWindow::new(size(3)).partial(), 4, &[1, 2, 3, 3]);
    }

    #[test]
    fn an_endless_input_has_no_end_of_windows() {
        let windows = futures::stream::repeat(1).sliding_window(size(2));
        assert_eq!(windows.size_hint(), (usize::MAX - 1, None));
    }
}
