//! [`WeighedMedian`]: the median of values, some of which stand for several.

use std::num::NonZeroU32;

use metrix_core::fold::{Fold, Median, Merge};

use super::weighed::Weighed;

/// The [`Median`], which keeps a value of any weight once.
pub(super) struct WeighedMedian;

/// All values: 8 bytes for each that stands for itself alone, 16 for the others.
#[derive(Default)]
pub(super) struct Kept {
    single: Vec<f64>,
    weighed: Vec<(f64, NonZeroU32)>,
}

impl Fold<f64> for WeighedMedian {
    type State = Kept;
    type Out = Option<f64>;

    fn init(&self) -> Kept {
        Kept::default()
    }

    #[inline]
    fn step(&self, state: &mut Kept, value: f64) {
        state.single.push(value);
    }

    /// Takes a time in proportion to the number of values; if some stand for several, that of sorting them.
    fn finish(&self, state: Kept) -> Option<f64> {
        if state.weighed.is_empty() { Fold::<f64>::finish(&Median, state.single) } else { state.middle() }
    }
}

impl Merge<f64> for WeighedMedian {
    fn merge(&self, into: &mut Kept, mut later: Kept) {
        into.single.append(&mut later.single);
        into.weighed.append(&mut later.weighed);
    }
}

impl Weighed for WeighedMedian {
    fn step_times(&self, state: &mut Kept, value: f64, times: NonZeroU32) {
        state.weighed.push((value, times));
    }
}

impl Kept {
    fn middle(self) -> Option<f64> {
        let singles = self.single.into_iter().map(|value| (value, NonZeroU32::MIN));
        let mut sorted: Vec<_> = self.weighed.into_iter().chain(singles).filter(|(value, _)| !value.is_nan()).collect();
        sorted.sort_unstable_by(|(a, _), (b, _)| a.total_cmp(b));
        // More values than memory can hold would have to come before this overflows.
        let total: u128 = sorted.iter().map(|&(_, times)| u128::from(times.get())).sum();
        let below = of_rank(&sorted, total.checked_sub(1)? / 2)?;
        let above = of_rank(&sorted, total / 2)?;
        // As the median has it: scaled before it is added, so that the largest numbers don't overflow.
        Some(if total % 2 == 1 { below } else { (below * 0.5 + above * 0.5).clamp(below, above) })
    }
}

/// The value of this rank, counted from 0.
fn of_rank(sorted: &[(f64, NonZeroU32)], rank: u128) -> Option<f64> {
    let mut left = rank;
    for &(value, times) in sorted {
        left = match left.checked_sub(u128::from(times.get())) {
            None => return Some(value),
            Some(left) => left,
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[(f64, u32)], expected: Option<f64>) {
        let mut state = WeighedMedian.init();
        for &(value, times) in values {
            WeighedMedian.step_times(&mut state, value, NonZeroU32::new(times).unwrap());
        }
        assert_eq!(WeighedMedian.finish(state), expected);
    }

    #[test]
    fn the_middle_lies_within_a_weight_or_between_two() {
        check(&[], None);
        check(&[(f64::NAN, 7)], None);
        check(&[(3.0, u32::MAX), (1.0, u32::MAX - 1), (f64::NAN, 7)], Some(3.0));
        check(&[(3.0, u32::MAX), (1.0, u32::MAX)], Some(2.0));
        check(&[(9.0, 1), (1.0, 1), (5.0, 1)], Some(5.0));
        check(&[(f64::MAX, 2)], Some(f64::MAX));
    }
}
