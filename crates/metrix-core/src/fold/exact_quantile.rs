//! [`ExactQuantile`]: a quantile of all values.

use super::{Fold, Merge};

/// The exact quantile of numbers (all that are `Into<f64>`): between the two values nearest to rank `q * (n - 1)` it is
/// interpolated linearly (definition 7 of Hyndman and Fan, *Sample Quantiles in Statistical Packages*, 1996; numpy's
/// default, and Python's `statistics.quantiles` with `method="inclusive"`).
///
/// It keeps every value, so the state grows with the items, eight bytes each: use it where their number is bounded, and
/// a sketched [`Quantile`](super::Quantile) elsewhere. That one doesn't interpolate but takes the value of rank
/// `ceil(q * n)` from 1 (definition 1), so the two differ where few values lie far apart: the quantile 0.99 of 1 and 1000
/// is 990.01 here, and 1000 there. No NaN counts while there is anything else. The result is
/// `None` if there was no item, and NaN between the two infinities, where there is no number.
///
/// ```
/// use metrix_core::fold::{ExactQuantile, Fold};
///
/// let upper_quartile = ExactQuantile::new(0.75);
/// assert_eq!(upper_quartile.fold([40, 10, 20, 30]), Some(32.5));
/// assert_eq!(upper_quartile.fold([0.0; 0]), None);
/// assert_eq!(ExactQuantile::new(0.99).fold([1, 1000]), Some(990.01));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExactQuantile {
    q: f64,
}

impl ExactQuantile {
    /// The quantile `q`: 0 is the smallest value, 1 the largest.
    ///
    /// # Panics
    /// If `q` is not between 0 and 1.
    #[track_caller]
    pub fn new(q: f64) -> Self {
        Self { q: check(q) }
    }
}

/// Gives a quantile back if there can be one.
#[track_caller]
pub(super) fn check(q: f64) -> f64 {
    assert!((0.0..=1.0).contains(&q), "a quantile of {q} is not possible: it must be between 0 and 1");
    q
}

impl<T: Into<f64>> Fold<T> for ExactQuantile {
    type State = Vec<f64>;
    type Out = Option<f64>;

    #[inline]
    fn init(&self) -> Vec<f64> {
        Vec::new()
    }

    #[inline]
    fn step(&self, state: &mut Vec<f64>, item: T) {
        state.push(item.into());
    }

    /// Takes a time in proportion to the number of values.
    fn finish(&self, mut state: Vec<f64>) -> Option<f64> {
        let any = *state.first()?;
        state.retain(|value| !value.is_nan());
        let Some(last) = state.len().checked_sub(1) else {
            return Some(any);
        };
        let rank = self.q * last as f64;
        let (_, &mut below, rest) = state.select_nth_unstable_by(rank as usize, f64::total_cmp);
        let weight = rank.fract();
        if weight == 0.0 {
            return Some(below);
        }
        let above = rest.iter().copied().min_by(f64::total_cmp).unwrap_or(below);
        // Scaled before it is added, so that the largest numbers don't overflow; kept between the two, so that rounding
        // can't put one quantile past the next.
        Some((below * (1.0 - weight) + above * weight).clamp(below, above))
    }
}

impl<T: Into<f64>> Merge<T> for ExactQuantile {
    fn merge(&self, into: &mut Vec<f64>, mut later: Vec<f64>) {
        into.append(&mut later);
    }
}

#[cfg(test)]
mod tests {
    use super::ExactQuantile;
    use crate::fold::Fold;

    #[test]
    fn the_ends_are_the_extremes() {
        let values = [3.0, f64::NAN, -7.0, f64::INFINITY, 0.5];
        assert_eq!(ExactQuantile::new(0.0).fold(values), Some(-7.0));
        assert_eq!(ExactQuantile::new(1.0).fold(values), Some(f64::INFINITY));
        assert!(ExactQuantile::new(0.5).fold([f64::NAN]).unwrap().is_nan());
        assert!(ExactQuantile::new(0.5).fold([f64::NEG_INFINITY, f64::INFINITY]).unwrap().is_nan());
    }

    #[test]
    fn agrees_with_numpy() {
        // numpy.quantile([15, 20, 35, 40, 50], [0.05, 0.3, 0.4, 0.95])
        for (q, expected) in [(0.05, 16.0), (0.3, 23.0), (0.4, 29.0), (0.95, 48.0)] {
            let quantile = ExactQuantile::new(q).fold([50, 15, 40, 20, 35]).unwrap();
            assert!((quantile - expected).abs() < 1e-12, "{q}: {quantile}");
        }
    }

    #[test]
    fn neither_the_largest_nor_the_smallest_numbers_are_lost() {
        assert_eq!(ExactQuantile::new(0.5).fold([f64::MAX, f64::MAX]), Some(f64::MAX));
        assert_eq!(ExactQuantile::new(0.5).fold([5e-324, 5e-324]), Some(5e-324));
    }

    #[test]
    #[should_panic(expected = "a quantile of 50 is not possible: it must be between 0 and 1")]
    fn percents_are_refused() {
        ExactQuantile::new(50.0);
    }
}
