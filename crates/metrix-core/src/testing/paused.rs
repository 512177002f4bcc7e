//! A runtime whose clock stands still, inside a plain `#[test]`.

use std::future::Future;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};

/// Runs `test` on a paused clock. It may poll tokio's timers as often as it likes: their share of a task's time, by
/// which tokio makes greedy tasks yield, would otherwise make a poll by hand pending at random.
#[track_caller]
pub(super) fn paused<F: Future>(test: F) -> F::Output {
    assert!(
        Handle::try_current().is_err(),
        "the test kit brings its own runtime with a paused clock: call it from a plain #[test], not from a #[tokio::test]"
    );
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime with one thread and no I/O asks nothing of the system");
    runtime.block_on(tokio::task::unconstrained(test))
}

/// Lets `duration` go by, then fires the timers that are due.
pub(super) async fn pass(duration: Duration) {
    tokio::time::advance(duration).await;
}
