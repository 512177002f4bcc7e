//! [`Union`]: the items of several inputs in one stream.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use pin_project::pin_project;

use super::Inputs;
use super::slots::{Slots, Uniform, sum_hints};
use crate::macros::opaque_debug;

/// Adds [`union`](Self::union) to streams.
pub trait UnionExt: Stream + Sized {
    /// Emits the items of this stream and of `other`, each as soon as it is there.
    ///
    /// For more than two inputs, and all that is to be said of it, see the function [`union`](union()).
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let both = futures::stream::iter([1, 2, 3]).union(futures::stream::iter([10]));
    /// assert_eq!(both.collect::<Vec<i32>>().await, [1, 10, 2, 3]);
    /// # });
    /// ```
    fn union<B: Stream<Item = Self::Item>>(self, other: B) -> Union<(Self, B)> {
        union((self, other))
    }
}

impl<S: Stream> UnionExt for S {}

/// Emits the items of all inputs, each as soon as it is there.
///
/// The inputs take turns, so one that always has an item keeps back none of the others; items of one input stay in
/// order. An input that ends is dropped, and the others go on; the stream ends with the last. It holds nothing.
/// Each poll may ask every input: for thousands of them take `futures::stream::SelectAll`, which asks those that woke.
///
/// ```
/// use futures::stream::iter;
/// use metrix_core::prelude::*;
///
/// # futures::executor::block_on(async {
/// let all = union(vec![iter(1..3), iter(5..5), iter(10..13)]);
/// assert_eq!(all.collect::<Vec<i32>>().await, [1, 10, 2, 11, 12]);
/// # });
/// ```
pub fn union<I>(inputs: I) -> Union<I>
where
    I: Inputs,
    I::Slots: Uniform<<I::Slots as Slots>::First>,
{
    Union { slots: inputs.into_slots(), turn: 0, over: false }
}

/// The stream of [`union`](union()) and [`UnionExt::union`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct Union<I: Inputs> {
    #[pin]
    slots: I::Slots,
    /// The input to be asked first.
    turn: usize,
    over: bool,
}

opaque_debug!(Union<I: Inputs> { turn, over });

impl<I, T> Union<I>
where
    I: Inputs,
    I::Slots: Slots<First = T> + Uniform<T>,
{
    fn step(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut this = self.project();
        let inputs = this.slots.count();
        let mut ended = true;
        for _ in 0..inputs {
            let i = *this.turn;
            *this.turn = if i + 1 == inputs { 0 } else { i + 1 };
            match this.slots.as_mut().poll(i, cx) {
                Poll::Ready(true) => return Poll::Ready(this.slots.take_at(i)),
                Poll::Ready(false) => {}
                Poll::Pending => ended = false,
            }
        }
        if ended { Poll::Ready(None) } else { Poll::Pending }
    }
}

impl<I, T> Stream for Union<I>
where
    I: Inputs,
    I::Slots: Slots<First = T> + Uniform<T>,
{
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        // It stays over, should an input panic.
        let polled = if std::mem::replace(self.as_mut().project().over, true) {
            Poll::Ready(None)
        } else {
            self.as_mut().step(cx)
        };
        let this = self.project();
        *this.over = matches!(polled, Poll::Ready(None));
        if *this.over {
            this.slots.close();
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.over {
            return (0, Some(0));
        }
        sum_hints((0..self.slots.count()).map(|i| self.slots.size_hint(i)))
    }
}

impl<I, T> FusedStream for Union<I>
where
    I: Inputs,
    I::Slots: Slots<First = T> + Uniform<T>,
{
    fn is_terminated(&self) -> bool {
        self.over
    }
}

#[cfg(test)]
mod tests {
    use futures::channel::mpsc;
    use futures::stream::{iter, repeat};
    use futures::{FutureExt, Stream};

    use super::union;
    use crate::prelude::*;

    #[test]
    fn an_endless_input_keeps_nothing_back() {
        let mut all = union((repeat(0), iter([1, 2]), repeat(3)));
        let mut seen = Vec::new();
        for _ in 0..7 {
            seen.push(all.next().now_or_never().unwrap().unwrap());
        }
        assert_eq!(seen, [0, 1, 3, 0, 2, 3, 0]);
    }

    #[test]
    fn goes_on_when_one_ends() {
        let (send, items) = mpsc::unbounded();
        let mut both = items.union(iter([1]));
        assert_eq!(both.next().now_or_never(), Some(Some(1)));
        assert_eq!(both.next().now_or_never(), None);
        send.unbounded_send(2).unwrap();
        drop(send);
        assert_eq!(both.next().now_or_never(), Some(Some(2)));
        assert_eq!(both.next().now_or_never(), Some(None));
        assert_eq!(both.size_hint(), (0, Some(0)));
    }

    #[test]
    fn of_nothing_ends_at_once() {
        assert_eq!(union(Vec::<futures::stream::Pending<i32>>::new()).next().now_or_never(), Some(None));
    }
}
