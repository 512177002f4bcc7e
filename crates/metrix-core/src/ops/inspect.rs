//! [`Inspect`]: a look at each item as it passes.

use futures_core::Stream;

use crate::macros::opaque_debug;
use crate::{ArrivalTime, Emit, Operate, OperateExt, Operator, Timestamp};

/// Adds [`inspect`](Self::inspect) to streams.
pub trait InspectExt: Stream + Sized {
    /// Emits each item unchanged, at once, after `f` has looked at it.
    ///
    /// It looks only at items that are asked for: `f` never runs on a stream that nobody polls. It holds nothing, so
    /// there is nothing to flush at the end.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let mut seen = 0;
    /// let even: Vec<i32> = futures::stream::iter(1..=5).inspect(|_| seen += 1).filter(|x| x % 2 == 0).collect().await;
    /// assert_eq!(even, [2, 4]);
    /// assert_eq!(seen, 5);
    /// # });
    /// ```
    fn inspect<F>(self, f: F) -> Operate<Self, Inspect<F>, ArrivalTime>
    where
        F: FnMut(&Self::Item),
    {
        self.operate(Inspect::new(f))
    }
}

impl<S: Stream> InspectExt for S {}

/// The operator behind [`inspect`](InspectExt::inspect).
#[derive(Clone)]
pub struct Inspect<F> {
    f: F,
}

impl<F> Inspect<F> {
    /// Shows each item to `f`.
    pub fn new<T>(f: F) -> Self
    where
        F: FnMut(&T),
    {
        Self { f }
    }
}

opaque_debug!(Inspect<F> {});

impl<T, F> Operator<T> for Inspect<F>
where
    F: FnMut(&T),
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
        (self.f)(&item);
        out.emit(item);
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
    fn each_item_is_seen_once_and_only_when_asked_for() {
        let mut seen = Vec::new();
        let mut items = stream::iter(1..=3).inspect(|x| seen.push(*x));
        assert_eq!(items.size_hint(), (3, Some(3)));
        assert_eq!(block_on(items.next()), Some(1));
        assert_eq!(block_on(items.next()), Some(2));
        drop(items);
        assert_eq!(seen, [1, 2]);
    }
}
