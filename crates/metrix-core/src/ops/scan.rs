//! [`Scan`]: a running state, and what a function makes of it and each item.

use futures_core::Stream;

use crate::macros::opaque_debug;
use crate::{ArrivalTime, Emit, Operate, OperateExt, Operator, Timestamp};

/// Adds [`scan`](Self::scan) to streams.
pub trait ScanExt: Stream + Sized {
    /// Emits one output for each item, at once: what `f` makes of the item and of a state, which it may change. The
    /// state is `init` before the first item.
    ///
    /// It never ends the stream, unlike `futures`' `scan`, and emits nothing at the end: the last output has been
    /// emitted already. Memory: the state, so do not let it grow with the items.
    ///
    /// This is streamz' `accumulate`. Its forms are all plain closures here:
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let items = || futures::stream::iter([4, 1, 5]);
    ///
    /// // accumulate(f, start=10): the state is the output.
    /// let sums = items().scan(10, |sum, x| {
    ///     *sum += x;
    ///     *sum
    /// });
    /// assert_eq!(sums.collect::<Vec<i32>>().await, [14, 15, 20]);
    ///
    /// // accumulate(f, start=0, returns_state=True): the state and the output differ.
    /// let pairs = items().scan(0, |before, x| (std::mem::replace(before, x), x));
    /// assert_eq!(pairs.collect::<Vec<_>>().await, [(0, 4), (4, 1), (1, 5)]);
    ///
    /// // accumulate(f): no state before the first item, which is emitted as it is.
    /// let largest = items().scan(None, |largest, x| *largest.insert(largest.map_or(x, |before: i32| before.max(x))));
    /// assert_eq!(largest.collect::<Vec<i32>>().await, [4, 4, 5]);
    ///
    /// // accumulate(f, returns_state=True): likewise; here it is said what the first output is.
    /// let steps = items().scan(None, |before, x| before.replace(x).map_or(x, |before: i32| x - before));
    /// assert_eq!(steps.collect::<Vec<i32>>().await, [4, -3, 4]);
    /// # });
    /// ```
    fn scan<A, U, F>(self, init: A, f: F) -> Operate<Self, Scan<A, F>, ArrivalTime>
    where
        F: FnMut(&mut A, Self::Item) -> U,
    {
        self.operate(Scan::new(init, f))
    }
}

impl<S: Stream> ScanExt for S {}

/// The operator behind [`scan`](ScanExt::scan).
#[derive(Clone)]
pub struct Scan<A, F> {
    state: A,
    f: F,
}

impl<A, F> Scan<A, F> {
    /// Makes of the state and each item what `f` says, beginning with the state `init`.
    pub fn new<T, U>(init: A, f: F) -> Self
    where
        F: FnMut(&mut A, T) -> U,
    {
        Self { state: init, f }
    }

    /// What the items so far have made of the state.
    pub fn state(&self) -> &A {
        &self.state
    }
}

opaque_debug!(Scan < A, F > {});

impl<T, U, A, F> Operator<T> for Scan<A, F>
where
    F: FnMut(&mut A, T) -> U,
{
    type Out = U;

    fn is_timed(&self) -> bool {
        false
    }

    fn is_plain(&self) -> bool {
        true
    }

    #[inline]
    fn on_item(&mut self, item: T, _now: Timestamp, out: &mut impl Emit<U>) {
        out.emit((self.f)(&mut self.state, item));
    }

    fn size_hint(&self, items: (usize, Option<usize>)) -> (usize, Option<usize>) {
        items
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::stream;
    use futures_core::Stream;

    use crate::prelude::*;

    #[test]
    fn one_output_an_item_and_the_state_can_be_read() {
        let mut counts = stream::iter(["a", "b", "c"]).scan(0_u8, |count, _| {
            *count += 1;
            *count
        });
        assert_eq!(counts.size_hint(), (3, Some(3)));
        assert_eq!(block_on(counts.next()), Some(1));
        assert_eq!(*counts.operator().state(), 1);
        assert_eq!(block_on(counts.collect::<Vec<_>>()), [2, 3]);
    }

    #[test]
    fn no_items_give_no_output() {
        let sums: Vec<i32> = block_on(stream::empty::<i32>().scan(7, |sum, x| *sum + x).collect());
        assert!(sums.is_empty());
    }
}
