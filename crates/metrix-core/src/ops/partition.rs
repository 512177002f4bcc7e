//! [`Partition`]: batches of n items.

use std::num::NonZeroUsize;
use std::time::Duration;

use futures_core::Stream;

use crate::fold::ToVec;
use crate::macros::{clone_with_fold, opaque_debug};
use crate::{ArrivalTime, Emit, Fold, Interval, Operate, OperateExt, Operator, Timestamp};

/// Adds [`partition`](Self::partition) to streams.
pub trait PartitionExt: Stream + Sized {
    /// Emits every `n` items as one `Vec`, as soon as the last of them is there.
    ///
    /// At the end of the input the last, shorter batch is emitted. It never emits an empty one. Memory: `n` items.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let batches: Vec<Vec<i32>> = futures::stream::iter(1..=5).partition(size(2)).collect().await;
    /// assert_eq!(batches, [vec![1, 2], vec![3, 4], vec![5]]);
    /// # });
    /// ```
    fn partition(self, n: NonZeroUsize) -> Operate<Self, Partition<Self::Item>, ArrivalTime> {
        self.operate(Partition::new(n))
    }

    /// Emits what `fold` makes of every `n` items. As [`partition`](Self::partition), but the memory is that of one
    /// state of the fold, however large `n` is.
    ///
    /// ```
    /// use metrix_core::{fold::Sum, prelude::*};
    ///
    /// # futures::executor::block_on(async {
    /// let sums: Vec<f64> = futures::stream::iter(1..=5).partition_with(size(2), Sum).collect().await;
    /// assert_eq!(sums, [3.0, 7.0, 5.0]);
    /// # });
    /// ```
    fn partition_with<F>(self, n: NonZeroUsize, fold: F) -> Operate<Self, Partition<Self::Item, F>, ArrivalTime>
    where
        F: Fold<Self::Item>,
    {
        self.operate(Partition::with(n, fold))
    }
}

impl<S: Stream> PartitionExt for S {}

/// The operator behind [`partition`](PartitionExt::partition), which can also be given a
/// [`timeout`](Self::timeout).
pub struct Partition<T, F: Fold<T> = ToVec> {
    n: NonZeroUsize,
    timeout: Option<Interval>,
    fold: F,
    state: F::State,
    held: usize,
    deadline: Option<Timestamp>,
}

impl<T> Partition<T> {
    /// Collects every `n` items.
    pub fn new(n: NonZeroUsize) -> Self {
        Self::with(n, ToVec)
    }
}

impl<T, F: Fold<T>> Partition<T, F> {
    /// Folds every `n` items.
    pub fn with(n: NonZeroUsize, fold: F) -> Self {
        let state = fold.init();
        Self { n, timeout: None, fold, state, held: 0, deadline: None }
    }
}

impl<T, F: Fold<T>> Partition<T, F> {
    /// Also emits a batch, however short, once `timeout` has passed since its first item.
    ///
    /// ```
    /// use metrix_core::{ops::Partition, prelude::*};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let every_4s = tokio_stream::wrappers::IntervalStream::new(tokio::time::interval(Duration::from_secs(4)));
    /// let mut batches = every_4s.operate(Partition::new(size(100)).timeout(Duration::from_secs(10)));
    /// assert_eq!(batches.next().await.unwrap().len(), 3); // of 0, 4 and 8 s
    /// # }
    /// ```
    ///
    /// # Panics
    /// If `timeout` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(Interval::new(timeout)), ..self }
    }

    #[inline]
    fn emit(&mut self, out: &mut impl Emit<F::Out>) {
        self.held = 0;
        self.deadline = None;
        let state = std::mem::replace(&mut self.state, self.fold.init());
        out.emit(self.fold.finish(state));
    }
}

opaque_debug!(Partition<T, F: Fold<T>> { n, timeout, held });
clone_with_fold!(Partition<T, F: Fold<T>> { n, timeout, fold, state, held, deadline });

impl<T, F: Fold<T>> Operator<T> for Partition<T, F> {
    type Out = F::Out;

    #[inline]
    fn is_timed(&self) -> bool {
        self.timeout.is_some()
    }

    #[inline]
    fn on_item(&mut self, item: T, now: Timestamp, out: &mut impl Emit<F::Out>) {
        if let (Some(timeout), 0) = (self.timeout, self.held) {
            self.deadline = Some(now + timeout);
        }
        self.fold.step(&mut self.state, item);
        self.held += 1;
        if self.held == self.n.get() {
            self.emit(out);
        }
    }

    #[inline]
    fn deadline(&self) -> Option<Timestamp> {
        self.deadline
    }

    fn on_time(&mut self, now: Timestamp, out: &mut impl Emit<F::Out>) {
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            self.emit(out);
        }
    }

    fn on_end(&mut self, _now: Timestamp, out: &mut impl Emit<F::Out>) {
        if self.held > 0 {
            self.emit(out);
        }
    }

    #[inline]
    fn emits_on_item(&self) -> bool {
        self.held + 1 == self.n.get()
    }

    fn size_hint(&self, (least, most): (usize, Option<usize>)) -> (usize, Option<usize>) {
        let batches = |items: usize| items.saturating_add(self.held).div_ceil(self.n.get());
        // With a timeout each item may come out alone.
        let most = match self.timeout {
            None => most.and_then(|most| most.checked_add(self.held)).map(|items| items.div_ceil(self.n.get())),
            Some(_) => most.and_then(|most| most.checked_add(self.held.min(1))),
        };
        (batches(least), most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::size;

    #[test]
    fn only_its_own_time_emits_a_batch() {
        let (at, mut out) = (Timestamp::from_secs, Vec::new());
        let mut batches = Partition::new(size(2)).timeout(Duration::from_secs(5));
        batches.on_time(at(0), &mut |_| panic!("an empty batch"));
        batches.on_item('a', at(1), &mut |batch| out.push(batch));
        batches.on_time(at(5), &mut |_| panic!("too early"));
        batches.on_time(at(6), &mut |batch| out.push(batch));
        batches.on_time(at(6), &mut |_| panic!("an empty batch"));
        assert_eq!(out, [['a']]);
    }
}
