//! [`Slice`]: the items at certain positions.

use std::marker::PhantomData;
use std::num::NonZeroUsize;
use std::ops::{Bound, RangeBounds};

use futures_core::Stream;

use crate::macros::opaque_debug;
use crate::{ArrivalTime, Emit, Operate, OperateExt, Operator, Timestamp};

/// Adds [`slice`](Self::slice) to streams.
pub trait SliceExt: Stream + Sized {
    /// Emits the items at the positions in `range`, at once, and drops the others. The first position is 0.
    ///
    /// The result is that of slicing a list, so an empty range emits nothing. Once no position can follow, the stream
    /// ends without asking for another item, and its input is dropped. It holds no item, so there is nothing to flush.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let endless = futures::stream::iter(100..);
    /// let some: Vec<i32> = endless.slice(2..5).collect().await;
    /// assert_eq!(some, [102, 103, 104]);
    /// # });
    /// ```
    fn slice(self, range: impl RangeBounds<usize>) -> Operate<Self, Slice<Self::Item>, ArrivalTime> {
        self.operate(Slice::new(range))
    }

    /// Emits the item at the first position in `range`, and from there on every item that lies a multiple of `step`
    /// further. As [`slice`](Self::slice), and the result is that of `list[start:end:step]`.
    ///
    /// streamz differs: it counts its steps from position 0 (its `slice(1, None, 2)` gives positions 2, 4, 6), and its
    /// end of 0 is no end.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let odd: Vec<i32> = futures::stream::iter(0..8).slice_step(1.., size(2)).collect().await;
    /// assert_eq!(odd, [1, 3, 5, 7]);
    /// # });
    /// ```
    fn slice_step(
        self,
        range: impl RangeBounds<usize>,
        step: NonZeroUsize,
    ) -> Operate<Self, Slice<Self::Item>, ArrivalTime> {
        self.operate(Slice::with_step(range, step))
    }
}

impl<S: Stream> SliceExt for S {}

/// The operator behind [`slice`](SliceExt::slice).
///
/// It counts down, not up, so a range without an end goes on for any number of items.
pub struct Slice<T> {
    /// How many items to drop before the next one to emit.
    skip: usize,
    step: NonZeroUsize,
    /// How many items are still to be emitted, if the range has an end.
    left: Option<usize>,
    item: PhantomData<fn(T) -> T>,
}

impl<T> Slice<T> {
    /// Lets the items pass whose position lies in `range`. An end beyond [`usize::MAX`] is none.
    pub fn new(range: impl RangeBounds<usize>) -> Self {
        Self::with_step(range, NonZeroUsize::MIN)
    }

    /// Lets the first item in `range` pass, and every `step`th after it.
    pub fn with_step(range: impl RangeBounds<usize>, step: NonZeroUsize) -> Self {
        let end = match range.end_bound() {
            Bound::Included(last) => last.checked_add(1),
            Bound::Excluded(end) => Some(*end),
            Bound::Unbounded => None,
        };
        let start = match range.start_bound() {
            Bound::Included(start) => Some(*start),
            Bound::Excluded(before) => before.checked_add(1),
            Bound::Unbounded => Some(0),
        };
        // A start after the last position there is leaves none.
        let (skip, end) = start.map_or((0, Some(0)), |start| (start, end));
        let left = end.map(|end| end.saturating_sub(skip).div_ceil(step.get()));
        Self { skip, step, left, item: PhantomData }
    }
}

opaque_debug!(Slice<T> { skip, step, left });

impl<T> Clone for Slice<T> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<T> Operator<T> for Slice<T> {
    type Out = T;

    fn is_timed(&self) -> bool {
        false
    }

    #[inline]
    fn on_item(&mut self, item: T, _now: Timestamp, out: &mut impl Emit<T>) {
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        match &mut self.left {
            // An operator before this one that emits several items at once can go beyond the end.
            Some(0) => return,
            Some(left) => *left -= 1,
            None => {}
        }
        self.skip = self.step.get() - 1;
        out.emit(item);
    }

    #[inline]
    fn wants_input(&self) -> bool {
        self.left != Some(0)
    }

    fn size_hint(&self, (least, most): (usize, Option<usize>)) -> (usize, Option<usize>) {
        let outputs = |items: usize| {
            let outputs = items.saturating_sub(self.skip).div_ceil(self.step.get());
            self.left.map_or(outputs, |left| left.min(outputs))
        };
        (outputs(least), most.map(outputs).or(self.left))
    }
}

