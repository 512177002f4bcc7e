//! [`SlidingWindowWith`]: a fold over the last n items, at each item.

use std::collections::VecDeque;
use std::num::NonZeroUsize;

use futures_core::Stream;

use super::sliding_window::Counter;
use crate::macros::{clone_with_fold, opaque_debug};
use crate::{ArrivalTime, Emit, Merge, Operate, OperateExt, Operator, Timestamp};

/// Adds [`sliding_window_with`](Self::sliding_window_with) to streams.
pub trait SlidingWindowWithExt: Stream + Sized {
    /// Emits what `fold` makes of the last `n` items, at each item from the `n`th on.
    ///
    /// As [`sliding_window`](super::SlidingWindowExt::sliding_window), but it keeps states of the fold and no items. A
    /// window costs fewer than three merges on average, however large `n` is, and one in `n` costs up to `n`. Nothing
    /// is ever taken out of a state again, so a rounding error does not outlive its items, and one NaN or infinity
    /// spoils no more than `n` windows. Memory: `n + 1` states.
    ///
    /// ```
    /// use metrix_core::{fold::{Max, Sum}, prelude::*};
    ///
    /// # futures::executor::block_on(async {
    /// let readings = futures::stream::iter([4.0, 1.0, 3.0, 2.0]);
    /// let windows: Vec<(f64, Option<f64>)> = readings.sliding_window_with(size(3), (Sum, Max)).collect().await;
    /// assert_eq!(windows, [(8.0, Some(4.0)), (6.0, Some(3.0))]);
    /// # });
    /// ```
    fn sliding_window_with<F>(
        self,
        n: NonZeroUsize,
        fold: F,
    ) -> Operate<Self, SlidingWindowWith<Self::Item, F>, ArrivalTime>
    where
        F: Merge<Self::Item>,
        F::State: Clone,
    {
        self.operate(SlidingWindowWith::new(n, fold))
    }
}

impl<S: Stream> SlidingWindowWithExt for S {}

/// The operator behind [`sliding_window_with`](SlidingWindowWithExt::sliding_window_with), which can also emit
/// [`partial`](Self::partial) windows.
///
/// The algorithm is the one called Two-Stacks Lite in Tangwongsan, Hirzel and Schneider, *In-Order Sliding-Window
/// Aggregation in Worst-Case Constant Time*, 2020 (arXiv 2009.13768).
pub struct SlidingWindowWith<T, F: Merge<T>> {
    counter: Counter,
    fold: F,
    /// One for each item: the first `merged` cover their item and all others up to the `merged`th, the rest their own.
    states: VecDeque<F::State>,
    merged: usize,
    /// Covers the rest.
    rest: F::State,
}

impl<T, F> SlidingWindowWith<T, F>
where
    F: Merge<T>,
    F::State: Clone,
{
    /// Folds the last `n` items.
    pub fn new(n: NonZeroUsize, fold: F) -> Self {
        let rest = fold.init();
        Self { counter: Counter::new(n), fold, states: VecDeque::new(), merged: 0, rest }
    }

    /// Also emits the first `n - 1` windows, which cover fewer items.
    ///
    /// ```
    /// use metrix_core::{fold::Sum, ops::SlidingWindowWith, prelude::*};
    ///
    /// # futures::executor::block_on(async {
    /// let sums = futures::stream::iter(1..=4).operate(SlidingWindowWith::new(size(3), Sum).partial());
    /// assert_eq!(sums.collect::<Vec<f64>>().await, [1.0, 3.0, 6.0, 9.0]);
    /// # });
    /// ```
    pub fn partial(self) -> Self {
        Self { counter: self.counter.partial(), ..self }
    }

    fn emit(&self, out: &mut impl Emit<F::Out>) {
        let window = match self.states.front() {
            Some(merged) if self.merged > 0 => {
                let mut window = merged.clone();
                self.fold.merge(&mut window, self.rest.clone());
                window
            }
            _ => self.rest.clone(),
        };
        out.emit(self.fold.finish(window));
    }

    fn drop_oldest(&mut self) {
        if self.merged == 0 {
            for i in (1..self.states.len()).rev() {
                let later = self.states[i].clone();
                self.fold.merge(&mut self.states[i - 1], later);
            }
            self.merged = self.states.len();
            self.rest = self.fold.init();
        }
        self.states.pop_front();
        self.merged -= 1;
    }
}

