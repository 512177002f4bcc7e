//! [`Increases`]: by how much the counters of the system have grown.

use std::collections::HashMap;

/// What a counter is known by: the metric, and the device that it is of.
type Key = (&'static str, String);

/// The totals that were last read, of the counters that the last round had.
#[derive(Debug, Default)]
pub(super) struct Increases {
    totals: HashMap<Key, Total>,
    round: u64,
}

#[derive(Debug)]
struct Total {
    bytes: u64,
    /// When it was read.
    round: u64,
}

impl Increases {
    /// A round of readings begins. Counters that the round before did not have are forgotten, so that memory is bounded by
    /// the devices there are.
    pub(super) fn begin(&mut self) {
        let round = self.round;
        self.totals.retain(|_, total| total.round == round);
        self.round += 1;
    }

    /// By how much a counter has grown since the round before; nothing if that did not have it, or if this round has had it
    /// already. A total below the last one shows that the counter has begun again at 0.
    pub(super) fn of(&mut self, metric: &'static str, device: &str, bytes: u64) -> Option<u64> {
        let new = Total { bytes, round: self.round };
        let before = self.totals.entry((metric, device.to_owned()));
        let mut increase = None;
        before
            .and_modify(|total| {
                if total.round != new.round {
                    increase = Some(bytes.checked_sub(total.bytes).unwrap_or(bytes));
                    *total = Total { ..new };
                }
            })
            .or_insert(Total { ..new });
        increase
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The increases of rounds in which the counter stood at these totals; `None` is a round without it.
    fn increases(totals: &[Option<u64>]) -> Vec<Option<u64>> {
        let mut increases = Increases::default();
        let mut round = |total: &Option<u64>| {
            increases.begin();
            total.and_then(|total| increases.of("disk.read", "sda", total))
        };
        totals.iter().map(&mut round).collect()
    }

    #[test]
    fn counting_starts_with_the_first_total() {
        assert_eq!(increases(&[Some(500), Some(700), Some(700)]), [None, Some(200), Some(0)]);
    }

    #[test]
    fn a_counter_that_begins_again_has_grown_by_all_it_shows() {
        assert_eq!(increases(&[Some(500), Some(30), Some(40)]), [None, Some(30), Some(10)]);
    }

    #[test]
    fn a_device_that_was_away_starts_anew() {
        assert_eq!(increases(&[Some(500), None, Some(9000), Some(9001)]), [None, None, None, Some(1)]);
    }

    #[test]
    fn a_device_that_is_listed_twice_counts_once() {
        let mut increases = Increases::default();
        for (first, total) in [(None, 5), (Some(2), 7)] {
            increases.begin();
            assert_eq!(increases.of("disk.read", "sda", total), first);
            assert_eq!(increases.of("disk.read", "sda", total + 1), None);
            assert_eq!(increases.of("disk.written", "sda", total), first);
            assert_eq!(increases.of("disk.read", "sdb", total), first);
        }
    }
}
