//! [`Alarm`]: the one timer of a driver.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::{Handle, Id};
use tokio::time::{Instant, Sleep, sleep_until};

/// At most one timer, moved rather than made anew.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    timer: Option<Timer>,
}

#[derive(Debug)]
struct Timer {
    /// The runtime that it is of, which alone wakes it.
    of: Id,
    sleep: Pin<Box<Sleep>>,
}

impl Alarm {
    /// Whether it can be polled here without being made: there is a timer, and this is its runtime.
    pub(super) fn is_here(&self) -> bool {
        self.timer.as_ref().is_some_and(|timer| Handle::try_current().is_ok_and(|here| here.id() == timer.of))
    }

    pub(super) fn poll_until(&mut self, at: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let here = Handle::try_current();
        // The runtime of the one before may be gone, and to poll its timer would panic.
        let timer = match (self.timer.take(), here) {
            (Some(timer), Ok(here)) if timer.of != here.id() => Timer::of(&here, at),
            (Some(timer), _) => timer,
            (None, Ok(here)) => Timer::of(&here, at),
            (None, Err(_)) => {
                panic!("a stream that waits for a deadline must be polled in a tokio runtime with `enable_time`")
            }
        };
        let Timer { sleep, .. } = self.timer.insert(timer);
        if sleep.deadline() != at {
            sleep.as_mut().reset(at);
        }
        sleep.as_mut().poll(cx)
    }
}

impl Timer {
    fn of(runtime: &Handle, at: Instant) -> Self {
        Self { of: runtime.id(), sleep: Box::pin(sleep_until(at)) }
    }
}
