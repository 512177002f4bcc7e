//! [`Filter`]: the items that a predicate holds for.

use futures_core::Stream;

use crate::macros::opaque_debug;
use crate::{ArrivalTime, Emit, Operate, OperateExt, Operator, Timestamp};

/// Adds [`filter`](Self::filter) to streams.
pub trait FilterExt: Stream + Sized {
    /// Emits the items that `predicate` holds for, at once, and drops the others.
    ///
    /// It holds nothing, so there is nothing to flush at the end.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let even: Vec<i32> = futures::stream::iter(1..=5).filter(|x| x % 2 == 0).collect().await;
    /// assert_eq!(even, [2, 4]);
    /// # });
    /// ```
    fn filter<F>(self, predicate: F) -> Operate<Self, Filter<F>, ArrivalTime>
    where
        F: FnMut(&Self::Item) -> bool,
    {
        self.operate(Filter::new(predicate))
    }
}

impl<S: Stream> FilterExt for S {}

/// The operator behind [`filter`](FilterExt::filter).
#[derive(Clone)]
pub struct Filter<F> {
    predicate: F,
}

impl<F> Filter<F> {
    /// Lets the items pass that `predicate` holds for.
    pub fn new<T>(predicate: F) -> Self
    where
        F: FnMut(&T) -> bool,
    {
        Self { predicate }
    }
}

opaque_debug!(Filter<F> {});

impl<T, F> Operator<T> for Filter<F>
where
    F: FnMut(&T) -> bool,
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
        if (self.predicate)(&item) {
            out.emit(item);
        }
    }

    fn size_hint(&self, (_, most): (usize, Option<usize>)) -> (usize, Option<usize>) {
        (0, most)
    }
}
