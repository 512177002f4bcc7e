//! [`Increases`]: by how much counters that somebody else keeps have grown.

use std::collections::HashMap;
use std::hash::Hash;

/// The totals that were last read, of the counters that the last round had.
#[derive(Debug)]
pub(crate) struct Increases<K> {
    totals: HashMap<K, Total>,
    round: u64,
}

#[derive(Debug)]
struct Total {
    total: f64,
    /// When it was read.
    round: u64,
}

impl<K> Default for Increases<K> {
    fn default() -> Self {
        Self { totals: HashMap::new(), round: 0 }
    }
}

impl<K: Eq + Hash> Increases<K> {
    /// A round of readings begins. Counters that the round before did not have are forgotten, so that memory is bounded by
    /// those that there are.
    pub(crate) fn begin(&mut self) {
        let round = self.round;
        self.totals.retain(|_, total| total.round == round);
        self.round += 1;
    }

    /// By how much a counter has grown since the round before; nothing if that did not have it, or if this round has had it
    /// already, or by more than a number can be. A total below the last one shows that the counter has begun again at 0.
    pub(crate) fn of(&mut self, counter: K, total: f64) -> Option<f64> {
        let round = self.round;
        let mut increase = None;
        self.totals
            .entry(counter)
            .and_modify(|last| {
                if last.round != round {
                    let grown = if total < last.total { total } else { total - last.total };
                    increase = Some(grown).filter(|grown| grown.is_finite());
                    *last = Total { total, round };
                }
            })
            .or_insert(Total { total, round });
        increase
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The increases of rounds in which the counter stood at these totals; `None` is a round without it.
    fn increases(totals: &[Option<f64>]) -> Vec<Option<f64>> {
        let mut increases = Increases::default();
        let mut round = |total: &Option<f64>| {
            increases.begin();
            total.and_then(|total| increases.of("read", total))
        };
        totals.iter().map(&mut round).collect()
    }

    #[test]
    fn counting_starts_with_the_first_total() {
        assert_eq!(increases(&[Some(500.0), Some(700.0), Some(700.0)]), [None, Some(200.0), Some(0.0)]);
    }

    #[test]
    fn a_counter_that_begins_again_has_grown_by_all_it_shows() {
        assert_eq!(increases(&[Some(500.0), Some(30.0), Some(40.5)]), [None, Some(30.0), Some(10.5)]);
    }

    #[test]
    fn one_that_has_grown_by_more_than_a_number_gives_nothing() {
        let beyond = [Some(f64::MIN), Some(f64::MAX), Some(f64::MAX)];
        assert_eq!(increases(&beyond), [None, None, Some(0.0)]);
    }

    #[test]
    fn a_counter_that_was_away_starts_anew() {
        assert_eq!(increases(&[Some(500.0), None, Some(9000.0), Some(9001.0)]), [None, None, None, Some(1.0)]);
    }

    #[test]
    fn a_counter_that_is_listed_twice_counts_once() {
        let mut increases = Increases::default();
        for (first, total) in [(None, 5.0), (Some(2.0), 7.0)] {
            increases.begin();
            assert_eq!(increases.of(("read", "sda"), total), first);
            assert_eq!(increases.of(("read", "sda"), total + 1.0), None);
            assert_eq!(increases.of(("written", "sda"), total), first);
            assert_eq!(increases.of(("read", "sdb"), total), first);
        }
    }
}
