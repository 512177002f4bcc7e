//! [`CounterHandle`]: what the facade's counters send to.

use std::sync::{Mutex, PoisonError};

use metrics::CounterFn;

use super::MetricKind;
use super::handle::Handle;
use crate::MSender;

pub(super) struct CounterHandle {
    sender: MSender,
    /// What `absolute` takes the difference to.
    reading: Mutex<Option<u64>>,
}

impl Handle for CounterHandle {
    const KIND: MetricKind = MetricKind::Counter;

    fn new(sender: MSender) -> Self {
        Self { sender, reading: Mutex::new(None) }
    }
}

impl CounterFn for CounterHandle {
    fn increment(&self, by: u64) {
        self.sender.send(by as f64);
    }

    fn absolute(&self, total: u64) {
        // Released before the send: sums don't depend on the order, and a refusal may be logged.
        let before = {
            let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
            match *reading {
                Some(before) if was_overtaken(total, before) => return,
                _ => reading.replace(total),
            }
        };
        if let Some(before) = before {
            self.sender.send(total.checked_sub(before).unwrap_or(total) as f64);
        }
    }
}

/// Whether a lower reading was taken before the one that has come first, and doesn't tell of a counter that has begun anew.
///
/// The facade's `absolute` has to cope with the former, and `Cumulative` knows only the latter, which would count all of
/// the total again. One that was overtaken is a little lower, one after a reset nearly 0: half-way there is seldom either.
fn was_overtaken(total: u64, before: u64) -> bool {
    total < before && total >= before / 2
}

#[cfg(test)]
mod tests {
    use super::was_overtaken;

    #[test]
    fn a_reading_little_below_the_last_was_overtaken_and_one_near_0_was_not() {
        for (total, before, expected) in [
            (99, 100, true),
            (50, 100, true),
            (49, 100, false),
            (0, 100, false),
            (100, 100, false),
            (101, 100, false),
            (0, 1, true),
            (0, 0, false),
            (u64::MAX - 1, u64::MAX, true),
        ] {
            assert_eq!(was_overtaken(total, before), expected, "{total} after {before}");
        }
    }
}
