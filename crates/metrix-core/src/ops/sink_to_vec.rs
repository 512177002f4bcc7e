//! [`SinkToVec`]: streams that end in a `Vec` which can be read meanwhile.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use pin_project::pin_project;

use crate::drive::BUDGET;

/// Adds [`sink_to_vec`](Self::sink_to_vec) to streams.
pub trait SinkToVecExt: Stream + Sized {
    /// Collects the items where they can be read while the stream runs: gives the future that runs it, which ends with
    /// the stream, and the list.
    ///
    /// To have the items only when the stream has ended, [`collect`](crate::EndExt::collect) them.
    /// Memory: all items that have not been [taken](LiveVec::take).
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let (emitter, items) = source(size(10));
    /// let (run, list) = items.sink_to_vec();
    /// let running = tokio::spawn(run);
    ///
    /// emitter.emit(1).await?;
    /// emitter.emit(2).await?;
    /// tokio::task::yield_now().await;
    /// assert_eq!(list.to_vec(), [1, 2]);
    ///
    /// drop(emitter);
    /// running.await?;
    /// assert_eq!(list.take(), [1, 2]);
    /// # Ok(())
    /// # }
    /// ```
    fn sink_to_vec(self) -> (SinkToVec<Self>, LiveVec<Self::Item>) {
        let list = LiveVec { items: Arc::default() };
        (SinkToVec { input: Some(self), list: list.clone() }, list)
    }
}

impl<S: Stream> SinkToVecExt for S {}

/// The list that [`sink_to_vec`](SinkToVecExt::sink_to_vec) fills. Clones are the same list.
pub struct LiveVec<T> {
    items: Arc<Mutex<Vec<T>>>,
}

impl<T> LiveVec<T> {
    /// A `Vec` is whole even if the clone of an item has panicked.
    fn lock(&self) -> MutexGuard<'_, Vec<T>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many items the list has now.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether the list has no items now.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// A copy of the items so far. The stream waits while they are cloned.
    pub fn to_vec(&self) -> Vec<T>
    where
        T: Clone,
    {
        self.lock().clone()
    }

    /// The items so far, which are taken out of the list.
    pub fn take(&self) -> Vec<T> {
        std::mem::take(&mut self.lock())
    }
}

impl<T> Clone for LiveVec<T> {
    fn clone(&self) -> Self {
        Self { items: Arc::clone(&self.items) }
    }
}

impl<T> fmt::Debug for LiveVec<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveVec").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// The future of [`sink_to_vec`](SinkToVecExt::sink_to_vec).
///
/// # Cancel safety
/// Dropping it drops the stream; what was collected stays in the list.
#[pin_project]
#[must_use = "futures do nothing unless awaited"]
pub struct SinkToVec<S: Stream> {
    #[pin]
    input: Option<S>,
    list: LiveVec<S::Item>,
}

impl<S: Stream> fmt::Debug for SinkToVec<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SinkToVec").field("list", &self.list).finish_non_exhaustive()
    }
}

impl<S: Stream> Future for SinkToVec<S> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        for _ in 0..BUDGET {
            let Some(input) = this.input.as_mut().as_pin_mut() else { return Poll::Ready(()) };
            match ready!(input.poll_next(cx)) {
                Some(item) => this.list.lock().push(item),
                None => this.input.set(None),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use futures::stream::{iter, repeat};

    use crate::prelude::*;

    #[test]
    fn what_is_taken_is_gone_and_the_rest_comes() {
        let (emitter, items) = source(size(10));
        let (mut run, list) = items.sink_to_vec();
        emitter.try_emit(1).unwrap();
        assert_eq!((&mut run).now_or_never(), None);
        assert_eq!(list.take(), [1]);
        emitter.try_emit(2).unwrap();
        drop(emitter);
        assert_eq!(list.len(), 0);
        assert_eq!((&mut run).now_or_never(), Some(()));
        assert_eq!(list.to_vec(), [2]);
        assert_eq!((&mut run).now_or_never(), Some(()));
    }

    #[test]
    fn an_endless_stream_lets_other_tasks_run_and_stays_readable() {
        let (run, list) = repeat(1).sink_to_vec();
        assert_eq!(run.now_or_never(), None);
        assert!(!list.is_empty());
        assert_eq!(iter([0; 0]).sink_to_vec().0.now_or_never(), Some(()));
    }
}
