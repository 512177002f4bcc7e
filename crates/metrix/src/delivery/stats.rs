//! [`SinkStats`]: what has become of the elements for one sink.

use std::time::Duration;

/// What has become of the elements for one sink, at one moment. Counts are of elements where nothing else is said, since
/// the sink was added.
///
/// Every accepted element is in exactly one place:
/// `accepted = delivered + overflowed + abandoned + refused + undelivered + queued`.
///
/// ```
/// use metrix::testing::{Act, Scripted};
/// use metrix::{MCoordinator, MStream, size};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let each = MStream::builder("n").batch(size(1)).agg("sum");
/// let fails_once = Scripted::new([Act::Fail]);
/// let coordinator = MCoordinator::builder().stream(each).sink("fails once", fails_once).start()?;
/// coordinator.send("n", 1.0)?;
/// coordinator.send("n", 2.0)?;
/// let report = coordinator.shutdown(Duration::from_secs(10)).await;
/// let stats = report.sinks["fails once"];
/// assert_eq!((stats.accepted, stats.delivered, stats.retried, stats.errors), (2, 2, 2, 1));
/// assert_eq!((stats.dropped(), stats.writes), (0, 2));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SinkStats {
    /// Those that were meant for it.
    pub accepted: u64,
    /// Those that it has written.
    pub delivered: u64,
    /// Those that were dropped because the queue was full.
    pub overflowed: u64,
    /// Those that were dropped because no try to write them succeeded.
    pub abandoned: u64,
    /// Those that it has refused for good, or whose filter panicked.
    pub refused: u64,
    /// Those that were left when its time was up.
    pub undelivered: u64,
    /// Those that wait: in the queue, in the batch that is being written, or in a stream that waits for room.
    pub queued: u64,
    /// Those that were written again; one counts as often as it was tried again.
    pub retried: u64,
    /// Calls that ended with an error.
    pub errors: u64,
    /// Calls that panicked.
    pub panics: u64,
    /// Calls that took too long.
    pub timeouts: u64,
    /// Writes that ended, whatever their answer.
    pub writes: u64,
    /// How long all writes took together.
    pub write_time: Duration,
    /// How long the last write took.
    pub last_write: Duration,
    /// How long the longest write took.
    pub max_write: Duration,
    /// How long ago the oldest of the waiting elements came into the queue; zero if none waits.
    pub lag: Duration,
    /// Whether it has come to its end without being closed: closing it failed, or its time was up. What it held then may be
    /// lost, though it was delivered to it.
    pub unclosed: bool,
}

impl SinkStats {
    /// Elements that were dropped, for whatever reason: the queue was full, or no try to write them succeeded.
    pub fn dropped(&self) -> u64 {
        self.overflowed + self.abandoned
    }

    /// How long a write took on average; zero if there was none.
    pub fn mean_write(&self) -> Duration {
        let mean = self.write_time.as_nanos() / u128::from(self.writes.max(1));
        Duration::from_nanos(u64::try_from(mean).unwrap_or(u64::MAX))
    }
}

/// The running account from which [`SinkStats`] are made.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// All but what is derived when it is asked for.
    pub(super) stats: SinkStats,
    /// Whether the sink was closed.
    pub(super) closed: bool,
}

impl Tally {
    /// Counts a write that took so long.
    pub(super) fn wrote(&mut self, took: Duration) {
        self.stats.writes += 1;
        self.stats.write_time = self.stats.write_time.saturating_add(took);
        self.stats.last_write = took;
        self.stats.max_write = self.stats.max_write.max(took);
    }

    /// Accepted elements of which nothing has become yet.
    pub(super) fn pending(&self) -> u64 {
        let SinkStats { accepted, delivered, overflowed, abandoned, refused, undelivered, .. } = self.stats;
        accepted - (delivered + overflowed + abandoned + refused + undelivered)
    }

    /// The account as it stands.
    pub(super) fn snapshot(&self, lag: Duration, ended: bool) -> SinkStats {
        let pending = self.pending();
        let (queued, left) = if ended { (0, pending) } else { (pending, 0) };
        let undelivered = self.stats.undelivered + left;
        SinkStats { queued, undelivered, lag, unclosed: ended && !self.closed, ..self.stats }
    }
}
