//! [`SinkFn`]: streams that end in a closure.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use pin_project::pin_project;

use crate::drive::BUDGET;

/// Adds [`sink_fn`](Self::sink_fn) to streams.
pub trait SinkFnExt: Stream + Sized {
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
    ///
    /// # Cancel safety
    /// Dropping the future drops the stream and the future of `f` that runs.
    fn sink_fn<F, Fut, E>(self, f: F) -> SinkFn<Self, F, Fut>
    where
        F: FnMut(Self::Item) -> Fut,
        Fut: Future<Output = Result<(), E>>,
    {
        SinkFn { input: Some(self), f, running: None }
    }
}

impl<S: Stream> SinkFnExt for S {}

/// The future of [`sink_fn`](SinkFnExt::sink_fn).
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
    use std::convert::Infallible;

    use futures::FutureExt;
    use futures::stream::{pending, repeat};

    use crate::prelude::*;

    #[test]
    fn an_error_drops_the_stream() {
        let (emitter, items) = source(size(10));
        let mut sending = Box::pin(items.sink_fn(|item: i32| async move { if item < 2 { Ok(()) } else { Err(item) } }));
        for item in 0..4 {
            emitter.try_emit(item).unwrap();
        }
        assert_eq!(sending.as_mut().now_or_never(), Some(Err(2)));
        assert!(emitter.is_closed());
    }

    #[test]
    fn takes_no_item_while_a_call_runs() {
        let (emitter, items) = source(size(1));
        let mut sending =
            Box::pin(items.sink_fn(|()| async { pending::<Result<(), Infallible>>().next().await.unwrap() }));
        emitter.try_emit(()).unwrap();
        assert_eq!(sending.as_mut().now_or_never(), None);
        emitter.try_emit(()).unwrap();
        assert_eq!(sending.as_mut().now_or_never(), None);
        assert!(emitter.try_emit(()).is_err());
    }

    #[test]
    fn an_endless_stream_lets_other_tasks_run() {
        let mut sending = Box::pin(repeat(1).sink_fn(|_| async { Ok::<(), Infallible>(()) }));
        assert_eq!(sending.as_mut().now_or_never(), None);
    }
}
