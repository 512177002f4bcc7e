//! [`ZipLatest`]: each item of one input, with the latest of the others.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use pin_project::pin_project;

use super::Inputs;
use super::slots::{LatestOthers, Slots};
use crate::drive::BUDGET;
use crate::macros::opaque_debug;

/// Adds [`zip_latest`](Self::zip_latest) to streams.
pub trait ZipLatestExt: Stream + Sized {
    /// Emits pairs: each item of this stream, with the latest of `other`; up to `bound` wait for the first of `other`.
    ///
    /// For more than two inputs, and all that is to be said of it, see the function [`zip_latest`](zip_latest()).
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let loads = futures::stream::iter([0.5, 0.75]);
    /// let hosts = futures::stream::iter(["old", "new"]);
    /// let pairs: Vec<(f64, &str)> = loads.zip_latest(hosts, size(10)).collect().await;
    /// assert_eq!(pairs, [(0.5, "new"), (0.75, "new")]);
    /// # });
    /// ```
    fn zip_latest<B>(self, other: B, bound: NonZeroUsize) -> ZipLatest<(Self, B)>
    where
        B: Stream<Item: Clone>,
    {
        zip_latest((self, other), bound)
    }
}

impl<S: Stream> ZipLatestExt for S {}

/// Emits every item of the first input, with the latest items of the others: a tuple for a tuple of inputs, a `Vec`
/// for a `Vec` of inputs.
///
/// Until each of the others has given an item, those of the first queue; once `bound` of them do, the first input is
/// held up. They are emitted in order when the others are there. Before an item of the first input is taken, what the
/// others have ready is, up to a thousand items, so that none of the inputs can starve another. So where several
/// inputs have items at once, an item of the first meets the newest of the others' items, although it may have been there
/// before them: in streamz, which is told each item as it comes, it meets the one that was the latest then. What came first
/// in which input can't be seen from here.
/// Memory: `bound` items of the first input and one of each other.
///
/// An input that ends is dropped, and its last item stays. The stream ends, and drops the inputs that are left, when
/// the first has ended and its items are emitted; or when one of the others has ended without an item, so that nothing
/// can come out: the items that queue then are dropped, and [`unpaired`](ZipLatest::unpaired) counts them.
///
/// ```
/// use futures::stream::iter;
/// use metrix_core::prelude::*;
///
/// # futures::executor::block_on(async {
/// let rows = zip_latest((iter([1, 2]), iter(['a', 'b']), iter([true])), size(10));
/// assert_eq!(rows.collect::<Vec<_>>().await, [(1, 'b', true), (2, 'b', true)]);
/// # });
/// ```
pub fn zip_latest<I>(inputs: I, bound: NonZeroUsize) -> ZipLatest<I>
where
    I: Inputs,
    I::Slots: LatestOthers,
{
    let slots = inputs.into_slots();
    let (missing, over) = (slots.count().saturating_sub(1), slots.count() == 0);
    ZipLatest { slots, queue: VecDeque::new(), bound, missing, unpaired: 0, over }
}

/// The stream of [`zip_latest`](zip_latest()) and [`ZipLatestExt::zip_latest`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct ZipLatest<I: Inputs> {
    #[pin]
    slots: I::Slots,
    queue: VecDeque<<I::Slots as Slots>::First>,
    bound: NonZeroUsize,
    /// How many of the other inputs have not given an item yet.
    missing: usize,
    unpaired: usize,
    over: bool,
}

impl<I: Inputs> ZipLatest<I> {
    /// How many items of the first input were dropped at the end, because another input ended without an item. Zero
    /// until the stream has ended.
    pub fn unpaired(&self) -> usize {
        self.unpaired
    }
}

opaque_debug!(ZipLatest<I: Inputs> { bound, missing, unpaired, over });

impl<I> ZipLatest<I>
where
    I: Inputs,
    I::Slots: LatestOthers,
{
    fn step(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<I::Items>> {
        let mut more = false;
        // Those that waited for the others come out before the others move on.
        if self.missing > 0 || self.queue.is_empty() {
            match self.as_mut().take_others(cx) {
                Ok(more_of_others) => more |= more_of_others,
                Err(EndedWithoutItem) => {
                    let this = self.project();
                    *this.unpaired = this.queue.len();
                    this.queue.clear();
                    return Poll::Ready(None);
                }
            }
        }
        more |= self.as_mut().fill_queue(cx);
        let this = self.project();
        if *this.missing == 0 {
            if let Some(first) = this.queue.pop_front() {
                return Poll::Ready(Some(I::items(this.slots.latest_after(first))));
            }
        }
        if this.queue.is_empty() && !this.slots.is_open(0) {
            return Poll::Ready(None);
        }
        if more {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }

    /// Takes what the other inputs have ready. Tells whether one of them may have more.
    fn take_others(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Result<bool, EndedWithoutItem> {
        let mut this = self.project();
        let inputs = this.slots.count();
        let mut more = false;
        for i in 1..inputs {
            let mut left = (BUDGET / inputs).max(1);
            while left > 0 && this.slots.is_open(i) {
                let first = !this.slots.is_held(i);
                match this.slots.as_mut().poll(i, cx) {
                    Poll::Ready(true) => *this.missing -= usize::from(first),
                    Poll::Ready(false) if first => return Err(EndedWithoutItem),
                    Poll::Ready(false) | Poll::Pending => break,
                }
                left -= 1;
            }
            more |= left == 0;
        }
        Ok(more)
    }

    /// Takes what the first input has ready and the queue has room for, or one item if that can be emitted at once.
    /// Tells whether there may be more.
    fn fill_queue(self: Pin<&mut Self>, cx: &mut Context<'_>) -> bool {
        let mut this = self.project();
        let room = if *this.missing == 0 { 1 } else { this.bound.get() };
        for _ in 0..BUDGET {
            if this.queue.len() >= room || !this.slots.is_open(0) {
                return false;
            }
            match this.slots.as_mut().poll(0, cx) {
                Poll::Ready(true) => this.queue.extend(this.slots.as_mut().take_first()),
                Poll::Ready(false) | Poll::Pending => return false,
            }
        }
        true
    }
}

/// One of the other inputs has, so that nothing can be emitted any more.
struct EndedWithoutItem;

impl<I> Stream for ZipLatest<I>
where
    I: Inputs,
    I::Slots: LatestOthers,
{
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
        let (least, most) = self.slots.size_hint(0);
        let queued = self.queue.len();
        let most = most.and_then(|most| most.checked_add(queued));
        // An input that may end without an item may end it all.
        let complete = |i| self.slots.is_held(i) || self.slots.size_hint(i).0 > 0;
        let least = if (1..self.slots.count()).all(complete) { least.saturating_add(queued) } else { 0 };
        (least, most)
    }
}

impl<I> FusedStream for ZipLatest<I>
where
    I: Inputs,
    I::Slots: LatestOthers,
{
    fn is_terminated(&self) -> bool {
        self.over
    }
}

#[cfg(test)]
mod tests;
