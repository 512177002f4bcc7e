//! [`Emitter`]: the side of a source that items are given to.

use std::fmt;

use tokio::sync::mpsc::{self, error::TrySendError};

/// The side of a [`source`](crate::source()) that items are given to. A clone of it is cheap, and gives items to the same
/// stream.
pub struct Emitter<T> {
    pub(super) sender: mpsc::Sender<T>,
}

impl<T> Emitter<T> {
    /// Gives the stream an item, and waits for room first.
    ///
    /// # Errors
    /// If the stream is closed or dropped, also while this waits: the item comes back.
    ///
    /// # Cancel safety
    /// If the future is dropped before it is done, the item is not in the stream, and is dropped with it.
    pub async fn emit(&self, item: T) -> Result<(), EmitError<T>> {
        self.sender.send(item).await.map_err(|error| EmitError::Closed(error.0))
    }

    /// Gives the stream an item, and blocks the thread until there is room: the way in from a plain thread.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// let (emitter, readings) = source(size(1));
    /// let sensor = std::thread::spawn(move || (1..=3).try_for_each(|reading| emitter.emit_blocking(reading)));
    /// assert_eq!(futures::executor::block_on(readings.collect::<Vec<_>>()), [1, 2, 3]);
    /// sensor.join().unwrap().unwrap();
    /// ```
    ///
    /// # Errors
    /// If the stream is closed or dropped, also while this waits: the item comes back.
    ///
    /// # Panics
    /// If it is called in a task of tokio or in a `block_on` of it, which it would block: there, use
    /// [`emit`](Self::emit), or call this in `spawn_blocking`.
    #[track_caller]
    pub fn emit_blocking(&self, item: T) -> Result<(), EmitError<T>> {
        self.sender.blocking_send(item).map_err(|error| EmitError::Closed(error.0))
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
    /// If `bound` items wait, or the stream is closed or dropped: the item comes back.
    pub fn try_emit(&self, item: T) -> Result<(), EmitError<T>> {
        self.sender.try_send(item).map_err(|error| match error {
            TrySendError::Full(item) => EmitError::Full(item),
            TrySendError::Closed(item) => EmitError::Closed(item),
        })
    }

    /// Whether the stream is closed or dropped, so that nothing can be emitted any more.
    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Waits until the stream is closed or dropped.
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

/// Why an item was not emitted or [pushed](crate::Pusher), and the item.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EmitError<T> {
    /// As many items wait as the source may hold; or, where items are pushed, as many outputs as may wait, or the operator
    /// wants no input now.
    Full(T),
    /// The stream is closed or dropped.
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
                "the stream is full: wait with `emit` or `push`, drop the item, or make the stream with a larger bound"
            }
            Self::Closed(_) => "the stream is closed or dropped: keep it open, or stop giving it items",
        })
    }
}

impl<T> std::error::Error for EmitError<T> {}
