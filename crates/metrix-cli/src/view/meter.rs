//! [`Meter`]: how fast a count grows.

use std::collections::VecDeque;
use std::time::Duration;

/// The rate is that of about so long.
const OVER: Duration = Duration::from_secs(5);

/// The rate at which a count has grown lately.
///
/// Memory: the counts of the last five seconds, at most 64.
#[derive(Debug, Default)]
pub(super) struct Meter(VecDeque<(Duration, u64)>);

impl Meter {
    /// Takes the count that there is at a time, which goes on from call to call.
    pub(super) fn push(&mut self, now: Duration, count: u64) {
        while self.0.len() >= 64 || self.0.get(1).is_some_and(|&(second, _)| now.saturating_sub(second) >= OVER) {
            self.0.pop_front();
        }
        self.0.push_back((now, count));
    }

    /// How much comes in a second; zero as long as it isn't known.
    pub(super) fn per_second(&self) -> f64 {
        let (Some(&(since, before)), Some(&(now, count))) = (self.0.front(), self.0.back()) else { return 0.0 };
        let took = now.saturating_sub(since);
        if took.is_zero() { 0.0 } else { count.saturating_sub(before) as f64 / took.as_secs_f64() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_rate_of_the_last_seconds() {
        let mut meter = Meter::default();
        assert_eq!(meter.per_second(), 0.0);
        for (second, count, expected) in [
            (0, 100, 0.0),
            (1, 110, 10.0),
            (2, 130, 15.0),
            (5, 200, 20.0),
            (6, 200, 18.0), // since 1
            (7, 200, 14.0), // since 2
            (60, 306, 2.0), // since 7
        ] {
            meter.push(Duration::from_secs(second), count);
            assert_eq!(meter.per_second(), expected, "after {second} s");
        }
        (0..1000).for_each(|count| meter.push(Duration::from_secs(61), count));
        assert!(meter.0.len() <= 64);
    }
}
