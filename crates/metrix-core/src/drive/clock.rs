//! The one place that reads a clock: tokio's, anchored to the wall clock once.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::Timestamp;

/// A moment on the monotonic clock, and what the wall clock said then.
///
/// All drivers of a process share it, so that their times can be compared; a wall clock that is set back or forward
/// later moves none of them.
#[derive(Debug)]
struct Anchor {
    instant: Instant,
    time: Timestamp,
}

fn anchor() -> &'static Anchor {
    static ANCHOR: OnceLock<Anchor> = OnceLock::new();
    // The system's own clock: where tokio's is paused it may have been advanced already.
    ANCHOR.get_or_init(|| Anchor { instant: std::time::Instant::now().into(), time: SystemTime::now().into() })
}

/// The time by tokio's clock: paused where that is paused.
pub(crate) fn now() -> Timestamp {
    let Anchor { instant, time } = anchor();
    let now = Instant::now();
    match now.checked_duration_since(*instant) {
        Some(since) => *time + since,
        // A paused clock can stand before the anchor.
        None => time.saturating_sub(*instant - now),
    }
}

/// The moment at which the clock will say `time`; one that is not reached if there is none such.
pub(crate) fn instant_of(time: Timestamp) -> Instant {
    const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
    let anchor = anchor();
    if time >= anchor.time {
        anchor.instant + (time - anchor.time).min(FAR)
    } else {
        anchor.instant.checked_sub(anchor.time - time).unwrap_or(anchor.instant)
    }
}
