//! [`FilterMap`]: what a function makes of the items that it wants.

use futures_core::Stream;

use crate::macros::opaque_debug;
use crate::{ArrivalTime, Emit, Operate, OperateExt, Operator, Timestamp};

/// Adds [`filter_map`](Self::filter_map) to streams.
pub trait FilterMapExt: Stream + Sized {
    /// Emits what `f` makes of an item, at once, and drops the items that it answers with `None`.
    ///
    /// It holds nothing, so there is nothing to flush at the end.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let lines = futures::stream::iter(["12", "n/a", "7"]);
    /// let readings: Vec<u32> = lines.filter_map(|line| line.parse::<u32>().ok()).collect().await;
    /// assert_eq!(readings, [12, 7]);
    /// # });
    /// ```
    fn filter_map<U, F>(self, f: F) -> Operate<Self, FilterMap<F>, ArrivalTime>
    where
        F: FnMut(Self::Item) -> Option<U>,
    {
        self.operate(FilterMap::new(f))
    }
}

impl<S: Stream> FilterMapExt for S {}

/// The operator behind [`filter_map`](FilterMapExt::filter_map).
#[derive(Clone)]
pub struct FilterMap<F> {
    f: F,
}

impl<F> FilterMap<F> {
    /// Makes of each item what `f` says, if anything.
    pub fn new<T, U>(f: F) -> Self
    where
        F: FnMut(T) -> Option<U>,
    {
        Self { f }
    }
}

opaque_debug!(FilterMap<F> {});

impl<T, U, F> Operator<T> for FilterMap<F>
where
    F: FnMut(T) -> Option<U>,
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
        if let Some(output) = (self.f)(item) {
            out.emit(output);
        }
    }

    fn size_hint(&self, (_, most): (usize, Option<usize>)) -> (usize, Option<usize>) {
        (0, most)
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::stream;
    use futures_core::Stream;

    use crate::prelude::*;

    #[test]
    fn the_most_is_known_but_not_the_least() {
        let mut halves = stream::iter(1..=5).filter_map(|x: i32| (x % 2 == 0).then_some(x / 2));
        assert_eq!(halves.size_hint(), (0, Some(5)));
        assert_eq!(block_on(halves.next()), Some(1));
        assert_eq!(halves.size_hint(), (0, Some(3)));
        assert_eq!(block_on(halves.collect::<Vec<_>>()), [2]);
    }

    #[test]
    fn nothing_wanted_is_nothing_emitted() {
        let none: Vec<u8> = block_on(stream::iter(0..1000).filter_map(|_| None::<u8>).collect());
        assert!(none.is_empty());
    }
}
