//! [`SinkInto`] and [`SinkFn`]: streams that end in a sink or a closure.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_sink::Sink;
use pin_project::pin_project;

/// The most items that one poll hands over before it lets other tasks run.
const BUDGET: usize = 256;

/// Adds [`sink`](Self::sink) and [`sink_fn`](Self::sink_fn) to streams.
pub trait SinkExt: Stream + Sized {
    /// Sends all items to `sink`: the future ends with the stream, or at the sink's first error.
    ///
    /// It waits until the sink is ready before it takes an item, so a slow sink holds up the stream; flushes the sink
    /// whenever the stream has nothing; and flushes and closes it at the end. Memory: one item.
    /// (A stream of `Result`s can be [`forward`](crate::EndExt::forward)ed.)
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

    /// Calls `f` on each item, and runs its future to the end before it takes the next: ends with the stream, or at
    /// the first error. Where nothing can fail, take [`for_each`](crate::EndExt::for_each). Memory: one future of `f`.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let loads = futures::stream::iter([0.5, 1.5, 0.7]);
    /// let mut sent = 0;
    /// let send = loads.sink_fn(|load| {
    ///     sent += 1;
    ///     async move { if load <= 1.0 { Ok(()) } else { Err(format!("a load of {load} can't be: it is at most 1")) } }
    /// });
    /// assert_eq!(send.await.unwrap_err(), "a load of 1.5 can't be: it is at most 1");
    /// assert_eq!(sent, 2);
    /// # });
    /// ```
    ///
    /// # Errors
    /// That of `f`. What the stream has not given by then is dropped with it.
    ///
    /// # Panics
    /// If it is polled after it has ended.
    fn sink_fn<F, Fut, E>(self, f: F) -> SinkFn<Self, F, Fut>
    where
        F: FnMut(Self::Item) -> Fut,
        Fut: Future<Output = Result<(), E>>,
    {
        SinkFn { input: Some(self), f, running: None }
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

/// The future of [`sink_fn`](SinkExt::sink_fn).
#[pin_project]
#[must_use = "futures do nothing unless awaited"]
pub struct SinkFn<S, F, Fut> {
    #[pin]
    input: Option<S>,
    f: F,
    #[pin]
    running: Option<Fut>,
}

impl<S, F, Fut> fmt::Debug for SinkFn<S, F, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ended, running) = (self.input.is_none(), self.running.is_some());
        f.debug_struct("SinkFn").field("input_ended", &ended).field("running", &running).finish_non_exhaustive()
    }
}

impl<S, F, Fut, E> Future for SinkFn<S, F, Fut>
where
    S: Stream,
    F: FnMut(S::Item) -> Fut,
    Fut: Future<Output = Result<(), E>>,
{
    type Output = Result<(), E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), E>> {
        let mut this = self.project();
        for _ in 0..BUDGET {
            if let Some(running) = this.running.as_mut().as_pin_mut() {
                let done = ready!(running.poll(cx));
                this.running.set(None);
                if done.is_err() {
                    this.input.set(None);
                    return Poll::Ready(done);
                }
            }
            let input = this.input.as_mut().as_pin_mut();
            let input = input.expect("the future of `sink_fn` has ended and must not be polled again");
            match ready!(input.poll_next(cx)) {
                Some(item) => this.running.set(Some((this.f)(item))),
                None => {
                    this.input.set(None);
                    return Poll::Ready(Ok(()));
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::convert::Infallible;

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
        let mut to_fn = Box::pin(repeat(1).sink_fn(|_| async { Ok::<(), Infallible>(()) }));
        assert_eq!(to_fn.as_mut().now_or_never(), None);
    }
}
