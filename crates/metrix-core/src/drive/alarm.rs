//! [`Alarm`]: the one timer of a driver.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep};

/// At most one timer, moved rather than made anew.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Alarm {
    pub(super) fn poll_until(&mut self, at: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let sleep = self.sleep.get_or_insert_with(|| {
            let in_runtime = tokio::runtime::Handle::try_current().is_ok();
            assert!(
                in_runtime,
                "a stream that waits for a deadline must be polled in a tokio runtime with `enable_time`"
            );
            Box::pin(tokio::time::sleep_until(at))
        });
        if sleep.deadline() != at {
            sleep.as_mut().reset(at);
        }
        sleep.as_mut().poll(cx)
    }
}
