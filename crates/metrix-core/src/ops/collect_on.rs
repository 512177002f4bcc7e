//! [`CollectOn`]: all items since the last trigger.

use std::fmt;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use pin_project::pin_project;

use crate::Fold;
use crate::drive::BUDGET;
use crate::fold::ToVec;

/// Adds [`collect_on`](Self::collect_on) to streams.
pub trait CollectOnExt: Stream + Sized {
    /// Emits all items held as one `Vec` each time that `trigger` yields, an empty one if there are none (streamz'
    /// `collect` with its `flush`).
    ///
    /// Where both are ready items go first: the trigger is asked when the input has nothing ready, when `bound` items
    /// are held, or after a thousand, so that an input which is always ready does not keep it from being heard.
    /// While `bound` items are held the input is held up until the trigger yields; if that in turn waits for the input,
    /// make the bound larger than what may come in between. Once the trigger has ended nobody asks for the items any
    /// more: then they are emitted whenever `bound` are there. At the end of the input those held are emitted, if there
    /// are any, and the stream is over, whatever the trigger does. Memory: `bound` items.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let (mut flush, trigger) = futures::channel::mpsc::channel(8);
    /// let (mut send, items) = futures::channel::mpsc::channel(8);
    /// let mut batches = items.collect_on(trigger, size(100));
    ///
    /// send.try_send(1).unwrap();
    /// send.try_send(2).unwrap();
    /// flush.try_send(()).unwrap();
    /// assert_eq!(batches.next().await, Some(vec![1, 2]));
    /// flush.try_send(()).unwrap();
    /// assert_eq!(batches.next().await, Some(vec![]));
    ///
    /// send.try_send(3).unwrap();
    /// drop(send);
    /// assert_eq!(batches.next().await, Some(vec![3]));
    /// assert_eq!(batches.next().await, None);
    /// # });
    /// ```
    fn collect_on<C: Stream>(self, trigger: C, bound: NonZeroUsize) -> CollectOn<Self, C> {
        CollectOn::new(self, trigger, ToVec, Some(bound))
    }

    /// Emits what `fold` makes of the items since the last time, each time that `trigger` yields. As
    /// [`collect_on`](Self::collect_on), but the memory is one state of the fold, so that the input is never held up;
    /// what comes after the trigger has ended is emitted at the end of the input.
    ///
    /// ```
    /// use metrix_core::{fold::Count, prelude::*};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// use tokio::time::{Instant, interval, interval_at};
    /// use tokio_stream::wrappers::IntervalStream;
    ///
    /// let every_4s = IntervalStream::new(interval(Duration::from_secs(4)));
    /// let second = Duration::from_secs(1);
    /// let every_minute = IntervalStream::new(interval_at(Instant::now() + 59 * second, 60 * second));
    /// let mut counts = every_4s.collect_on_with(every_minute, Count);
    /// assert_eq!(counts.next().await, Some(15));
    /// # }
    /// ```
    fn collect_on_with<C: Stream, F: Fold<Self::Item>>(self, trigger: C, fold: F) -> CollectOn<Self, C, F> {
        CollectOn::new(self, trigger, fold, None)
    }
}

impl<S: Stream> CollectOnExt for S {}

/// The stream behind [`collect_on`](CollectOnExt::collect_on) and [`collect_on_with`](CollectOnExt::collect_on_with).
///
/// It drops the trigger when that ends, and both when the input ends. If one of them or the fold panics, the stream is
/// over.
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct CollectOn<S: Stream, C, F: Fold<S::Item> = ToVec> {
    #[pin]
    input: Option<S>,
    #[pin]
    trigger: Option<C>,
    fold: F,
    state: F::State,
    held: usize,
    bound: Option<NonZeroUsize>,
    over: bool,
}

impl<S, C, F> CollectOn<S, C, F>
where
    S: Stream,
    C: Stream,
    F: Fold<S::Item>,
{
    fn new(input: S, trigger: C, fold: F, bound: Option<NonZeroUsize>) -> Self {
        let state = fold.init();
        Self { input: Some(input), trigger: Some(trigger), fold, state, held: 0, bound, over: false }
    }

    fn poll_batch(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<F::Out>> {
        let mut budget = BUDGET;
        while budget > 0 && !self.is_full() {
            let mut this = self.as_mut().project();
            match this.input.as_mut().as_pin_mut().map(|input| input.poll_next(cx)) {
                Some(Poll::Ready(Some(item))) => {
                    this.fold.step(this.state, item);
                    *this.held = this.held.saturating_add(1);
                    budget -= 1;
                }
                Some(Poll::Pending) => break,
                Some(Poll::Ready(None)) | None => {
                    this.input.set(None);
                    this.trigger.set(None);
                    return Poll::Ready((self.held > 0).then(|| self.take()));
                }
            }
        }
        let mut this = self.as_mut().project();
        if let Some(trigger) = this.trigger.as_mut().as_pin_mut() {
            match trigger.poll_next(cx) {
                Poll::Ready(Some(_)) => return Poll::Ready(Some(self.take())),
                Poll::Ready(None) => this.trigger.set(None),
                Poll::Pending => {}
            }
        }
        if self.is_full() {
            return if self.trigger.is_none() { Poll::Ready(Some(self.take())) } else { Poll::Pending };
        }
        if budget == 0 {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }

    fn is_full(&self) -> bool {
        self.bound.is_some_and(|bound| self.held >= bound.get())
    }

    fn take(self: &mut Pin<&mut Self>) -> F::Out {
        let this = self.as_mut().project();
        *this.held = 0;
        let state = std::mem::replace(this.state, this.fold.init());
        this.fold.finish(state)
    }
}

impl<S, C, F> Stream for CollectOn<S, C, F>
where
    S: Stream,
    C: Stream,
    F: Fold<S::Item>,
{
    type Item = F::Out;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<F::Out>> {
        let mut this = self.as_mut().project();
        // Stays so if something panics.
        if std::mem::replace(this.over, true) {
            this.input.set(None);
            this.trigger.set(None);
            return Poll::Ready(None);
        }
        let polled = self.as_mut().poll_batch(cx);
        *self.project().over = matches!(polled, Poll::Ready(None));
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let Some(input) = self.input.as_ref().filter(|_| !self.over) else { return (0, Some(0)) };
        let (least, most) = input.size_hint();
        let bound = self.bound.map_or(usize::MAX, NonZeroUsize::get);
        let least = least.saturating_add(self.held).div_ceil(bound);
        // One each time that the trigger yields, and the others are full, but for one at the end.
        let triggered = self.trigger.as_ref().map_or(Some(0), |trigger| trigger.size_hint().1);
        let others = most.and_then(|most| most.checked_add(self.held)).map(|items| items.div_ceil(bound));
        (least, triggered.zip(others).and_then(|(triggered, others)| triggered.checked_add(others)))
    }
}

impl<S, C, F> FusedStream for CollectOn<S, C, F>
where
    S: Stream,
    C: Stream,
    F: Fold<S::Item>,
{
    fn is_terminated(&self) -> bool {
        self.over
    }
}

impl<S, C, F> fmt::Debug for CollectOn<S, C, F>
where
    S: Stream,
    F: Fold<S::Item>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CollectOn")
            .field("held", &self.held)
            .field("bound", &self.bound)
            .field("over", &self.over)
            .finish_non_exhaustive()
    }
}
