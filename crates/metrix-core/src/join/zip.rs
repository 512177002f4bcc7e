//! [`Zip`]: the nth items of several inputs, together.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use pin_project::pin_project;

use super::Inputs;
use super::slots::Slots;
use crate::macros::opaque_debug;

/// Adds [`zip`](Self::zip) to streams.
pub trait ZipExt: Stream + Sized {
    /// Emits pairs: the nth item of this stream with the nth of `other`, as soon as both are there.
    ///
    /// For more than two inputs, and all that is to be said of it, see the function [`zip`](zip()).
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let names = futures::stream::iter(["cpu", "memory", "disk"]);
    /// let loads = futures::stream::iter([0.5, 0.25]);
    /// let pairs: Vec<(&str, f64)> = names.zip(loads).collect().await;
    /// assert_eq!(pairs, [("cpu", 0.5), ("memory", 0.25)]);
    /// # });
    /// ```
    fn zip<B: Stream>(self, other: B) -> Zip<(Self, B)> {
        zip((self, other))
    }
}

impl<S: Stream> ZipExt for S {}

/// Emits the nth items of all inputs together, as soon as the last of them is there: a tuple for a tuple of inputs, a
/// `Vec` for a `Vec` of inputs.
///
/// At most one item of each input is held, so the slowest input holds up the others. The stream ends as soon as an
/// input has ended whose items are all emitted; then each other input may have given an item that has no partner. Those
/// are dropped, and [`unpaired`](Zip::unpaired) counts them. Of an empty `Vec` nothing is emitted.
///
/// ```
/// use futures::stream::iter;
/// use metrix_core::prelude::*;
///
/// # futures::executor::block_on(async {
/// let rows: Vec<(i32, char, bool)> = zip((iter([1, 2]), iter("abc".chars()), iter([true, false]))).collect().await;
/// assert_eq!(rows, [(1, 'a', true), (2, 'b', false)]);
///
/// let columns = vec![iter([1, 2]), iter([3, 4]), iter([5, 6])];
/// let rows: Vec<Vec<i32>> = zip(columns).collect().await;
/// assert_eq!(rows, [[1, 3, 5], [2, 4, 6]]);
/// # });
/// ```
pub fn zip<I: Inputs>(inputs: I) -> Zip<I> {
    let slots = inputs.into_slots();
    let over = slots.count() == 0;
    Zip { slots, unpaired: 0, over }
}

/// The stream of [`zip`](zip()) and [`ZipExt::zip`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct Zip<I: Inputs> {
    #[pin]
    slots: I::Slots,
    unpaired: usize,
    over: bool,
}

impl<I: Inputs> Zip<I> {
    /// How many items were taken from the inputs and dropped at the end, because they had no partners: at most one for
    /// each input. Zero until the stream has ended.
    pub fn unpaired(&self) -> usize {
        self.unpaired
    }

    fn step(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<I::Items>> {
        let mut this = self.project();
        let mut complete = true;
        for i in 0..this.slots.count() {
            if !this.slots.is_held(i) {
                match this.slots.as_mut().poll(i, cx) {
                    Poll::Ready(true) => {}
                    Poll::Ready(false) => {
                        *this.unpaired = this.slots.held();
                        return Poll::Ready(None);
                    }
                    Poll::Pending => complete = false,
                }
            }
        }
        if complete { Poll::Ready(Some(I::items(this.slots.take()))) } else { Poll::Pending }
    }
}

opaque_debug!(Zip<I: Inputs> { unpaired, over });

impl<I: Inputs> Stream for Zip<I> {
    type Item = I::Items;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<I::Items>> {
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
        let hints = (0..self.slots.count()).map(|i| {
            let (least, most) = self.slots.size_hint(i);
            let held = usize::from(self.slots.is_held(i));
            (least.saturating_add(held), most.and_then(|most| most.checked_add(held)))
        });
        hints.reduce(|a, b| (a.0.min(b.0), shorter(a.1, b.1))).unwrap_or((0, Some(0)))
    }
}

/// The smaller of two upper bounds, where `None` is no bound.
fn shorter(a: Option<usize>, b: Option<usize>) -> Option<usize> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

impl<I: Inputs> FusedStream for Zip<I> {
    fn is_terminated(&self) -> bool {
        self.over
    }
}

#[cfg(test)]
mod tests {
    use futures::channel::mpsc;
    use futures::stream::{iter, pending, repeat};
    use futures::{FutureExt, Stream};

    use super::zip;
    use crate::prelude::*;

    #[test]
    fn holds_up_the_faster_input() {
        let (fast, fast_items) = mpsc::unbounded();
        let (slow, slow_items) = mpsc::unbounded();
        let mut zipped = fast_items.zip(slow_items);
        for i in 0..100 {
            fast.unbounded_send(i).unwrap();
        }
        assert_eq!(zipped.next().now_or_never(), None);
        assert_eq!(fast.len(), 99);
        slow.unbounded_send('a').unwrap();
        assert_eq!(zipped.next().now_or_never(), Some(Some((0, 'a'))));
    }

    #[test]
    fn counts_what_has_no_partner() {
        let mut zipped = zip((iter([1, 2]), iter([1, 2]), iter([1])));
        assert_eq!(zipped.size_hint(), (1, Some(1)));
        assert_eq!(zipped.next().now_or_never(), Some(Some((1, 1, 1))));
        assert_eq!(zipped.next().now_or_never(), Some(None));
        assert_eq!(zipped.unpaired(), 2);
    }

    #[test]
    fn ends_with_the_first_input_although_others_are_silent() {
        let mut zipped = iter([0; 0]).zip(pending::<i32>());
        assert_eq!(zipped.next().now_or_never(), Some(None));
    }

    #[test]
    fn bounds_are_those_of_the_shortest() {
        assert_eq!(repeat(1).zip(iter([1, 2])).size_hint(), (2, Some(2)));
        assert_eq!(repeat(1).zip(repeat(1)).size_hint(), (usize::MAX, None));
        assert_eq!(zip(Vec::<futures::stream::Empty<i32>>::new()).size_hint(), (0, Some(0)));
        assert_eq!(zip(Vec::<futures::stream::Empty<i32>>::new()).next().now_or_never(), Some(None));
    }
}
