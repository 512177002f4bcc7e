//! [`source`]: a stream whose items come from anywhere.

mod emitter;

use std::fmt;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use tokio::sync::Semaphore;
use tokio::sync::mpsc;

pub use self::emitter::{EmitError, Emitter};

/// Makes a stream, and the emitter that gives it items: the way into a pipeline from tasks, threads and callbacks.
///
/// Up to `bound` items wait between the two; then [`emit`](Emitter::emit) waits and [`try_emit`](Emitter::try_emit)
/// refuses. When all clones of the emitter are dropped, or the stream is [closed](Source::close), it gives what still waits
/// and ends. When the stream is dropped, the emitters are closed and what still waits is dropped.
///
/// ```
/// use metrix_core::prelude::*;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (emitter, readings) = source(size(100));
/// for worker in 1..=3 {
///     let emitter = emitter.clone();
///     tokio::spawn(async move { emitter.emit(worker * 10).await });
/// }
/// emitter.try_emit(0)?;
/// drop(emitter);
///
/// let mut all: Vec<i32> = readings.collect().await;
/// all.sort();
/// assert_eq!(all, [0, 10, 20, 30]);
/// # Ok(())
/// # }
/// ```
pub fn source<T>(bound: NonZeroUsize) -> (Emitter<T>, Source<T>) {
    // More than tokio can count never wait at once.
    let (sender, receiver) = mpsc::channel(bound.get().min(Semaphore::MAX_PERMITS));
    (Emitter { sender }, Source { receiver, ended: false })
}

/// The stream of a [`source`](source()).
#[must_use = "streams do nothing unless polled"]
pub struct Source<T> {
    receiver: mpsc::Receiver<T>,
    ended: bool,
}

impl<T> Source<T> {
    /// Takes no more: emitters see that it is closed, and those that wait for room get their item back. What waits in the
    /// stream still comes, and then it ends, at the latest when all calls of `emit` that were under way are done.
    ///
    /// To close it from elsewhere while something else reads it, drop the emitters.
    ///
    /// ```
    /// use metrix_core::{EmitError, prelude::*};
    ///
    /// # futures::executor::block_on(async {
    /// let (emitter, mut readings) = source(size(10));
    /// emitter.emit(1).await?;
    /// readings.close();
    /// assert_eq!(emitter.emit(2).await, Err(EmitError::Closed(2)));
    /// assert_eq!(readings.collect::<Vec<_>>().await, [1]); // though there still is an emitter
    /// # Ok::<(), EmitError<i32>>(())
    /// # }).unwrap();
    /// ```
    pub fn close(&mut self) {
        self.receiver.close();
    }
}

impl<T> fmt::Debug for Source<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("waiting", &self.receiver.len()).field("ended", &self.ended).finish()
    }
}

impl<T> Stream for Source<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let polled = self.receiver.poll_recv(cx);
        self.ended = matches!(polled, Poll::Ready(None));
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // Asked in this order: once it is closed, nobody gets room any more, but who has room may still use it.
        let most = self.receiver.is_closed().then(|| self.receiver.max_capacity() - self.receiver.capacity());
        (self.receiver.len(), most)
    }
}

impl<T> FusedStream for Source<T> {
    fn is_terminated(&self) -> bool {
        self.ended
    }
}

#[cfg(test)]
mod tests;
