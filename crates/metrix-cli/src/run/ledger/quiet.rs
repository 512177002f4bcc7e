//! [`Quiet`]: how long nothing has been there to read.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metrix::Timestamp;
use tokio::time::Instant;

use super::Kept;

/// Time goes on by the clock when all sources have been at their end for so long.
const IDLE: Duration = Duration::from_secs(5);

/// How long all sources that acknowledge have been at their ends, by which event time goes on then: as if something had come at the
/// pace of the clock. As long as one may have something to read, which it can't or may not, time stands still, so that nothing of
/// that is late.
#[derive(Debug, Default)]
pub(super) struct Quiet {
    sources: Mutex<Vec<Arc<AtomicBool>>>,
    /// How many messages have been begun.
    begun: AtomicU64,
    seen: Mutex<Option<Seen>>,
}

/// When it became quiet, and what was then.
#[derive(Debug)]
struct Seen {
    since: Instant,
    begun: u64,
    /// By stream, up to where its windows were over.
    from: Vec<Option<Timestamp>>,
}

impl Quiet {
    /// A source more, which is not at its end before it says so.
    pub(super) fn add(&self) -> Arc<AtomicBool> {
        let at_end = Arc::new(AtomicBool::new(false));
        self.sources.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&at_end));
        at_end
    }

    pub(super) fn begins(&self) {
        self.begun.fetch_add(1, Ordering::Relaxed);
    }

    /// Looks whether it is quiet, and moves the streams' time on if it has been for long.
    pub(super) fn look(&self, streams: &[Kept]) {
        let sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let is_quiet = sources.iter().all(|at_end| at_end.load(Ordering::Acquire));
        drop(sources);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = self.begun.load(Ordering::Relaxed);
        if !is_quiet {
            *seen = None;
            return;
        }
        let Some(Seen { since, from, .. }) = seen.as_ref().filter(|seen| seen.begun == begun) else {
            let from = streams.iter().map(|stream| stream.grid.and_then(|_| stream.sender.closed_until())).collect();
            *seen = Some(Seen { since: Instant::now(), begun, from });
            return;
        };
        let silence = since.elapsed();
        if silence < IDLE {
            return;
        }
        let now = Timestamp::now();
        for (Kept { sender, .. }, from) in streams.iter().zip(from) {
            if let Some(from) = from {
                // It never goes back, should the stream be further on.
                sender.advance_to((*from + silence).min(now));
            }
        }
    }
}
