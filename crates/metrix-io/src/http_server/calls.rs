//! [`Calls`]: the calls of a connection that are being handled.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// How many calls of a connection are being handled.
#[derive(Debug, Default)]
pub(super) struct Calls(watch::Sender<usize>);

/// A call that is being handled, until it is dropped.
#[derive(Debug)]
pub(super) struct Call(watch::Sender<usize>);

impl Calls {
    pub(super) fn begin(&self) -> Call {
        self.0.send_modify(|calls| *calls += 1);
        Call(self.0.clone())
    }

    /// Is done when there was no call for so long, or none can come.
    pub(super) fn unused(&self, limit: Duration) -> impl Future<Output = ()> + use<> {
        let mut calls = self.0.subscribe();
        async move {
            loop {
                let is_unused = *calls.borrow_and_update() == 0;
                let changed = timeout(limit, calls.changed()).await;
                if changed.map_or(is_unused, |changed| changed.is_err()) {
                    return;
                }
            }
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.0.send_modify(|calls| *calls -= 1);
    }
}
