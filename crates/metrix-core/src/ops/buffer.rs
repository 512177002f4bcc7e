//! [`Buffer`]: a queue that takes bursts in.

use std::collections::VecDeque;
use std::fmt;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use pin_project::pin_project;

use crate::drive::BUDGET;

/// Adds [`buffer`](Self::buffer) and [`buffer_dropping`](Self::buffer_dropping) to streams.
pub trait BufferExt: Stream + Sized {
    /// Reads up to `n` items ahead: at each poll it takes what the input has ready, as far as there is room, and emits
    /// the oldest.
    ///
    /// So an input that comes in bursts, or that starts work when it is polled, runs ahead of a consumer that takes one
    /// item at a time; with room for `n` it is then held up. It drops nothing and keeps the order.
    ///
    /// It is no task: between two polls nothing is read, so it does not free a producer from a consumer that is away
    /// for long. For that, run the two in tasks of their own with a bounded channel between them (streamz' `buffer` is
    /// such a task).
    ///
    /// At the end of the input what is held is emitted. Memory: `n` items.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let (mut send, receive) = futures::channel::mpsc::channel(8);
    /// let mut buffered = receive.buffer(size(100));
    /// for i in 1..=5 {
    ///     send.try_send(i).unwrap();
    /// }
    /// assert_eq!(buffered.next().await, Some(1));
    /// assert_eq!(buffered.len(), 4); // the channel is empty
    ///
    /// drop(send);
    /// assert_eq!(buffered.collect::<Vec<_>>().await, [2, 3, 4, 5]);
    /// # });
    /// ```
    fn buffer(self, n: NonZeroUsize) -> Buffer<Self> {
        Buffer::new(self, n, Full::HoldUp)
    }

    /// As [`buffer`](Self::buffer), but the input is never held up: at each poll it is read until it has nothing ready,
    /// and what there is no room for is dropped, as `overflow` says, and [counted](Buffer::dropped).
    ///
    /// A poll reads a thousand items at most and then hands one out, so an input that is always ready starves
    /// nobody.
    ///
    /// ```
    /// use metrix_core::{ops::Overflow, prelude::*};
    ///
    /// # futures::executor::block_on(async {
    /// let mut newest = futures::stream::iter(1..=10).buffer_dropping(size(3), Overflow::DropOldest);
    /// assert_eq!(newest.next().await, Some(8));
    /// assert_eq!(newest.dropped(), 7);
    /// assert_eq!(newest.collect::<Vec<_>>().await, [9, 10]);
    ///
    /// let oldest = futures::stream::iter(1..=10).buffer_dropping(size(3), Overflow::DropNewest);
    /// assert_eq!(oldest.collect::<Vec<_>>().await, [1, 2, 3]);
    /// # });
    /// ```
    fn buffer_dropping(self, n: NonZeroUsize, overflow: Overflow) -> Buffer<Self> {
        Buffer::new(self, n, Full::Drop(overflow))
    }
}

impl<S: Stream> BufferExt for S {}

/// Which item goes when there is no room for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Overflow {
    /// The one that was held for the longest.
    DropOldest,
    /// The one that has just come.
    DropNewest,
}

/// What happens to the input of a full buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Full {
    HoldUp,
    Drop(Overflow),
}

/// The stream behind [`buffer`](BufferExt::buffer) and [`buffer_dropping`](BufferExt::buffer_dropping).
///
/// It drops its input as soon as that ends. If the input panics, the stream is over.
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct Buffer<S: Stream> {
    #[pin]
    input: Option<S>,
    n: usize,
    full: Full,
    held: VecDeque<S::Item>,
    dropped: u64,
    over: bool,
}

impl<S: Stream> Buffer<S> {
    fn new(input: S, n: NonZeroUsize, full: Full) -> Self {
        Self { input: Some(input), n: n.get(), full, held: VecDeque::new(), dropped: 0, over: false }
    }

    /// How many items are held.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether no item is held.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// How many items were dropped because there was no room.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    fn read_ahead(self: Pin<&mut Self>, cx: &mut Context<'_>) {
        let mut this = self.project();
        for _ in 0..BUDGET {
            let is_full = this.held.len() >= *this.n;
            let Some(input) = this.input.as_mut().as_pin_mut() else { return };
            if is_full && *this.full == Full::HoldUp {
                return;
            }
            match input.poll_next(cx) {
                Poll::Pending => return,
                Poll::Ready(None) => this.input.set(None),
                Poll::Ready(Some(item)) => {
                    *this.dropped += u64::from(is_full);
                    match *this.full {
                        Full::Drop(Overflow::DropNewest) if is_full => continue,
                        Full::Drop(Overflow::DropOldest) if is_full => drop(this.held.pop_front()),
                        Full::HoldUp | Full::Drop(_) => {}
                    }
                    this.held.push_back(item);
                }
            }
        }
    }
}

impl<S: Stream> Stream for Buffer<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        if self.over {
            self.project().input.set(None);
            return Poll::Ready(None);
        }
        // Stays so if the input panics.
        *self.as_mut().project().over = true;
        self.as_mut().read_ahead(cx);
        let this = self.project();
        let polled = match this.held.pop_front() {
            Some(item) => Poll::Ready(Some(item)),
            None if this.input.is_none() => return Poll::Ready(None),
            // Nothing is held, so nothing was read: the input is pending.
            None => Poll::Pending,
        };
        *this.over = false;
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.over {
            return (0, Some(0));
        }
        let (least, most) = self.input.as_ref().map_or((0, Some(0)), Stream::size_hint);
        let least = least.saturating_add(self.held.len());
        let least = match self.full {
            Full::HoldUp => least,
            // An item is only dropped where n others stay.
            Full::Drop(_) => least.min(self.n),
        };
        (least, most.and_then(|most| most.checked_add(self.held.len())))
    }
}

impl<S: Stream> FusedStream for Buffer<S> {
    fn is_terminated(&self) -> bool {
        self.over
    }
}

impl<S: Stream> fmt::Debug for Buffer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffer")
            .field("n", &self.n)
            .field("full", &self.full)
            .field("len", &self.held.len())
            .field("dropped", &self.dropped)
            .finish_non_exhaustive()
    }
}
