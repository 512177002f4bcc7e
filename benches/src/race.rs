//! [`race`]: all contenders of a case, timed in turns.
//!
//! The speed of a shared machine changes from second to second. So every round runs each contender once, each round
//! begins with another of them, and only times of one round are divided by each other.

use std::hint::black_box;
use std::time::Instant;

use crate::case::{Case, Who};

/// The times of one case.
#[derive(Clone, Debug)]
pub struct Times {
    /// What the work was.
    pub name: String,
    /// Nanoseconds an item, a contender each, in the order of the rounds.
    rounds: Vec<(Who, Vec<f64>)>,
}

/// Runs all contenders in turns, for so many rounds after one that does not count.
pub fn race(case: &Case, rounds: usize) -> Times {
    let mut times: Vec<_> = case.contenders.iter().map(|contender| (contender.who, Vec::new())).collect();
    for round in 0..=rounds {
        for turn in 0..times.len() {
            let place = (round + turn) % times.len();
            let started = Instant::now();
            black_box(case.contenders[place].run());
            let nanos = started.elapsed().as_nanos() as f64 / case.items as f64;
            if round > 0 {
                times[place].1.push(nanos);
            }
        }
    }
    Times { name: case.name.clone(), rounds: times }
}

impl Times {
    /// The contenders and their median times, in nanoseconds an item.
    pub fn medians(&self) -> impl Iterator<Item = (Who, f64)> + '_ {
        self.rounds.iter().map(|(who, nanos)| (*who, median(nanos.clone())))
    }

    /// The median time of a contender that took part.
    pub fn of(&self, who: Who) -> Option<f64> {
        self.medians().find(|(other, _)| *other == who).map(|(_, nanos)| nanos)
    }

    /// How many times as long as `against` it took `who`: the median of the ratios of all rounds.
    pub fn ratio(&self, who: Who, against: Who) -> Option<f64> {
        let of = |who| self.rounds.iter().find(|(other, _)| *other == who).map(|(_, nanos)| nanos);
        let ratios = of(who)?.iter().zip(of(against)?).map(|(a, b)| a / b);
        Some(median(ratios.collect()))
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
