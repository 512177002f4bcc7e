//! [`Latest`]: what is newest when the consumer comes for it.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use pin_project::pin_project;

use crate::drive::BUDGET;

/// Adds [`latest`](Self::latest) to streams.
pub trait LatestExt: Stream + Sized {
    /// Emits the latest of the items that are there when the consumer asks for one, and drops those before it.
    ///
    /// A slow consumer so gets fewer items and none that is old; one that keeps up gets all. The last item before the
    /// input pauses or ends always arrives (in streamz it is lost if it comes while the consumer is busy). Those that
    /// were dropped are [counted](Latest::skipped).
    ///
    /// It reads when it is polled, and only then: the items of the meantime wait where they come from, in a channel for
    /// example. A poll reads a thousand items at most and then hands out the latest of these, so that an input which
    /// is always ready does not keep the consumer from getting any. Memory: none.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let (mut send, receive) = futures::channel::mpsc::channel(8);
    /// let mut latest = receive.latest();
    /// send.try_send(1).unwrap();
    /// assert_eq!(latest.next().await, Some(1));
    ///
    /// // While the consumer is busy, three come and the input ends.
    /// for i in 2..=4 {
    ///     send.try_send(i).unwrap();
    /// }
    /// drop(send);
    /// assert_eq!(latest.next().await, Some(4));
    /// assert_eq!(latest.next().await, None);
    /// assert_eq!(latest.skipped(), 2);
    /// # });
    /// ```
    fn latest(self) -> Latest<Self> {
        Latest { input: Some(self), skipped: 0, over: false }
    }
}

impl<S: Stream> LatestExt for S {}

/// The stream behind [`latest`](LatestExt::latest).
///
/// It drops its input as soon as that ends. If the input panics, the stream is over.
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct Latest<S> {
    #[pin]
    input: Option<S>,
    skipped: u64,
    over: bool,
}

impl<S> Latest<S> {
    /// How many items were dropped for a later one.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }
}

impl<S: Stream> Stream for Latest<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        // Stays so if the input panics.
        if std::mem::replace(this.over, true) {
            this.input.set(None);
            return Poll::Ready(None);
        }
        let mut latest = None;
        for _ in 0..BUDGET {
            let Some(input) = this.input.as_mut().as_pin_mut() else { break };
            match input.poll_next(cx) {
                Poll::Pending => break,
                Poll::Ready(None) => this.input.set(None),
                Poll::Ready(item) => *this.skipped += u64::from(std::mem::replace(&mut latest, item).is_some()),
            }
        }
        if latest.is_none() && this.input.is_none() {
            return Poll::Ready(None);
        }
        *this.over = false;
        latest.map_or(Poll::Pending, |item| Poll::Ready(Some(item)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let input = self.input.as_ref().filter(|_| !self.over);
        let (least, most) = input.map_or((0, Some(0)), Stream::size_hint);
        (least.min(1), most)
    }
}

impl<S: Stream> FusedStream for Latest<S> {
    fn is_terminated(&self) -> bool {
        self.over
    }
}

impl<S> fmt::Debug for Latest<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Latest").field("skipped", &self.skipped).field("over", &self.over).finish_non_exhaustive()
    }
}