#[cfg(test)]
mod tests {
    use std::task::Poll;
    use std::time::Duration;

    use futures::executor::block_on;
    use futures::stream;

    use super::*;
    use crate::ops::Flatten;
    use crate::prelude::*;

    #[track_caller]
    fn check(range: impl RangeBounds<usize>, step: usize, expected: &[usize]) {
        let mut sliced = stream::iter(0..10).slice_step(range, size(step));
        let mut hints = Vec::new();
        let mut items = Vec::new();
        loop {
            hints.push(sliced.size_hint());
            match block_on(sliced.next()) {
                Some(item) => items.push(item),
                None => break,
            }
        }
        assert_eq!(items, expected);
        let exact: Vec<_> = (0..=items.len()).rev().map(|left| (left, Some(left))).collect();
        assert_eq!(hints, exact);
    }

    #[test]
    fn is_what_a_slice_of_a_list_gives() {
        check(.., 1, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        check(2..5, 1, &[2, 3, 4]);
        check(2..=5, 1, &[2, 3, 4, 5]);
        check(1.., 3, &[1, 4, 7]);
        check(5..11, 4, &[5, 9]);
        check(..7, 20, &[0]);
        check(12.., 1, &[]);
        check((Bound::Excluded(2), Bound::Unbounded), 3, &[3, 6, 9]);
    }

    #[test]
    fn sizes_at_the_limit() {
        check(..=usize::MAX, usize::MAX, &[0]);
        check(usize::MAX.., 1, &[]);
        check(3..usize::MAX, usize::MAX, &[3]);
        check((Bound::Excluded(usize::MAX), Bound::Unbounded), 1, &[]);
        let hint = |slice: Slice<()>, items| slice.size_hint(items);
        assert_eq!(hint(Slice::new(..), (usize::MAX, None)), (usize::MAX, None));
        assert_eq!(hint(Slice::new(1..), (usize::MAX, Some(usize::MAX))), (usize::MAX - 1, Some(usize::MAX - 1)));
        assert_eq!(hint(Slice::with_step(2..8, size(4)), (0, None)), (0, Some(2)));
    }

    #[test]
    fn an_empty_range_asks_for_nothing() {
        let start = 5;
        for range in [0..0, start..0, 5..5] {
            let mut sliced = stream::poll_fn(|_| -> Poll<Option<i32>> { panic!("was polled") }).slice(range);
            assert_eq!(sliced.size_hint(), (0, Some(0)));
            assert_eq!(block_on(sliced.next()), None);
        }
    }

    #[test]
    fn the_last_position_of_the_range_ends_it() {
        let mut given = 0;
        let mut input = stream::iter(0..100).inspect(|_| given += 1);
        // Position 6 would be next, so 5 is not waited for.
        let items: Vec<i32> = block_on((&mut input).slice_step(..6, size(3)).collect());
        drop(input);
        assert_eq!(items, [0, 3]);
        assert_eq!(given, 4);
    }

    #[test]
    fn drops_its_input_at_the_end() {
        let input = std::sync::Arc::new(());
        let held = input.clone();
        let mut sliced = stream::iter(0..3).map(move |x| (x, held.clone()).0).slice(..1);
        assert_eq!(block_on(sliced.next()), Some(0));
        assert_eq!(block_on(sliced.next()), None);
        assert_eq!(std::sync::Arc::strong_count(&input), 1);
    }

    #[test]
    fn is_cloned_without_cloning_items() {
        struct Token(u8);
        let firsts = Flatten::new().then(Slice::new(..1));
        let tokens = stream::iter([vec![Token(1)], vec![Token(2)], vec![Token(3)]]);
        let by_parity = tokens.keyed(|items: &Vec<Token>| items[0].0 % 2, size(9), Duration::from_secs(1), firsts);
        let firsts: Vec<(u8, u8)> = block_on(by_parity.map(|(key, token)| (key, token.0)).collect());
        assert_eq!(firsts, [(1, 1), (0, 2)]);
    }

    #[test]
    fn takes_no_more_than_its_share_of_many_at_once() {
        let items: Vec<i32> =
            block_on(stream::iter([vec![1, 2, 3], vec![4]]).operate(Flatten::new().then(Slice::new(..2))).collect());
        assert_eq!(items, [1, 2]);
    }
}
