//! [`source`]: a stream whose items come from anywhere.

use std::fmt;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{self, error::TrySendError};

/// Makes a stream, and the emitter that gives it items: the way into a pipeline from tasks, threads and callbacks.
///
/// Up to `bound` items wait between the two; then [`emit`](Emitter::emit) waits and [`try_emit`](Emitter::try_emit)
/// refuses. When all clones of the emitter are dropped, the stream gives what still waits and ends. When the stream is
/// dropped, the emitters are closed and what still waits is dropped.
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

/// The side of a [`source`](source()) that items are given to. A clone of it is cheap, and gives items to the same
/// stream.
pub struct Emitter<T> {
    sender: mpsc::Sender<T>,
}

impl<T> Emitter<T> {
    /// Gives the stream an item, and waits for room first.
    ///
    /// # Errors
    /// If the stream is dropped, also while this waits: the item comes back.
    ///
    /// # Cancel safety
    /// If the future is dropped before it is done, the item is not in the stream, and is dropped with it.
    pub async fn emit(&self, item: T) -> Result<(), EmitError<T>> {
        self.sender.send(item).await.map_err(|error| EmitError::Closed(error.0))
    }

    /// Gives the stream an item, if there is room: the way in from code that may not wait.
    ///
    /// ```
    /// use metrix_core::{EmitError, prelude::*};
    ///
    /// let (emitter, readings) = source(size(1));
    /// emitter.try_emit("first").unwrap();
    /// assert_eq!(emitter.try_emit("second"), Err(EmitError::Full("second")));
    /// drop(readings);
    /// assert_eq!(emitter.try_emit("second"), Err(EmitError::Closed("second")));
    /// ```
    ///
    /// # Errors
    /// If `bound` items wait, or the stream is dropped: the item comes back.
    pub fn try_emit(&self, item: T) -> Result<(), EmitError<T>> {
        self.sender.try_send(item).map_err(|error| match error {
            TrySendError::Full(item) => EmitError::Full(item),
            TrySendError::Closed(item) => EmitError::Closed(item),
        })
    }

    /// Whether the stream is dropped, so that nothing can be emitted any more.
    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Waits until the stream is dropped.
    ///
    /// # Cancel safety
    /// Dropping the future changes nothing.
    pub async fn closed(&self) {
        self.sender.closed().await;
    }
}

impl<T> Clone for Emitter<T> {
    fn clone(&self) -> Self {
        Self { sender: self.sender.clone() }
    }
}

impl<T> fmt::Debug for Emitter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emitter").field("room", &self.sender.capacity()).field("closed", &self.is_closed()).finish()
    }
}

/// Why an item was not emitted, and the item.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EmitError<T> {
    /// As many items wait as the source may hold.
    Full(T),
    /// The stream is dropped.
    Closed(T),
}

impl<T> EmitError<T> {
    /// The item that was not emitted.
    pub fn into_item(self) -> T {
        match self {
            Self::Full(item) | Self::Closed(item) => item,
        }
    }
}

impl<T> fmt::Debug for EmitError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Full(..)",
            Self::Closed(_) => "Closed(..)",
        })
    }
}

impl<T> fmt::Display for EmitError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => {
                "the source is full: wait with `emit`, drop the item, or make the source with a larger bound"
            }
            Self::Closed(_) => "the source's stream is dropped: keep it, or stop emitting",
        })
    }
}

impl<T> std::error::Error for EmitError<T> {}

/// The stream of a [`source`](source()).
#[must_use = "streams do nothing unless polled"]
pub struct Source<T> {
    receiver: mpsc::Receiver<T>,
    ended: bool,
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
        // Asked in this order: once the emitters are gone, nothing more comes.
        let all = self.receiver.sender_strong_count() == 0;
        let waiting = self.receiver.len();
        (waiting, all.then_some(waiting))
    }
}

impl<T> FusedStream for Source<T> {
    fn is_terminated(&self) -> bool {
        self.ended
    }
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt, Stream};

    use super::{EmitError, source};
    use crate::prelude::*;

    #[test]
    fn emit_waits_for_room() {
        let (emitter, mut items) = source(size(1));
        assert_eq!(emitter.emit(1).now_or_never(), Some(Ok(())));
        let mut second = Box::pin(emitter.emit(2));
        assert_eq!(second.as_mut().now_or_never(), None);
        assert_eq!(items.next().now_or_never(), Some(Some(1)));
        assert_eq!(second.as_mut().now_or_never(), Some(Ok(())));
    }

    #[test]
    fn gives_what_waits_before_it_ends() {
        let (emitter, mut items) = source(size(usize::MAX));
        assert_eq!(items.size_hint(), (0, None));
        emitter.clone().try_emit(1).unwrap();
        assert_eq!(items.size_hint(), (1, None));
        drop(emitter);
        assert_eq!(items.size_hint(), (1, Some(1)));
        assert_eq!(items.next().now_or_never(), Some(Some(1)));
        assert_eq!(items.next().now_or_never(), Some(None));
        assert_eq!(items.next().now_or_never(), Some(None));
    }

    #[test]
    fn a_dropped_stream_gives_the_item_back() {
        let (emitter, items) = source(size(1));
        emitter.try_emit(1).unwrap();
        let mut waiting = Box::pin(emitter.emit(2));
        assert_eq!(waiting.as_mut().now_or_never(), None);
        assert_eq!(emitter.closed().now_or_never(), None);
        drop(items);
        assert_eq!(waiting.now_or_never(), Some(Err(EmitError::Closed(2))));
        assert!(emitter.is_closed());
        assert_eq!(emitter.closed().now_or_never(), Some(()));
        assert_eq!(emitter.try_emit(3).unwrap_err().into_item(), 3);
    }
}
