//! [`Map`]: what a function makes of each item.

use futures_core::Stream;

use crate::macros::opaque_debug;
use crate::{ArrivalTime, Emit, Operate, OperateExt, Operator, Timestamp};

/// Adds [`map`](Self::map) to streams.
pub trait MapExt: Stream + Sized {
    /// Emits what `f` makes of each item, at once.
    ///
    /// It holds nothing, so there is nothing to flush at the end. It is also streamz' `pluck`: `map(|item| item.field)`.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let doubled: Vec<i32> = futures::stream::iter([1, 2, 3]).map(|x| x * 2).collect().await;
    /// assert_eq!(doubled, [2, 4, 6]);
    /// # });
    /// ```
    fn map<U, F>(self, f: F) -> Operate<Self, Map<F>, ArrivalTime>
    where
        F: FnMut(Self::Item) -> U,
    {
        self.operate(Map::new(f))
    }
}

impl<S: Stream> MapExt for S {}

/// The operator behind [`map`](MapExt::map).
#[derive(Clone)]
pub struct Map<F> {
    f: F,
}

impl<F> Map<F> {
    /// Makes of each item what `f` says.
    pub fn new<T, U>(f: F) -> Self
    where
        F: FnMut(T) -> U,
    {
        Self { f }
    }
}

opaque_debug!(Map<F> {});

impl<T, U, F> Operator<T> for Map<F>
where
    F: FnMut(T) -> U,
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
        out.emit((self.f)(item));
    }

    fn size_hint(&self, items: (usize, Option<usize>)) -> (usize, Option<usize>) {
        items
    }
}
