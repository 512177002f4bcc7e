//! [`Changed`] and [`ChangedBy`]: the items that differ from the one before.

use futures_core::Stream;

use crate::macros::opaque_debug;
use crate::{ArrivalTime, Emit, Operate, OperateExt, Operator, Timestamp};

/// Adds [`changed`](Self::changed) and [`changed_by`](Self::changed_by) to streams.
pub trait ChangedExt: Stream + Sized {
    /// Emits the items that differ from the one before, at once, and drops the others. The first is always emitted.
    ///
    /// A NaN differs from everything, so each is emitted. It holds nothing that was not emitted, so there is nothing to
    /// flush at the end. Memory: a clone of the last item emitted; repeated items are not cloned.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let states = futures::stream::iter(["up", "up", "down", "down", "up"]);
    /// let changes: Vec<&str> = states.changed().collect().await;
    /// assert_eq!(changes, ["up", "down", "up"]);
    /// # });
    /// ```
    fn changed(self) -> Operate<Self, Changed<Self::Item>, ArrivalTime>
    where
        Self::Item: PartialEq + Clone,
    {
        self.operate(Changed::new())
    }

    /// Emits the items whose `key` differs from that of the one before. As [`changed`](Self::changed), but the memory
    /// is one key.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let readings = futures::stream::iter([20.1, 20.4, 21.0, 21.9, 20.8]);
    /// let degrees: Vec<f64> = readings.changed_by(|celsius| *celsius as i32).collect().await;
    /// assert_eq!(degrees, [20.1, 21.0, 20.8]);
    /// # });
    /// ```
    fn changed_by<K, F>(self, key: F) -> Operate<Self, ChangedBy<K, F>, ArrivalTime>
    where
        K: PartialEq,
        F: FnMut(&Self::Item) -> K,
    {
        self.operate(ChangedBy::new(key))
    }
}

impl<S: Stream> ChangedExt for S {}

/// The operator behind [`changed`](ChangedExt::changed).
#[derive(Clone)]
pub struct Changed<T> {
    before: Option<T>,
}

impl<T> Changed<T> {
    /// Compares whole items.
    pub fn new() -> Self {
        Self { before: None }
    }
}

impl<T> Default for Changed<T> {
    fn default() -> Self {
        Self::new()
    }
}

opaque_debug!(Changed<T> {});

impl<T: PartialEq + Clone> Operator<T> for Changed<T> {
    type Out = T;

    fn is_timed(&self) -> bool {
        false
    }

    fn is_plain(&self) -> bool {
        true
    }

    #[inline]
    fn on_item(&mut self, item: T, _now: Timestamp, out: &mut impl Emit<T>) {
        if self.before.as_ref() != Some(&item) {
            self.before = Some(item.clone());
            out.emit(item);
        }
    }

    fn size_hint(&self, items: (usize, Option<usize>)) -> (usize, Option<usize>) {
        first_only(self.before.is_none(), items)
    }
}

/// The operator behind [`changed_by`](ChangedExt::changed_by).
#[derive(Clone)]
pub struct ChangedBy<K, F> {
    before: Option<K>,
    key: F,
}

impl<K, F> ChangedBy<K, F> {
    /// Compares what `key` makes of the items.
    pub fn new<T>(key: F) -> Self
    where
        F: FnMut(&T) -> K,
    {
        Self { before: None, key }
    }
}

opaque_debug!(ChangedBy < K, F > {});

impl<T, K, F> Operator<T> for ChangedBy<K, F>
where
    K: PartialEq,
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
        let key = Some((self.key)(&item));
        if self.before != key {
            self.before = key;
            out.emit(item);
        }
    }

    fn size_hint(&self, items: (usize, Option<usize>)) -> (usize, Option<usize>) {
        first_only(self.before.is_none(), items)
    }
}

/// How many outputs there are if only the first item, provided that it is still to come, is sure to be one.
fn first_only(to_come: bool, (least, most): (usize, Option<usize>)) -> (usize, Option<usize>) {
    (least.min(usize::from(to_come)), most)
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::stream;
    use futures_core::Stream;

    use crate::prelude::*;

    #[test]
    fn only_the_item_before_counts() {
        let mut items = stream::iter([3, 3, 1, 3, 3, 3]).changed();
        assert_eq!(items.size_hint(), (1, Some(6)));
        assert_eq!(block_on(items.next()), Some(3));
        assert_eq!(items.size_hint(), (0, Some(5)));
        assert_eq!(block_on(items.collect::<Vec<_>>()), [1, 3]);
    }

    #[test]
    fn an_absent_key_is_a_key() {
        let items = [Some(1), None, None, Some(2)];
        let changes: Vec<Option<i32>> = block_on(stream::iter(items).changed_by(|x| *x).collect());
        assert_eq!(changes, [Some(1), None, Some(2)]);
        let first_none: Vec<Option<i32>> = block_on(stream::iter([None, Some(1)]).changed().collect());
        assert_eq!(first_none, [None, Some(1)]);
    }

    #[test]
    fn each_nan_is_a_change() {
        let items: Vec<f64> = block_on(stream::iter([f64::NAN, f64::NAN, 0.0, -0.0]).changed().collect());
        assert_eq!(items.len(), 3);
    }

    #[test]
    fn repeated_items_are_not_cloned() {
        let item = std::rc::Rc::new(());
        let items = std::iter::repeat_n(item.clone(), 5);
        let mut changes = stream::iter(items).changed();
        let first = block_on(changes.next());
        assert!(first.is_some());
        assert_eq!(block_on(changes.next()), None);
        // Ours, the output, and the one to compare with.
        assert_eq!(std::rc::Rc::strong_count(&item), 3);
    }
}
