//! [`EndExt`]: the ends of a pipeline that are futures' own, so that the prelude alone is enough.

use std::future::Future;

use futures_core::{Stream, TryStream};
use futures_sink::Sink;
use futures_util::stream::{self, StreamExt};

/// Adds `next`, `collect`, `for_each` and `forward` to streams: those of `futures::StreamExt`, under the same names.
///
/// Import either this trait (the prelude has it) or `futures::StreamExt`, not both: with both, rustc can't tell which
/// of the two a call means.
pub trait EndExt: Stream + Sized {
    /// The next item, or `None` once the stream has ended.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing: the item stays in the stream.
    fn next(&mut self) -> stream::Next<'_, Self>
    where
        Self: Unpin,
    {
        StreamExt::next(self)
    }

    /// All items, in a collection of any kind. Memory: all items.
    fn collect<C: Default + Extend<Self::Item>>(self) -> stream::Collect<Self, C> {
        StreamExt::collect(self)
    }

    /// Runs `f` on each item, and its future to the end before the next item.
    fn for_each<Fut, F>(self, f: F) -> stream::ForEach<Self, Fut, F>
    where
        F: FnMut(Self::Item) -> Fut,
        Fut: Future<Output = ()>,
    {
        StreamExt::for_each(self, f)
    }

    /// Sends the items of a stream of `Result`s to `sink` until an error comes, then flushes and closes the sink.
    fn forward<S>(self, sink: S) -> stream::Forward<Self, S>
    where
        S: Sink<Self::Ok, Error = Self::Error>,
        Self: TryStream,
    {
        StreamExt::forward(self, sink)
    }
}

impl<S: Stream> EndExt for S {}
