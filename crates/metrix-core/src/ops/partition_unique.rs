//! [`PartitionUnique`]: batches of n items with unique keys.

use std::hash::Hash;
use std::num::NonZeroUsize;
use std::time::Duration;

use futures_core::Stream;

use crate::fold::UniqueItems;
use crate::macros::opaque_debug;
use crate::ops::Keep;
use crate::{ArrivalTime, Emit, Interval, Operate, OperateExt, Operator, Timestamp};

/// Adds [`partition_unique`](Self::partition_unique) to streams.
pub trait PartitionUniqueExt: Stream + Sized {
    /// Emits every `n` items with unique keys as one `Vec`, as soon as the `n`th key is there.
    ///
    /// Of the items with the same key in one batch only the first or the last stays, as `keep` says, in the order in
    /// which those that stay came; the others are dropped and [counted](PartitionUnique::skipped). A batch knows
    /// nothing of the keys of the one before. At the end of the input the last, shorter batch is emitted. It never
    /// emits an empty one. Memory: in proportion to `n` items and keys.
    ///
    /// ```
    /// use metrix_core::{ops::Keep, prelude::*};
    ///
    /// # futures::executor::block_on(async {
    /// let words = ["to", "be", "or", "not", "a", "bee"];
    /// let first = futures::stream::iter(words).partition_unique(size(2), |word| word.len(), Keep::First);
    /// assert_eq!(first.collect::<Vec<_>>().await, [vec!["to", "not"], vec!["a", "bee"]]);
    ///
    /// let last = futures::stream::iter(words).partition_unique(size(2), |word| word.len(), Keep::Last);
    /// assert_eq!(last.collect::<Vec<_>>().await, [vec!["or", "not"], vec!["a", "bee"]]);
    /// # });
    /// ```
    fn partition_unique<K, F>(
        self,
        n: NonZeroUsize,
        key: F,
        keep: Keep,
    ) -> Operate<Self, PartitionUnique<Self::Item, K, F>, ArrivalTime>
    where
        K: Eq + Hash,
        F: FnMut(&Self::Item) -> K,
    {
        self.operate(PartitionUnique::new(n, key, keep))
    }
}

impl<S: Stream> PartitionUniqueExt for S {}

/// The operator behind [`partition_unique`](PartitionUniqueExt::partition_unique), which can also be given a
/// [`timeout`](Self::timeout).
#[derive(Clone)]
pub struct PartitionUnique<T, K, F> {
    n: usize,
    key: F,
    keep: Keep,
    timeout: Option<Interval>,
    held: UniqueItems<K, T>,
    deadline: Option<Timestamp>,
    skipped: u64,
}

impl<T, K, F> PartitionUnique<T, K, F>
where
    K: Eq + Hash,
    F: FnMut(&T) -> K,
{
    /// Collects every `n` items with unique keys.
    pub fn new(n: NonZeroUsize, key: F, keep: Keep) -> Self {
        Self { n: n.get(), key, keep, timeout: None, held: UniqueItems::new(), deadline: None, skipped: 0 }
    }

    /// Also emits a batch, however short, once `timeout` has passed since its first item came.
    ///
    /// ```
    /// use metrix_core::{ops::{Keep, PartitionUnique}, prelude::*};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let seconds = tokio_stream::wrappers::IntervalStream::new(tokio::time::interval(Duration::from_secs(1)));
    /// let mut i = 0;
    /// let zero_or_one = seconds.map(move |_| { i += 1; i % 2 });
    /// let both = PartitionUnique::new(size(3), |i: &i32| *i, Keep::First).timeout(Duration::from_secs(10));
    /// let mut batches = zero_or_one.operate(both);
    /// assert_eq!(batches.next().await, Some(vec![1, 0]));
    /// assert_eq!(batches.operator().skipped(), 8);
    /// # }
    /// ```
    ///
    /// # Panics
    /// If `timeout` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(Interval::new(timeout)), ..self }
    }

    /// How many items were dropped for another with the same key.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    fn flush(&mut self, out: &mut impl Emit<Vec<T>>) {
        self.deadline = None;
        if self.held.len() > 0 {
            out.emit(self.held.take());
        }
    }
}

opaque_debug!(PartitionUnique<T, K, F> { n, keep, timeout, skipped });

impl<T, K, F> Operator<T> for PartitionUnique<T, K, F>
where
    K: Eq + Hash,
    F: FnMut(&T) -> K,
{
    type Out = Vec<T>;

    fn is_timed(&self) -> bool {
        self.timeout.is_some()
    }

    #[inline]
    fn on_item(&mut self, item: T, now: Timestamp, out: &mut impl Emit<Vec<T>>) {
        if self.held.len() == 0 {
            self.deadline = self.timeout.map(|timeout| now + timeout);
        }
        let key = (self.key)(&item);
        if self.held.insert(key, item, self.keep).is_some() {
            self.skipped += 1;
        } else if self.held.len() == self.n {
            self.flush(out);
        }
    }

    fn deadline(&self) -> Option<Timestamp> {
        self.deadline
    }

    fn on_time(&mut self, now: Timestamp, out: &mut impl Emit<Vec<T>>) {
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            self.flush(out);
        }
    }

    fn on_end(&mut self, _now: Timestamp, out: &mut impl Emit<Vec<T>>) {
        self.flush(out);
    }

    fn size_hint(&self, (least, most): (usize, Option<usize>)) -> (usize, Option<usize>) {
        let held = self.held.len();
        // All that come may have one key; with a timeout each may come out alone.
        let most = match self.timeout {
            None => most.and_then(|most| most.checked_add(held)).map(|items| items.div_ceil(self.n)),
            Some(_) => most.and_then(|most| most.checked_add(held.min(1))),
        };
        (least.saturating_add(held).min(1), most)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::Stream;

    use super::{Keep, PartitionUnique};
    use crate::{Timestamp, prelude::*};

    #[test]
    fn a_batch_of_one_never_skips() {
        for keep in [Keep::First, Keep::Last] {
            let batches = futures::stream::iter([1, 1, 2]).partition_unique(size(1), |x| *x, keep);
            assert_eq!(batches.size_hint(), (1, Some(3)));
            let batches: Vec<_> = futures::executor::block_on(batches.collect());
            assert_eq!(batches, [[1], [1], [2]]);
        }
    }

    #[test]
    fn the_end_flushes_and_the_skipped_are_counted() {
        futures::executor::block_on(async {
            let mut batches = futures::stream::iter([3, 5, 3, 5, 5]).partition_unique(size(3), |x| *x, Keep::Last);
            assert_eq!(batches.next().await, Some(vec![3, 5]));
            assert_eq!(batches.next().await, None);
            assert_eq!(batches.operator().skipped(), 3);
        });
    }

    #[test]
    fn the_timeout_runs_from_the_first_item() {
        let mut batches = PartitionUnique::new(size(9), |x: &i32| *x, Keep::Last).timeout(Duration::from_secs(2));
        let mut out = Vec::new();
        let at = Timestamp::from_secs;
        batches.on_item(1, at(10), &mut |batch| out.push(batch));
        batches.on_item(1, at(11), &mut |batch| out.push(batch));
        assert_eq!(batches.deadline(), Some(at(12)));
        batches.on_time(at(11), &mut |_| panic!("too early"));
        batches.on_time(at(12), &mut |batch| out.push(batch));
        assert_eq!((batches.deadline(), out), (None, vec![vec![1]]));
        // The end without a held item emits nothing.
        batches.on_end(at(13), &mut |_| panic!("an empty batch"));
    }
}
