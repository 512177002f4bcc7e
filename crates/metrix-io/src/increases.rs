//! [`Increases`]: by how much counters that somebody else keeps have grown.
//!
//! They are read in rounds, or come by themselves with times of their own.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

/// The totals that were last read, of the counters that the last round had.
#[derive(Debug)]
pub(crate) struct Increases<K> {
    totals: HashMap<K, Total>,
    round: u64,
}

#[derive(Debug)]
struct Total {
    standing: Standing,
    /// When it came last.
    round: u64,
}

/// Where a counter stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Standing {
    pub(crate) total: f64,
    /// When, in any unit; `None` says that it is later than before.
    pub(crate) at: Option<i64>,
    /// When it was 0, if that is known.
    pub(crate) start: Option<i64>,
}

/// What has become of a counter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Growth {
    /// It was not known: counting starts here.
    First,
    /// It has grown by so much since it came last.
    Grown(f64),
    /// It has begun again at 0, and has grown by so much since.
    Anew(f64),
    /// It is no later than the last one, and says nothing.
    Stale,
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
    /// already. A total below the last one shows that the counter has begun again at 0.
    #[cfg(any(feature = "host", feature = "prometheus", test))]
    pub(crate) fn of(&mut self, counter: K, total: f64) -> Option<f64> {
        // A round is as good as a time.
        let standing = Standing { total, at: Some(self.round as i64), start: None };
        match self.observe(counter, standing) {
            Growth::Grown(increase) | Growth::Anew(increase) => Some(increase),
            Growth::First | Growth::Stale => None,
        }
    }

    /// What has become of a counter. A later start shows that it has begun again at 0, and so does a total below the last one.
    pub(crate) fn observe(&mut self, counter: K, now: Standing) -> Growth {
        let round = self.round;
        match self.totals.entry(counter) {
            Entry::Vacant(place) => {
                place.insert(Total { standing: now, round });
                Growth::First
            }
            Entry::Occupied(mut place) => {
                let last = place.get().standing;
                place.get_mut().round = round;
                if last.at.zip(now.at).is_some_and(|(last, now)| now <= last) {
                    return Growth::Stale;
                }
                place.get_mut().standing = now;
                let is_restarted = last.start.zip(now.start).is_some_and(|(last, now)| now > last);
                match is_restarted || now.total < last.total {
                    true => Growth::Anew(now.total),
                    false => Growth::Grown(now.total - last.total),
                }
            }
        }
    }

    /// Takes a counter to stand there, and gives where it stood.
    #[cfg(feature = "otlp")]
    pub(crate) fn replace(&mut self, counter: K, now: Standing) -> Option<f64> {
        let last = self.totals.insert(counter, Total { standing: now, round: self.round });
        last.map(|last| last.standing.total)
    }

    /// How many counters it knows.
    #[cfg(feature = "otlp")]
    pub(crate) fn len(&self) -> usize {
        self.totals.len()
    }

    #[cfg(feature = "otlp")]
    pub(crate) fn knows(&self, counter: &K) -> bool {
        self.totals.contains_key(counter)
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
    fn a_counter_that_was_away_starts_anew() {
        assert_eq!(increases(&[Some(500.0), None, Some(9000.0), Some(9001.0)]), [None, None, None, Some(1.0)]);
    }

    #[test]
    fn what_comes_with_its_time_is_taken_in_its_order() {
        let mut increases = Increases::default();
        let standing = |total, at, start| Standing { total, at, start };
        for (now, expected) in [
            (standing(5.0, Some(10), Some(1)), Growth::First),
            (standing(7.0, Some(20), Some(1)), Growth::Grown(2.0)),
            (standing(7.0, Some(20), Some(1)), Growth::Stale),
            (standing(6.0, Some(15), Some(1)), Growth::Stale),
            (standing(9.0, Some(30), Some(25)), Growth::Anew(9.0)),
            (standing(3.0, Some(40), Some(25)), Growth::Anew(3.0)),
            (standing(4.0, None, None), Growth::Grown(1.0)),
            (standing(6.0, None, Some(99)), Growth::Grown(2.0)),
        ] {
            assert_eq!(increases.observe("read", now), expected, "{now:?}");
        }
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
