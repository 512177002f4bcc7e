//! [`GroupBy`]: each batch, split by a key.

use std::hash::Hash;

use futures_core::Stream;

use crate::fold::{self, ToVec};
use crate::macros::opaque_debug;
use crate::{ArrivalTime, Emit, Fold, Operate, OperateExt, Operator, Timestamp};

/// Adds [`group_by`](Self::group_by) to streams.
pub trait GroupByExt: Stream + Sized {
    /// Emits, for each batch, the groups of its items that have one key, at once: a `Vec` of keys and their items, in the
    /// order in which the keys first appear. An empty batch has no groups, and emits an empty `Vec`.
    ///
    /// A batch is anything that can be iterated. No group reaches from one batch into the next, so there is nothing to
    /// flush at the end. Memory: the items of one batch, and its keys. Where a group is to be reduced, nothing need be
    /// collected: give the window or partition a [`fold::group_by`] instead.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let batches = futures::stream::iter([3, 4, 5, 6]).partition(size(3));
    /// let groups: Vec<Vec<(&str, Vec<i32>)>> =
    ///     batches.group_by(|x| if x % 2 == 0 { "even" } else { "odd" }).collect().await;
    /// assert_eq!(groups[0], [("odd", vec![3, 5]), ("even", vec![4])]);
    /// assert_eq!(groups[1], [("even", vec![6])]);
    /// # });
    /// ```
    fn group_by<K, F>(self, key: F) -> Operate<Self, GroupBy<F>, ArrivalTime>
    where
        Self::Item: IntoIterator,
        F: Fn(&<Self::Item as IntoIterator>::Item) -> K,
        K: Hash + Eq,
    {
        self.operate(GroupBy::new(key))
    }
}

impl<S: Stream> GroupByExt for S {}

/// The operator behind [`group_by`](GroupByExt::group_by).
#[derive(Clone)]
pub struct GroupBy<F> {
    fold: fold::GroupBy<F, ToVec>,
}

impl<F> GroupBy<F> {
    /// Splits batches by what `key` makes of their items.
    pub fn new<T, K>(key: F) -> Self
    where
        F: Fn(&T) -> K,
        K: Hash + Eq,
    {
        Self { fold: fold::group_by(key, ToVec) }
    }
}

opaque_debug!(GroupBy<F> {});

impl<B, K, F> Operator<B> for GroupBy<F>
where
    B: IntoIterator,
    F: Fn(&B::Item) -> K,
    K: Hash + Eq,
{
    type Out = Vec<(K, Vec<B::Item>)>;

    fn is_timed(&self) -> bool {
        false
    }

    fn on_item(&mut self, batch: B, _now: Timestamp, out: &mut impl Emit<Self::Out>) {
        out.emit(self.fold.fold(batch));
    }

    fn size_hint(&self, batches: (usize, Option<usize>)) -> (usize, Option<usize>) {
        batches
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::stream;
    use futures_core::Stream;

    use crate::prelude::*;

    #[test]
    fn each_batch_is_one_output() {
        let batches = [vec![(2, 'a'), (1, 'b'), (2, 'c')], vec![], vec![(1, 'd')]];
        let groups = stream::iter(batches).group_by(|item: &(i32, char)| item.0);
        assert_eq!(groups.size_hint(), (3, Some(3)));
        let groups: Vec<_> = block_on(groups.collect());
        assert_eq!(groups[0], [(2, vec![(2, 'a'), (2, 'c')]), (1, vec![(1, 'b')])]);
        assert_eq!(groups[1], []);
        assert_eq!(groups[2], [(1, vec![(1, 'd')])]);
    }
}
