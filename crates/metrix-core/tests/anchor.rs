//! The first to ask for the time, in a process of its own.

use std::time::{Duration, SystemTime};

use metrix_core::Timestamp;
use tokio::time::advance;

/// How far two readings of clocks may be from each other on a machine that is held up.
const SLACK: Duration = Duration::from_secs(600);

#[tokio::test(start_paused = true)]
async fn a_paused_clock_that_was_advanced_moves_no_other() {
    let hour = Duration::from_secs(3600);
    advance(hour).await;
    let wall = |offset| Timestamp::from(SystemTime::now()) + offset;
    let here = Timestamp::now();
    assert!(wall(hour) <= here + SLACK && here <= wall(hour) + SLACK, "{here}");
    let there = std::thread::spawn(Timestamp::now).join().unwrap();
    assert!(wall(Duration::ZERO) <= there + SLACK && there <= wall(Duration::ZERO) + SLACK, "{there}");
}