opaque_debug!(SlidingWindowWith<T, F: Merge<T>> { counter });
clone_with_fold!(SlidingWindowWith<T, F: Merge<T>> { counter, fold, states, merged, rest });

impl<T, F> Operator<T> for SlidingWindowWith<T, F>
where
    F: Merge<T>,
    F::State: Clone,
{
    type Out = F::Out;

    fn is_timed(&self) -> bool {
        false
    }

    #[inline]
    fn on_item(&mut self, item: T, _now: Timestamp, out: &mut impl Emit<F::Out>) {
        if self.counter.is_full() {
            self.drop_oldest();
        }
        let mut state = self.fold.init();
        self.fold.step(&mut state, item);
        self.fold.merge(&mut self.rest, state.clone());
        self.states.push_back(state);
        if self.counter.count() {
            self.emit(out);
        }
    }

    fn on_end(&mut self, _now: Timestamp, out: &mut impl Emit<F::Out>) {
        if self.counter.end() {
            self.emit(out);
        }
        self.states = VecDeque::new();
    }

    fn size_hint(&self, items: (usize, Option<usize>)) -> (usize, Option<usize>) {
        self.counter.size_hint(items)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use super::SlidingWindowWith;
    use crate::fold::{Sum, ToVec};
    use crate::{Fold, Merge, OperateExt, ops::SlidingWindow, size};

    /// All items, in order: no other fold tells more of what was merged, and in which order. Counts the merges.
    #[derive(Default)]
    struct Counting {
        merges: Cell<usize>,
    }

    impl Fold<u32> for &Counting {
        type State = Vec<u32>;
        type Out = Vec<u32>;
        fn init(&self) -> Vec<u32> {
            Vec::new()
        }
        fn step(&self, state: &mut Vec<u32>, item: u32) {
            state.push(item);
        }
        fn finish(&self, state: Vec<u32>) -> Vec<u32> {
            state
        }
    }

    impl Merge<u32> for &Counting {
        fn merge(&self, into: &mut Vec<u32>, later: Vec<u32>) {
            self.merges.set(self.merges.get() + 1);
            ToVec.merge(into, later);
        }
    }

    fn all<S: futures::Stream>(stream: S) -> Vec<S::Item> {
        futures::executor::block_on(futures::StreamExt::collect(stream))
    }

    proptest! {
        #[test]
        fn it_is_the_fold_of_each_sliding_window(n in 1_usize..9, items in 0_u32..40) {
            let items = || futures::stream::iter(0..items);
            let n = size(n);
            prop_assert_eq!(
                all(items().operate(SlidingWindowWith::new(n, ToVec))),
                all(items().operate(SlidingWindow::new(n)))
            );
            prop_assert_eq!(
                all(items().operate(SlidingWindowWith::new(n, ToVec).partial())),
                all(items().operate(SlidingWindow::new(n).partial()))
            );
        }
    }

    #[test]
    fn a_window_costs_fewer_than_three_merges() {
        let counting = Counting::default();
        let windows = all(futures::stream::iter(0..1000).operate(SlidingWindowWith::new(size(100), &counting)));
        assert_eq!(windows.len(), 901);
        assert!(counting.merges.get() < 3 * 1000, "{} merges", counting.merges.get());
    }

    #[test]
    fn a_nan_leaves_with_its_window() {
        let readings = futures::stream::iter([1.0, f64::NAN, 2.0, f64::INFINITY, 3.0, 4.0]);
        let sums = all(readings.operate(SlidingWindowWith::new(size(2), Sum)));
        assert!(sums[0].is_nan() && sums[1].is_nan());
        assert_eq!(sums[2..], [f64::INFINITY, f64::INFINITY, 7.0]);
    }
}
