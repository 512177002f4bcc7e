//! [`Stop`]: why a run ends before its inputs do.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// How long after it was asked to stop a run may take, until the sinks have all that was read.
pub(crate) const GRACE: Duration = Duration::from_secs(30);

/// How much of that the sources may take: what is in the windows must have time to come to the sinks, whatever a source does.
pub(crate) const GRACE_OF_SOURCES: Duration = Duration::from_secs(20);

/// Why a run ends before its inputs do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// A signal of this number has come, or somebody has asked in another way.
    Asked(u8),
    /// A line is wrong, and none may be.
    WrongLine,
    /// Nobody reads the standard output any more.
    StdoutClosed,
    /// A sink takes nothing more, and what is read would be lost.
    SinkFailed,
}

impl Why {
    /// Whether what has been read already is sent yet.
    pub(crate) fn sends_what_was_read(self) -> bool {
        match self {
            Self::Asked(_) => true,
            Self::WrongLine | Self::StdoutClosed | Self::SinkFailed => false,
        }
    }
}

/// Asks all sources to stop. Clones are of the same run.
#[derive(Clone, Debug)]
pub(crate) struct Stop(Arc<watch::Sender<Option<(Why, Instant)>>>);

impl Stop {
    pub(crate) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }

    /// Asks, unless somebody has asked before; tells whether nobody had.
    pub(crate) fn ask(&self, why: Why) -> bool {
        self.0.send_if_modified(|asked| {
            let first = asked.is_none();
            *asked = asked.or_else(|| Some((why, Instant::now())));
            first
        })
    }

    /// Why it was asked, if it was.
    pub(crate) fn why(&self) -> Option<Why> {
        self.0.borrow().map(|(why, _)| why)
    }

    /// Waits until somebody asks.
    pub(crate) async fn asked(&self) {
        self.asked_at().await;
    }

    /// Waits until somebody has asked, and so much time has gone by since.
    pub(crate) async fn overdue(&self, grace: Duration) {
        let asked = self.asked_at().await;
        sleep_until(asked + grace).await;
    }

    /// How much of the time for what is left is not over; all there is, if nobody has asked.
    pub(crate) fn left(&self) -> Duration {
        self.0.borrow().map_or(Duration::MAX, |(_, asked)| GRACE.saturating_sub(asked.elapsed()))
    }

    async fn asked_at(&self) -> Instant {
        let mut asked = self.0.subscribe();
        let asked = asked.wait_for(Option::is_some).await.ok().and_then(|asked| *asked);
        // The sender is here, so that it never goes away.
        asked.map_or_else(Instant::now, |(_, at)| at)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_grace_is_given_once() {
        let stop = Stop::new();
        assert_eq!((stop.why(), stop.left()), (None, Duration::MAX));
        sleep(Duration::from_secs(100)).await;
        let begun = Instant::now();
        assert!(stop.ask(Why::Asked(15)));
        stop.overdue(GRACE_OF_SOURCES).await;
        assert_eq!(begun.elapsed(), GRACE_OF_SOURCES);
        assert_eq!(stop.left(), GRACE - GRACE_OF_SOURCES);
        // A second one changes nothing.
        assert!(!stop.ask(Why::SinkFailed));
        stop.overdue(GRACE).await;
        assert_eq!((begun.elapsed(), stop.left(), stop.why()), (GRACE, Duration::ZERO, Some(Why::Asked(15))));
    }
}
