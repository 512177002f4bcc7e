//! [`ThenAsync`]: what a function's futures give, one after the other.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use pin_project::pin_project;

use crate::macros::opaque_debug;

/// Adds [`then`](Self::then) to streams.
pub trait ThenExt: Stream + Sized {
    /// Runs the future that `f` makes of each item to its end, and emits what it gives, before the next item.
    ///
    /// It is [`map_async`](super::MapAsyncExt::map_async) with one future at a time, which it keeps in itself, so no
    /// item costs an allocation. While the future runs, the input is not polled. At the end of the input nothing is
    /// held; the input is dropped at once. If `f`, its future or the input panics, the panic goes to whoever polls the
    /// stream, which is over then. Memory: one future.
    ///
    /// This is the `then` of streams; that of operators, [`Operator::then`](crate::Operator::then), joins two of them.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let start = tokio::time::Instant::now();
    /// let delays = futures::stream::iter([3, 2, 1]);
    /// let looked_up: Vec<u64> = delays
    ///     .then(async |secs| {
    ///         tokio::time::sleep(Duration::from_secs(secs)).await;
    ///         secs * 10
    ///     })
    ///     .collect()
    ///     .await;
    /// assert_eq!(looked_up, [30, 20, 10]);
    /// assert_eq!(start.elapsed(), Duration::from_secs(6));
    /// # }
    /// ```
    ///
    /// # Cancel safety
    /// Dropping the future of `next` loses nothing: the future that runs stays in the stream and goes on with the next
    /// poll. Dropping the stream drops it at whatever point it has reached.
    fn then<Fut, F>(self, f: F) -> ThenAsync<Self, Fut, F>
    where
        Fut: Future,
        F: FnMut(Self::Item) -> Fut,
    {
        ThenAsync { input: Some(self), running: None, f, over: false }
    }
}

impl<S: Stream> ThenExt for S {}

/// The stream behind [`then`](ThenExt::then). ([`Then`](crate::Then) is two operators as one.)
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct ThenAsync<S, Fut, F> {
    #[pin]
    input: Option<S>,
    #[pin]
    running: Option<Fut>,
    f: F,
    over: bool,
}

opaque_debug!(ThenAsync < S, Fut, F > { over });

impl<S, Fut, F> Stream for ThenAsync<S, Fut, F>
where
    S: Stream,
    Fut: Future,
    F: FnMut(S::Item) -> Fut,
{
    type Item = Fut::Output;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Fut::Output>> {
        let mut this = self.project();
        if *this.over {
            this.input.set(None);
            this.running.set(None);
            return Poll::Ready(None);
        }
        // It stays over if anything panics before the end of this function.
        *this.over = true;
        let polled = loop {
            if let Some(running) = this.running.as_mut().as_pin_mut() {
                let output = running.poll(cx);
                if output.is_ready() {
                    this.running.set(None);
                }
                break output.map(Some);
            }
            let Some(input) = this.input.as_mut().as_pin_mut() else { break Poll::Ready(None) };
            match input.poll_next(cx) {
                Poll::Ready(Some(item)) => this.running.set(Some((this.f)(item))),
                Poll::Ready(None) => this.input.set(None),
                Poll::Pending => break Poll::Pending,
            }
        };
        *this.over = matches!(polled, Poll::Ready(None));
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.over {
            return (0, Some(0));
        }
        let running = usize::from(self.running.is_some());
        let (least, most) = self.input.as_ref().map_or((0, Some(0)), Stream::size_hint);
        (least.saturating_add(running), most.and_then(|most| most.checked_add(running)))
    }
}

impl<S, Fut, F> FusedStream for ThenAsync<S, Fut, F>
where
    S: Stream,
    Fut: Future,
    F: FnMut(S::Item) -> Fut,
{
    fn is_terminated(&self) -> bool {
        self.over
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::pin::pin;
    use std::rc::Rc;
    use std::time::Duration;

    use futures::executor::block_on;
    use futures::stream;
    use futures::task::noop_waker_ref;

    use super::*;
    use crate::ops::{Flatten, Map, Slice};
    use crate::prelude::*;

    #[tokio::test(start_paused = true)]
    async fn giving_up_on_next_loses_nothing() {
        let mut slow = pin!(stream::iter([1, 2]).then(async |x| {
            tokio::time::sleep(Duration::from_secs(5)).await;
            x
        }));
        assert_eq!(slow.size_hint(), (2, Some(2)));
        assert!(tokio::time::timeout(Duration::from_secs(4), slow.next()).await.is_err());
        assert_eq!(slow.size_hint(), (2, Some(2)));
        assert_eq!(tokio::time::timeout(Duration::from_secs(2), slow.next()).await, Ok(Some(1)));
        assert_eq!(slow.size_hint(), (1, Some(1)));
        assert_eq!(slow.next().await, Some(2));
        assert_eq!(slow.next().await, None);
        assert!(slow.is_terminated());
    }

    #[test]
    fn the_input_is_dropped_when_it_ends_and_not_polled_again() {
        let held = Rc::new(());
        let (in_input, mut items) = (held.clone(), vec![None, Some(1)]);
        let input = stream::poll_fn(move |_| {
            let _held = &in_input;
            Poll::Ready(items.pop().expect("it is not polled after its end"))
        });
        let mut outputs = input.then(ready);
        assert_eq!(block_on(outputs.next()), Some(1));
        assert_eq!(Rc::strong_count(&held), 2);
        assert_eq!(block_on(outputs.next()), None);
        assert_eq!(Rc::strong_count(&held), 1);
        assert_eq!(block_on(outputs.next()), None);
    }

    #[test]
    fn the_input_waits_for_the_future() {
        let mut pulled = 0;
        let mut stuck = stream::repeat(()).inspect(|()| pulled += 1).then(|()| pending::<()>());
        let mut cx = Context::from_waker(noop_waker_ref());
        for _ in 0..3 {
            assert!(Pin::new(&mut stuck).poll_next(&mut cx).is_pending());
        }
        assert_eq!(stuck.size_hint(), (usize::MAX, None));
        drop(stuck);
        assert_eq!(pulled, 1);
    }

    #[test]
    fn a_panic_ends_it() {
        let mut outputs = pin!(stream::iter(0..3).then(async |x| assert_ne!(x, 0, "the future fails")));
        assert!(catch_unwind(AssertUnwindSafe(|| block_on(outputs.next()))).is_err());
        assert_eq!(outputs.size_hint(), (0, Some(0)));
        assert_eq!(block_on(outputs.next()), None);
    }

    #[test]
    fn operators_and_streams_have_each_their_own() {
        let fused = Map::new(|x: i32| 0..x).then(Flatten::new()).then(Slice::new(1..));
        let outputs: Vec<i32> = block_on(stream::iter([1, 2]).then(ready).operate(fused).then(ready).collect());
        assert_eq!(outputs, [0, 1]);
    }
}
