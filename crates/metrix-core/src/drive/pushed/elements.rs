//! [`Elements`]: the elements of what a pushed operator emits, one by one.

use std::fmt;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::{FusedStream, Stream};

use super::hub::OverOnPanic;
use super::{BUDGET, Pushed, TimeDomain, yield_now};
use crate::Operator;
use crate::sync::{AtomicUsize, Ordering};

/// The stream made by [`Pushed::elements`].
///
/// # Cancel safety
/// Dropping a future that waits for the stream's next element loses nothing.
#[must_use = "streams do nothing unless polled"]
pub struct Elements<In, O: Operator<In>, T> {
    outputs: Pushed<In, O, T>,
    /// What is left of the output that was taken last, and how many elements of it still count as waiting.
    open: Option<(O::Out, usize)>,
    /// Whether its iterator is at work, or has panicked.
    giving: bool,
    waiting: Arc<AtomicUsize>,
    bound: NonZeroUsize,
}

impl<In, O, T> Pushed<In, O, T>
where
    O: Operator<In, Out: ExactSizeIterator>,
    T: TimeDomain<In>,
{
    /// The elements of the outputs, which are iterators: as if the operator emitted each by itself, but an element is made
    /// when the stream is polled for it, by the task that polls, and not under the lock.
    ///
    /// The bound counts elements from now on: those that wait are those of all outputs that have come out and have not been given.
    /// An iterator that panics closes the stream: the panic is that of the poll, the rest of the output is lost, and the stream
    /// gives what had come out before and ends.
    ///
    /// Memory: that of the outputs, as long as one of their elements waits.
    ///
    /// ```
    /// use metrix_core::{EmitError, ops::{Map, Partition}, prelude::*};
    ///
    /// let pairs = Partition::new(size(2)).then(Map::new(Vec::into_iter));
    /// let (pusher, pairs) = pushed(pairs, size(2));
    /// let mut items = pairs.elements();
    /// for item in 1..=3 {
    ///     pusher.try_push(item)?;
    /// }
    /// assert_eq!(pusher.try_push(4), Err(EmitError::Full(4))); // 1 and 2 wait, and 4 would complete another pair
    /// assert_eq!(futures::executor::block_on(items.next()), Some(1));
    /// pusher.try_push(4)?;
    /// # Ok::<(), EmitError<i32>>(())
    /// ```
    pub fn elements(self) -> Elements<In, O, T> {
        let mut state = self.hub.lock();
        let waiting = state.emitted.count_elements(O::Out::len);
        let bound = state.bound;
        drop(state);
        Elements { outputs: self, open: None, giving: false, waiting, bound }
    }
}

impl<In, O, T> Elements<In, O, T>
where
    O: Operator<In, Out: ExactSizeIterator>,
    T: TimeDomain<In>,
{
    /// The next element, if it is one of the output that was taken last: what a poll gives then, at no more than the cost of
    /// making it. `None` says nothing about what a poll would give.
    ///
    /// ```
    /// use metrix_core::{ops::{Map, Partition}, prelude::*};
    ///
    /// let (pusher, pairs) = pushed(Partition::new(size(2)).then(Map::new(Vec::into_iter)), size(2));
    /// let mut items = pairs.elements();
    /// pusher.try_push(1)?;
    /// pusher.try_push(2)?;
    /// assert_eq!(items.at_hand(), None);
    /// assert_eq!(futures::executor::block_on(items.next()), Some(1));
    /// assert_eq!((items.at_hand(), items.at_hand()), (Some(2), None));
    /// # Ok::<(), metrix_core::EmitError<i32>>(())
    /// ```
    ///
    /// # Panics
    /// If the output's iterator does.
    #[inline]
    pub fn at_hand(&mut self) -> Option<<O::Out as Iterator>::Item> {
        let (rest, waiting) = self.open.as_mut()?;
        let over = OverOnPanic(&*self.outputs.hub);
        let element = if self.giving {
            None
        } else {
            self.giving = true;
            rest.next()
        };
        self.giving = false;
        std::mem::forget(over);
        // An iterator that gives fewer than it said, or more, must not leave the count off for good.
        let given = if element.is_some() { 1.min(*waiting) } else { *waiting };
        *waiting -= given;
        if element.is_none() {
            self.open = None;
        }
        self.take_off(given);
        element
    }

    /// Waits for the operator's next deadline by the clock, and for nothing else: for who takes what is [at hand](Self::at_hand) and wants to
    /// be woken meanwhile when time is up. It is ready at once if the deadline is reached or there is none, in event time, once the pushers are
    /// closed, and as long as no poll of the stream has slept until a deadline in the runtime that this one is in.
    ///
    /// ```
    /// use metrix_core::{fold::ToVec, ops::{Map, TimedWindow}, prelude::*};
    /// use std::{future::poll_fn, time::Duration};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), metrix_core::EmitError<i32>> {
    /// let second = Duration::from_secs(1);
    /// let windows = TimedWindow::with(second, ToVec).then(Map::new(|window: Window<Vec<i32>>| window.value.into_iter()));
    /// let (pusher, windows) = pushed(windows, size(10));
    /// let mut items = windows.elements();
    /// pusher.try_push(1)?;
    /// pusher.try_push(2)?;
    /// assert_eq!(items.next().await, Some(1)); // a second later
    /// pusher.try_push(3)?;
    /// poll_fn(|cx| items.poll_deadline(cx)).await; // another second later
    /// assert_eq!((items.at_hand(), items.at_hand()), (Some(2), None));
    /// assert_eq!(items.next().await, Some(3));
    /// # Ok(())
    /// # }
    /// ```
    pub fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.outputs.poll_deadline(cx)
    }

    /// These no longer wait.
    #[inline]
    fn take_off(&self, elements: usize) {
        let before = self.waiting.fetch_sub(elements, Ordering::Relaxed);
        let bound = self.bound.get();
        if before >= bound && before - elements < bound {
            self.make_room();
        }
    }

    /// Wakes those who wait for room. Who saw that there is none did so under the lock, and has left its waker there by now.
    #[cold]
    fn make_room(&self) {
        let mut state = self.outputs.hub.lock();
        state.wakes().wake_after(state);
    }
}

impl<In, O, T> Stream for Elements<In, O, T>
where
    O: Operator<In, Out: ExactSizeIterator + Unpin>,
    T: TimeDomain<In>,
{
    type Item = <O::Out as Iterator>::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        for _ in 0..BUDGET {
            if let Some(element) = self.at_hand() {
                return Poll::Ready(Some(element));
            }
            let Some(output) = ready!(Pin::new(&mut self.outputs).poll_next(cx)) else { return Poll::Ready(None) };
            let elements = output.len();
            self.open = Some((output, elements));
        }
        yield_now(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let waiting = self.waiting.load(Ordering::Relaxed);
        // An output that is still to come can have any number of elements.
        let ends = self.outputs.ended || self.outputs.hub.to_come().1 == Some(0);
        (waiting, ends.then_some(waiting))
    }
}

impl<In, O, T> FusedStream for Elements<In, O, T>
where
    O: Operator<In, Out: ExactSizeIterator + Unpin>,
    T: TimeDomain<In>,
{
    fn is_terminated(&self) -> bool {
        self.open.is_none() && self.outputs.is_terminated()
    }
}

impl<In, O: Operator<In>, T> fmt::Debug for Elements<In, O, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiting = self.waiting.load(Ordering::Relaxed);
        f.debug_struct("Elements")
            .field("waiting", &waiting)
            .field("ended", &self.outputs.ended)
            .finish_non_exhaustive()
    }
}
