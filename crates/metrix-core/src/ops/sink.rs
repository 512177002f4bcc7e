//! [`SinkInto`]: streams that end in a sink.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_sink::Sink;
use pin_project::pin_project;

use crate::drive::BUDGET;

/// Adds [`sink`](Self::sink) to streams.
pub trait SinkExt: Stream + Sized {
    /// Sends all items to `sink`: the future ends with the stream, or at the sink's first error.
    ///
    /// One item is taken and waits until the sink is ready for it, so a slow sink holds up the stream. The sink is
    /// flushed whenever the stream has nothing, and flushed and closed at the end. Memory: one item.
    /// (A stream of `Result`s can be [`forward`](crate::EndExt::forward)ed; for a closure there is
    /// [`sink_fn`](super::SinkFnExt::sink_fn).)
    ///
    /// # Cancel safety
    /// Dropping the future drops the stream, the sink without closing it, and the item that waits for it.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let (sender, received) = futures::channel::mpsc::channel(10);
    /// futures::stream::iter([1, 2]).sink(sender).await?;
    /// assert_eq!(received.collect::<Vec<i32>>().await, [1, 2]);
    /// # Ok::<(), futures::channel::mpsc::SendError>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// Those of the sink. What the stream has not given by then is dropped with it.
    ///
    /// # Panics
    /// If it is polled after it has ended.
    fn sink<K: Sink<Self::Item>>(self, sink: K) -> SinkInto<Self, K> {
        SinkInto { input: Some(self), sink, item: None, done: false }
    }
}

impl<S: Stream> SinkExt for S {}

/// The future of [`sink`](SinkExt::sink).
#[pin_project]
#[must_use = "futures do nothing unless awaited"]
pub struct SinkInto<S: Stream, K> {
    #[pin]
    input: Option<S>,
    #[pin]
    sink: K,
    /// Taken from the input while the sink was getting ready.
    item: Option<S::Item>,
    done: bool,
}

impl<S: Stream, K> fmt::Debug for SinkInto<S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SinkInto").field("input_ended", &self.input.is_none()).finish_non_exhaustive()
    }
}

impl<S, K> Future for SinkInto<S, K>
where
    S: Stream,
    K: Sink<S::Item>,
{
    type Output = Result<(), K::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        assert!(!*this.done, "the future of `sink` has ended and must not be polled again");
        for _ in 0..BUDGET {
            let polled = if this.item.is_some() {
                this.sink.as_mut().poll_ready(cx)
            } else if let Some(input) = this.input.as_mut().as_pin_mut() {
                match input.poll_next(cx) {
                    Poll::Ready(Some(item)) => {
                        *this.item = Some(item);
                        continue;
                    }
                    Poll::Ready(None) => {
                        this.input.set(None);
                        continue;
                    }
                    // Whether it is flushed already or not, there is nothing to do but wait.
                    Poll::Pending => match ready!(this.sink.as_mut().poll_flush(cx)) {
                        Ok(()) => return Poll::Pending,
                        Err(error) => Poll::Ready(Err(error)),
                    },
                }
            } else {
                let closed = ready!(this.sink.as_mut().poll_close(cx));
                *this.done = true;
                return Poll::Ready(closed);
            };
            let sent = ready!(polled).and_then(|()| match this.item.take() {
                Some(item) => this.sink.as_mut().start_send(item),
                None => Ok(()),
            });
            if sent.is_err() {
                *this.done = true;
                *this.item = None;
                this.input.set(None);
                return Poll::Ready(sent);
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures::FutureExt;
    use futures::channel::mpsc;
    use futures::sink::{SinkExt as _, drain, unfold};
    use futures::stream::{iter, repeat};

    use crate::prelude::*;

    #[test]
    fn a_full_sink_holds_up_the_stream() {
        let taken = Cell::new(0);
        let counted = iter(0..10).map(|x| {
            taken.set(x + 1);
            x
        });
        let (sender, mut received) = mpsc::channel(1);
        let mut sending = Box::pin(counted.sink(sender));
        assert_eq!(sending.as_mut().now_or_never(), None);
        assert_eq!(taken.get(), 3); // a channel of 1 has room for 2, and one waits
        assert_eq!(received.next().now_or_never(), Some(Some(0)));
        assert_eq!(sending.as_mut().now_or_never(), None);
        assert_eq!(taken.get(), 4);
    }

    #[test]
    fn an_error_ends_it_and_drops_the_stream() {
        let (emitter, items) = source(size(10));
        let refusing = unfold((), |(), item: i32| async move { if item < 2 { Ok(()) } else { Err(item) } });
        let mut sending = Box::pin(items.sink(refusing));
        for item in 0..4 {
            emitter.try_emit(item).unwrap();
        }
        assert_eq!(sending.as_mut().now_or_never(), Some(Err(2)));
        assert!(emitter.is_closed());
    }

    #[test]
    fn flushes_while_the_stream_is_silent_and_closes_at_its_end() {
        let (sender, mut received) = mpsc::unbounded();
        let (emitter, items) = source(size(10));
        let mut sending = Box::pin(items.sink(sender.buffer(100)));
        emitter.try_emit(1).unwrap();
        assert_eq!(sending.as_mut().now_or_never(), None);
        assert_eq!(received.next().now_or_never(), Some(Some(1)));
        drop(emitter);
        assert_eq!(sending.as_mut().now_or_never(), Some(Ok(())));
        assert_eq!(received.next().now_or_never(), Some(None));
    }

    #[test]
    fn endless_streams_let_other_tasks_run() {
        let mut to_sink = Box::pin(repeat(1).sink(drain()));
        assert_eq!(to_sink.as_mut().now_or_never(), None);
    }
}
