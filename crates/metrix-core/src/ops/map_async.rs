//! [`MapAsync`]: what a function's futures give, several of them running at once.

use std::num::NonZeroUsize;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use futures_util::stream::{FuturesOrdered, FuturesUnordered};
use pin_project::pin_project;

use crate::drive::BUDGET;
use crate::macros::opaque_debug;

/// Adds [`map_async`](Self::map_async) and [`map_async_unordered`](Self::map_async_unordered) to streams.
pub trait MapAsyncExt: Stream + Sized {
    /// Runs the future that `f` makes of each item, at most `n` at once, and emits what they give in the order of the
    /// items.
    ///
    /// An output is emitted when its future is done and all before it have been emitted, so one slow future holds up
    /// those behind it. While `n` futures run, or their outputs wait, the input is not polled. The futures make
    /// progress only while this stream is polled. At the end of the input the futures that run are finished and
    /// emitted; the input itself is dropped at once. If `f`, a future or the input panics, the panic goes to whoever
    /// polls the stream, which is over then: the next poll drops the other futures and the input.
    ///
    /// Memory: `n` futures or outputs, taken as they come. With `n` = 1, [`then`](super::ThenExt::then) is the same
    /// and cheaper.
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
    ///     .map_async(size(2), async |secs| {
    ///         tokio::time::sleep(Duration::from_secs(secs)).await;
    ///         secs * 10
    ///     })
    ///     .collect()
    ///     .await;
    /// assert_eq!(looked_up, [30, 20, 10]);
    /// assert_eq!(start.elapsed(), Duration::from_secs(4)); // one after the other they would take 6 s
    /// # }
    /// ```
    ///
    /// # Cancel safety
    /// Dropping the future of `next` loses nothing: the futures stay in the stream and go on with the next poll.
    /// Dropping the stream drops its futures at whatever point they have reached.
    fn map_async<Fut, F>(self, n: NonZeroUsize, f: F) -> MapAsync<Self, F, FuturesOrdered<Fut>>
    where
        Fut: Future,
        F: FnMut(Self::Item) -> Fut,
    {
        MapAsync::new(self, n, f)
    }

    /// Runs the future that `f` makes of each item, at most `n` at once, and emits what they give as soon as it is
    /// there.
    ///
    /// As [`map_async`](Self::map_async), but the outputs come in the order in which their futures are done, and a slow
    /// future holds up nothing but its own place among the `n`.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let delays = futures::stream::iter([3, 2, 2]);
    /// let looked_up: Vec<u64> = delays
    ///     .map_async_unordered(size(2), async |secs| {
    ///         tokio::time::sleep(Duration::from_secs(secs)).await;
    ///         secs * 10
    ///     })
    ///     .collect()
    ///     .await;
    /// assert_eq!(looked_up, [20, 30, 20]); // after 2, 3 and 4 s
    /// # }
    /// ```
    ///
    /// # Cancel safety
    /// That of [`map_async`](Self::map_async).
    fn map_async_unordered<Fut, F>(self, n: NonZeroUsize, f: F) -> MapAsync<Self, F, FuturesUnordered<Fut>>
    where
        Fut: Future,
        F: FnMut(Self::Item) -> Fut,
    {
        MapAsync::new(self, n, f)
    }
}

impl<S: Stream> MapAsyncExt for S {}

/// The stream behind [`map_async`](MapAsyncExt::map_async) and
/// [`map_async_unordered`](MapAsyncExt::map_async_unordered), which differ in the collection `Q` that runs the futures.
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct MapAsync<S, F, Q> {
    #[pin]
    input: Option<S>,
    n: NonZeroUsize,
    f: F,
    running: Q,
    over: bool,
}

impl<S, F, Q: Default> MapAsync<S, F, Q> {
    fn new(input: S, n: NonZeroUsize, f: F) -> Self {
        Self { input: Some(input), n, f, running: Q::default(), over: false }
    }
}

opaque_debug!(MapAsync<S, F, Q> { n, over });

impl<S, F, Q, Fut> Stream for MapAsync<S, F, Q>
where
    S: Stream,
    F: FnMut(S::Item) -> Fut,
    Fut: Future,
    Q: Stream<Item = Fut::Output> + Extend<Fut> + Default + Unpin,
{
    type Item = Fut::Output;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Fut::Output>> {
        let mut this = self.project();
        if *this.over {
            this.input.set(None);
            *this.running = Q::default();
            return Poll::Ready(None);
        }
        // It stays over if anything panics before the end of this function.
        *this.over = true;
        let mut budget = BUDGET;
        while count(this.running) < this.n.get() && budget > 0 {
            let Some(input) = this.input.as_mut().as_pin_mut() else { break };
            match input.poll_next(cx) {
                Poll::Ready(Some(item)) => this.running.extend([(this.f)(item)]),
                Poll::Ready(None) => this.input.set(None),
                Poll::Pending => break,
            }
            budget -= 1;
        }
        let mut polled = Pin::new(&mut *this.running).poll_next(cx);
        if this.input.is_some() && !matches!(polled, Poll::Ready(Some(_))) {
            polled = Poll::Pending;
            if budget == 0 && count(this.running) < this.n.get() {
                cx.waker().wake_by_ref();
            }
        }
        *this.over = matches!(polled, Poll::Ready(None));
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.over {
            return (0, Some(0));
        }
        let running = count(&self.running);
        let (least, most) = self.input.as_ref().map_or((0, Some(0)), Stream::size_hint);
        (least.saturating_add(running), most.and_then(|most| most.checked_add(running)))
    }
}

/// How many futures are in the collection, done or not: both kinds know it exactly, but share no other method for it.
fn count(running: &impl Stream) -> usize {
    running.size_hint().0
}

impl<S, F, Q, Fut> FusedStream for MapAsync<S, F, Q>
where
    S: Stream,
    F: FnMut(S::Item) -> Fut,
    Fut: Future,
    Q: Stream<Item = Fut::Output> + Extend<Fut> + Default + Unpin,
{
    fn is_terminated(&self) -> bool {
        self.over
    }
}
