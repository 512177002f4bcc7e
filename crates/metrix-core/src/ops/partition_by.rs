//! [`PartitionBy`]: batches of n items of one key.

use std::hash::Hash;
use std::num::NonZeroUsize;
use std::time::Duration;

use futures_core::Stream;

use super::{Keyed, Partition};
use crate::fold::ToVec;
use crate::macros::opaque_debug;
use crate::{ArrivalTime, Emit, Fold, Operate, OperateExt, Operator, Timestamp};

/// Adds [`partition_by`](Self::partition_by) to streams.
pub trait PartitionByExt: Stream + Sized {
    /// Emits every `n` items of one key as one `Vec`, as soon as the last of them is there. In streamz this is
    /// `partition(n, key=key)`, which never forgets a key.
    ///
    /// A key is forgotten when no item of its has come for `idle`, and the one that has been idle for longest when there
    /// are `max_keys` already and another comes: its shorter batch is emitted then. At the end of the input the last,
    /// shorter batches are emitted, in the order in which their keys came. It never emits an empty one. Memory: `n`
    /// items for each of `max_keys` keys.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let numbers = futures::stream::iter(0..5);
    /// let by_parity = numbers.partition_by(size(2), |x| x % 2, size(1000), Duration::from_secs(60));
    /// let batches: Vec<Vec<i32>> = by_parity.collect().await;
    /// assert_eq!(batches, [vec![0, 2], vec![1, 3], vec![4]]);
    /// # }
    /// ```
    ///
    /// # Panics
    /// If `idle` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    fn partition_by<K, F>(
        self,
        n: NonZeroUsize,
        key: F,
        max_keys: NonZeroUsize,
        idle: Duration,
    ) -> Operate<Self, PartitionBy<Self::Item, K, F>, ArrivalTime>
    where
        Self::Item: Clone,
        F: FnMut(&Self::Item) -> K,
        K: Hash + Eq + Clone,
    {
        self.operate(PartitionBy::new(n, key, max_keys, idle))
    }

    /// Emits what `fold` makes of every `n` items of one key. As [`partition_by`](Self::partition_by), but the memory is
    /// one state of the fold for each of `max_keys` keys, however large `n` is.
    ///
    /// ```
    /// use metrix_core::{fold::Sum, prelude::*};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let numbers = futures::stream::iter(0..5);
    /// let by_parity = numbers.partition_by_with(size(2), |x| x % 2, size(1000), Duration::from_secs(60), Sum);
    /// let sums: Vec<f64> = by_parity.collect().await;
    /// assert_eq!(sums, [2.0, 4.0, 4.0]);
    /// # }
    /// ```
    ///
    /// # Panics
    /// If `idle` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    fn partition_by_with<K, F, G>(
        self,
        n: NonZeroUsize,
        key: F,
        max_keys: NonZeroUsize,
        idle: Duration,
        fold: G,
    ) -> Operate<Self, PartitionBy<Self::Item, K, F, G>, ArrivalTime>
    where
        F: FnMut(&Self::Item) -> K,
        K: Hash + Eq + Clone,
        G: Fold<Self::Item> + Clone,
        G::State: Clone,
    {
        self.operate(PartitionBy::with(n, key, max_keys, idle, fold))
    }
}

impl<S: Stream> PartitionByExt for S {}

/// The operator behind [`partition_by`](PartitionByExt::partition_by): a [`Partition`] for every key.
///
/// For batches with a timeout, or with their keys, run a [`Partition`] under [`keyed`](super::KeyedExt::keyed).
pub struct PartitionBy<T, K, F, G: Fold<T> = ToVec> {
    keyed: Keyed<T, K, F, Partition<T, G>>,
}

impl<T, K, F> PartitionBy<T, K, F>
where
    T: Clone,
    F: FnMut(&T) -> K,
    K: Hash + Eq + Clone,
{
    /// Collects every `n` items of a key, of at most `max_keys` keys and none that is idle for `idle`.
    ///
    /// # Panics
    /// If `idle` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    pub fn new(n: NonZeroUsize, key: F, max_keys: NonZeroUsize, idle: Duration) -> Self {
        Self::with(n, key, max_keys, idle, ToVec)
    }
}

impl<T, K, F, G> PartitionBy<T, K, F, G>
where
    F: FnMut(&T) -> K,
    K: Hash + Eq + Clone,
    G: Fold<T> + Clone,
    G::State: Clone,
{
    /// Folds every `n` items of a key, of at most `max_keys` keys and none that is idle for `idle`.
    ///
    /// # Panics
    /// If `idle` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    pub fn with(n: NonZeroUsize, key: F, max_keys: NonZeroUsize, idle: Duration, fold: G) -> Self {
        Self { keyed: Keyed::new(key, max_keys, idle, Partition::with(n, fold)) }
    }

    /// What holds the keys, and counts those that were forgotten.
    pub fn keyed(&self) -> &Keyed<T, K, F, Partition<T, G>> {
        &self.keyed
    }
}

impl<T, K, F, G: Fold<T>> Clone for PartitionBy<T, K, F, G>
where
    Keyed<T, K, F, Partition<T, G>>: Clone,
{
    fn clone(&self) -> Self {
        Self { keyed: self.keyed.clone() }
    }
}

opaque_debug!(PartitionBy<T, K, F, G: Fold<T>> { keyed });

impl<T, K, F, G> Operator<T> for PartitionBy<T, K, F, G>
where
    F: FnMut(&T) -> K,
    K: Hash + Eq + Clone,
    G: Fold<T> + Clone,
    G::State: Clone,
{
    type Out = G::Out;

    // A partition begins at any time, takes every item, and finds none late.
    fn on_item(&mut self, item: T, now: Timestamp, out: &mut impl Emit<G::Out>) {
        self.keyed.on_item(item, now, &mut |(_, batch)| out.emit(batch));
    }

    fn deadline(&self) -> Option<Timestamp> {
        self.keyed.deadline()
    }

    fn on_time(&mut self, now: Timestamp, out: &mut impl Emit<G::Out>) {
        self.keyed.on_time(now, &mut |(_, batch)| out.emit(batch));
    }

    fn on_end(&mut self, now: Timestamp, out: &mut impl Emit<G::Out>) {
        self.keyed.on_end(now, &mut |(_, batch)| out.emit(batch));
    }

    fn size_hint(&self, (_, most): (usize, Option<usize>)) -> (usize, Option<usize>) {
        // Each key may hold a batch, and each item may come out alone.
        let keys = self.keyed.keys();
        (0, most.and_then(|most| most.checked_add(keys)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::fold::Count;
    use crate::prelude::*;

    #[tokio::test(start_paused = true)]
    async fn items_that_are_folded_need_no_clone() {
        struct Token(u8);
        let tokens = futures::stream::iter([Token(1), Token(2), Token(1)]);
        let counts = tokens.partition_by_with(size(2), |token| token.0, size(9), Duration::from_secs(1), Count);
        assert_eq!(counts.collect::<Vec<u64>>().await, [2, 1]);
    }
}
