//! [`Unique`] and [`UniqueBy`]: the items that have not been seen lately.

use std::hash::Hash;
use std::num::NonZeroUsize;

use futures_core::Stream;

use crate::macros::opaque_debug;
use crate::{ArrivalTime, Emit, Operate, OperateExt, Operator, Timestamp};

mod recent;

use recent::Recent;

/// Adds [`unique`](Self::unique) and [`unique_by`](Self::unique_by) to streams.
pub trait UniqueExt: Stream + Sized {
    /// Emits the items that are none of the last `capacity` different ones, at once, and drops the others.
    ///
    /// Which ones are the last goes by when each was last seen: an item that is dropped counts as seen again. An item
    /// that has been forgotten is emitted again. It holds nothing that was not emitted, so there is nothing to flush at
    /// the end. Memory: a clone of each of at most `capacity` items, taken as they come, and about 50 bytes for each;
    /// repeated items are not cloned. Time: the same for any capacity.
    ///
    /// The bound is not optional, as streamz' `maxsize` is. A capacity of [`NonZeroUsize::MAX`] is none in practice,
    /// for inputs that are known to end or to have few different items.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let items = futures::stream::iter([1, 2, 1, 3, 1, 2]);
    /// let unique: Vec<i32> = items.unique(size(2)).collect().await;
    /// assert_eq!(unique, [1, 2, 3, 2]); // 2 was forgotten for 3, because 1 had been seen after it
    /// # });
    /// ```
    fn unique(self, capacity: NonZeroUsize) -> Operate<Self, Unique<Self::Item>, ArrivalTime>
    where
        Self::Item: Hash + Eq + Clone,
    {
        self.operate(Unique::new(capacity))
    }

    /// Emits the items whose `key` is none of the last `capacity` different ones. As [`unique`](Self::unique), but the
    /// memory is keys.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let deliveries = futures::stream::iter([(7, "a"), (8, "b"), (7, "a, again")]);
    /// let once: Vec<_> = deliveries.unique_by(size(1000), |(id, _)| *id).collect().await;
    /// assert_eq!(once, [(7, "a"), (8, "b")]);
    /// # });
    /// ```
    fn unique_by<K, F>(self, capacity: NonZeroUsize, key: F) -> Operate<Self, UniqueBy<K, F>, ArrivalTime>
    where
        K: Hash + Eq,
        F: FnMut(&Self::Item) -> K,
    {
        self.operate(UniqueBy::new(capacity, key))
    }
}

impl<S: Stream> UniqueExt for S {}

/// The operator behind [`unique`](UniqueExt::unique).
#[derive(Clone)]
pub struct Unique<T> {
    recent: Recent<T>,
}

impl<T> Unique<T> {
    /// Remembers the last `capacity` different items.
    pub fn new(capacity: NonZeroUsize) -> Self {
        Self { recent: Recent::new(capacity) }
    }
}

opaque_debug!(Unique<T> { recent });

impl<T: Hash + Eq + Clone> Operator<T> for Unique<T> {
    type Out = T;

    fn is_timed(&self) -> bool {
        false
    }

    fn is_plain(&self) -> bool {
        true
    }

    #[inline]
    fn on_item(&mut self, item: T, _now: Timestamp, out: &mut impl Emit<T>) {
        if self.recent.see(&item, T::clone) {
            out.emit(item);
        }
    }

    fn size_hint(&self, items: (usize, Option<usize>)) -> (usize, Option<usize>) {
        outputs(&self.recent, items)
    }
}

/// The operator behind [`unique_by`](UniqueExt::unique_by).
#[derive(Clone)]
pub struct UniqueBy<K, F> {
    recent: Recent<K>,
    key: F,
}

impl<K, F> UniqueBy<K, F> {
    /// Remembers the last `capacity` different keys, which `key` makes of the items.
    pub fn new<T>(capacity: NonZeroUsize, key: F) -> Self
    where
        F: FnMut(&T) -> K,
    {
        Self { recent: Recent::new(capacity), key }
    }
}

opaque_debug!(UniqueBy < K, F > { recent });

impl<T, K, F> Operator<T> for UniqueBy<K, F>
where
    K: Hash + Eq,
    F: FnMut(&T) -> K,
{
    type Out = T;

    fn is_timed(&self) -> bool {
        false
    }

    fn is_plain(&self) -> bool {
        true
    }

    #[inline]
    fn on_item(&mut self, item: T, _now: Timestamp, out: &mut impl Emit<T>) {
        if self.recent.see((self.key)(&item), |key| key) {
            out.emit(item);
        }
    }

    fn size_hint(&self, items: (usize, Option<usize>)) -> (usize, Option<usize>) {
        outputs(&self.recent, items)
    }
}

/// Only the very first item is sure to be new.
fn outputs<K>(recent: &Recent<K>, (least, most): (usize, Option<usize>)) -> (usize, Option<usize>) {
    (least.min(usize::from(recent.is_empty())), most)
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::stream;

    use super::*;
    use crate::prelude::*;

    #[track_caller]
    fn check(capacity: NonZeroUsize, items: &[u32], expected: &[u32]) {
        let whole: Vec<u32> = block_on(stream::iter(items.to_vec()).unique(capacity).collect());
        assert_eq!(whole, expected);
        let by_key: Vec<u32> = block_on(stream::iter(items.to_vec()).unique_by(capacity, |x| *x).collect());
        assert_eq!(by_key, expected);
    }

    #[test]
    fn a_repetition_refreshes() {
        check(size(1), &[4, 4, 5, 4], &[4, 5, 4]);
        check(size(2), &[1, 0, 5, 5, 0, 2, 2, 4, 2, 2, 0, 5, 0], &[1, 0, 5, 2, 4, 0, 5]);
        check(size(3), &[1, 2, 3, 1, 4, 2, 1], &[1, 2, 3, 4, 2]);
    }

    #[test]
    fn no_bound_reserves_nothing_and_forgets_nothing() {
        let mut items: Vec<u32> = (0..1000).collect();
        check(NonZeroUsize::MAX, &items.repeat(2), &items);
        items.truncate(0);
        check(NonZeroUsize::MAX, &items, &[]);
    }

    #[test]
    fn only_the_first_is_sure_to_come() {
        let mut items = stream::iter([1, 1, 2]).unique(size(5));
        assert_eq!(items.size_hint(), (1, Some(3)));
        assert_eq!(block_on(items.next()), Some(1));
        assert_eq!(items.size_hint(), (0, Some(2)));
    }
}
