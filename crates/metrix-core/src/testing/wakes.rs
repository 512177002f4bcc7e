//! [`Wakes`]: a waker that counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_core::Stream;

/// Counts how often its waker is woken, so that a test can poll by hand and see who would have run again.
///
/// ```
/// use metrix_core::{prelude::*, testing::{Script, Wakes}};
/// use std::task::Poll;
///
/// let input = Script::new([1, 2]).pausing();
/// let ledger = input.ledger();
/// let mut doubled = input.map(|x| x * 2);
///
/// let wakes = Wakes::new();
/// assert_eq!(wakes.poll(&mut doubled), Poll::Pending);
/// assert_eq!(wakes.count(), 0); // nothing happens by itself
/// ledger.release();
/// assert_eq!(wakes.count(), 1);
/// assert_eq!(wakes.poll(&mut doubled), Poll::Ready(Some(2)));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Wakes(Arc<Count>);

#[derive(Debug, Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Wakes {
    /// A waker that has not been woken.
    pub fn new() -> Self {
        Self::default()
    }

    /// The waker itself.
    pub fn waker(&self) -> Waker {
        self.0.clone().into()
    }

    /// How often it has been woken.
    pub fn count(&self) -> usize {
        self.0.0.load(Ordering::Relaxed)
    }

    /// Polls a stream once with this waker.
    pub fn poll<S: Stream + Unpin>(&self, stream: &mut S) -> Poll<Option<S::Item>> {
        std::pin::Pin::new(stream).poll_next(&mut Context::from_waker(&self.waker()))
    }
}
