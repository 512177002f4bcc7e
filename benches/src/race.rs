//! [`race`]: all contenders of a case, timed in turns.
//!
//! The speed of a shared machine changes from second to second. So every round runs each contender once, each round
//! begins with another of them, and only times of one round are divided by each other.

use std::hint::black_box;
use std::time::Instant;

use crate::case::{Case, Who};

/// The times of one case, by contender.
#[derive(Clone, Debug)]
pub struct Times<K = Who> {
    /// What the work was.
    pub name: String,
    /// Nanoseconds an item, a contender each, in the order of the rounds.
    rounds: Vec<(K, Vec<f64>)>,
}

/// Runs all contenders in turns, for so many rounds after one that does not count.
pub fn race(case: &Case, rounds: usize) -> Times {
    let contenders: Vec<Who> = case.contenders.iter().map(|contender| contender.who).collect();
    turns(&case.name, &contenders, rounds, |place| {
        let started = Instant::now();
        black_box(case.contenders[place].run());
        started.elapsed().as_nanos() as f64 / case.items as f64
    })
}

/// Runs all contenders in turns, for so many rounds after one that does not count; `run` says how many nanoseconds an item
/// the one in this place took.
pub fn turns<K: Copy>(name: &str, contenders: &[K], rounds: usize, mut run: impl FnMut(usize) -> f64) -> Times<K> {
    let mut times: Vec<_> = contenders.iter().map(|&contender| (contender, Vec::new())).collect();
    for round in 0..=rounds {
        for turn in 0..times.len() {
            let place = (round + turn) % times.len();
            let nanos = run(place);
            if round > 0 {
                times[place].1.push(nanos);
            }
        }
    }
    Times { name: name.to_owned(), rounds: times }
}

impl<K: Copy + PartialEq> Times<K> {
    /// The contenders and their median times, in nanoseconds an item.
    pub fn medians(&self) -> impl Iterator<Item = (K, f64)> + '_ {
        self.rounds.iter().map(|(who, nanos)| (*who, median(nanos.clone())))
    }

    /// The median time of a contender that took part.
    pub fn of(&self, who: K) -> Option<f64> {
        self.medians().find(|(other, _)| *other == who).map(|(_, nanos)| nanos)
    }

    /// How many times as long as `against` it took `who`: the median of the ratios of all rounds.
    pub fn ratio(&self, who: K, against: K) -> Option<f64> {
        self.compare(who, against, |a, b| a / b)
    }

    /// How many nanoseconds longer than `against` it took `who`: the median of the differences of all rounds.
    pub fn difference(&self, who: K, against: K) -> Option<f64> {
        self.compare(who, against, |a, b| a - b)
    }

    fn compare(&self, who: K, against: K, compared: impl Fn(f64, f64) -> f64) -> Option<f64> {
        let of = |who| self.rounds.iter().find(|(other, _)| *other == who).map(|(_, nanos)| nanos);
        Some(median(of(who)?.iter().zip(of(against)?).map(|(a, b)| compared(*a, *b)).collect()))
    }
}

/// The one in the middle.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_one_round_are_compared() {
        // A machine that is ten times slower in the last round, the one before which does not count.
        let mut nanos = [0.0, 0.0, 2.0, 1.0, 4.0, 1.0, 60.0, 20.0].into_iter();
        let mut taken = Vec::new();
        let times = turns("test", &['a', 'b'], 3, |place| {
            taken.push(place);
            nanos.next().unwrap_or_default()
        });
        assert_eq!(taken, [0, 1, 1, 0, 0, 1, 1, 0]);
        assert_eq!((times.of('a'), times.of('b'), times.of('c')), (Some(4.0), Some(2.0), None));
        assert_eq!((times.ratio('b', 'a'), times.difference('b', 'a')), (Some(2.0), Some(1.0)));
    }
}
