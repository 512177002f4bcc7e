//! [`Flatten`]: the elements of items that are collections.

use std::marker::PhantomData;

use futures_core::Stream;

use crate::macros::opaque_debug;
use crate::{ArrivalTime, Emit, Operate, OperateExt, Operator, Timestamp};

/// Adds [`flatten`](Self::flatten) to streams.
pub trait FlattenExt: Stream + Sized {
    /// Emits the elements of each item, in their order and all at once. The items are anything that can be iterated:
    /// a `Vec`, an `Option`, a range.
    ///
    /// It opens one level only, and an item without elements emits nothing. It holds nothing, so there is nothing to
    /// flush at the end. Memory: the elements of one item wait in the stream until they are taken, so an item must not
    /// go on for ever.
    ///
    /// An iterator that can fail is one of `Result`s: its error is an element like any other, in its place, with all
    /// that came before it (streamz loses the element before an error). An iterator that panics has each element before
    /// the panic emitted by then; the panic goes to whoever polls the stream, which is over then, as after any panic,
    /// and does not hand out what it still held.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let batches = futures::stream::iter([vec![1, 2], vec![], vec![3]]);
    /// let elements: Vec<i32> = batches.flatten().collect().await;
    /// assert_eq!(elements, [1, 2, 3]);
    /// # });
    /// ```
    fn flatten(self) -> Operate<Self, Flatten<Self::Item>, ArrivalTime>
    where
        Self::Item: IntoIterator,
    {
        self.operate(Flatten::new())
    }
}

impl<S: Stream> FlattenExt for S {}

/// The operator behind [`flatten`](FlattenExt::flatten).
pub struct Flatten<T> {
    item: PhantomData<fn(T)>,
}

impl<T: IntoIterator> Flatten<T> {
    /// Opens items, one level.
    pub fn new() -> Self {
        Self { item: PhantomData }
    }
}

impl<T: IntoIterator> Default for Flatten<T> {
    fn default() -> Self {
        Self::new()
    }
}

opaque_debug!(Flatten<T> {});

impl<T> Clone for Flatten<T> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<T: IntoIterator> Operator<T> for Flatten<T> {
    type Out = T::Item;

    fn is_timed(&self) -> bool {
        false
    }

    #[inline]
    fn on_item(&mut self, item: T, _now: Timestamp, out: &mut impl Emit<T::Item>) {
        for element in item {
            out.emit(element);
        }
    }

    fn size_hint(&self, (_, most): (usize, Option<usize>)) -> (usize, Option<usize>) {
        // An item can have any number of elements.
        (0, most.filter(|most| *most == 0))
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use futures::executor::block_on;
    use futures::stream;

    use super::*;
    use crate::prelude::*;

    /// 1, 2, then a panic.
    fn fails_at_three() -> impl Iterator<Item = i32> {
        (1..=3).inspect(|x| assert!(*x < 3, "the iterator fails"))
    }

    #[test]
    fn one_level_in_order() {
        let nested = [vec![vec![1], vec![]], vec![], vec![vec![2, 3]]];
        let inner: Vec<Vec<i32>> = block_on(stream::iter(nested.clone()).flatten().collect());
        assert_eq!(inner, [vec![1], vec![], vec![2, 3]]);
        let leaves: Vec<i32> = block_on(stream::iter(nested).flatten().flatten().collect());
        assert_eq!(leaves, [1, 2, 3]);
    }

    #[test]
    fn what_waits_counts_in_the_size() {
        let mut elements = stream::iter([vec![1, 2, 3]]).flatten();
        assert_eq!(elements.size_hint(), (0, None));
        assert_eq!(block_on(elements.next()), Some(1));
        assert_eq!(elements.size_hint(), (2, Some(2)));
    }

    #[test]
    fn an_error_is_an_element_in_its_place() {
        let items = [vec![Ok(1), Ok(2), Err("broken"), Ok(3)], vec![Ok(4)]];
        let elements: Vec<Result<i32, &str>> = block_on(stream::iter(items).flatten().collect());
        assert_eq!(elements, [Ok(1), Ok(2), Err("broken"), Ok(3), Ok(4)]);
    }

    #[test]
    fn all_before_a_panic_is_emitted() {
        let mut emitted = Vec::new();
        let item = catch_unwind(AssertUnwindSafe(|| {
            Flatten::new().on_item(fails_at_three(), Timestamp::EPOCH, &mut |x| emitted.push(x));
        }));
        assert!(item.is_err());
        assert_eq!(emitted, [1, 2]);
    }

    #[test]
    fn a_panic_ends_the_stream() {
        let mut elements = stream::iter([fails_at_three(), fails_at_three()]).flatten();
        assert!(catch_unwind(AssertUnwindSafe(|| block_on(elements.next()))).is_err());
        assert_eq!(block_on(elements.next()), None);
        assert_eq!(elements.size_hint(), (0, Some(0)));
    }
}
