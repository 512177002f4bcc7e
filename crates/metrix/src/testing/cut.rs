//! [`cut`]: a future that is dropped midway.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Polls a future so many times at most, whenever it asks for it, and then drops it. Returns its output if it was done.
pub(super) async fn cut<F: Future>(future: F, polls: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
