//! How exact the numeric folds are, against exact arithmetic.

use metrix_core::fold::{
    ExactQuantile, Fold, Mean, Median, PopulationVariance, Quantile, Quantiles, Sketch, Stdev, Sum, Variance,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// Whole numbers of `UNIT`, so that sums are exact in an `i128`.
const UNIT: f64 = 1.0 / (1_u64 << 40) as f64;

/// Terms with up to 53 bits, each a whole number of units; with the exact sum rounded once.
fn terms() -> impl Strategy<Value = Vec<i64>> {
    prop_oneof![
        vec(-(1_i64 << 53)..1 << 53, 1..300),
        vec(0_i64..1 << 53, 1..300),
        // Sizes from one bit to 53, so that the small ones are lost in a plain sum.
        vec((0_u32..53, any::<i64>()).prop_map(|(shift, x)| (x >> 11) >> shift), 1..300),
    ]
}

proptest! {
    #[test]
    fn a_sum_is_right_to_the_last_bit(terms in terms()) {
        // The conversion rounds once, to the nearest.
        let exact = terms.iter().map(|&term| i128::from(term)).sum::<i128>() as f64 * UNIT;
        prop_assert_eq!(Sum.fold(terms.iter().map(|&term| term as f64 * UNIT)), exact);
    }

    #[test]
    fn a_mean_is_right_to_the_last_bit(terms in terms()) {
        let sum: i128 = terms.iter().map(|&term| i128::from(term)).sum();
        // With 60 more bits, and a last one that stands for all the rest, the conversion rounds once.
        let (scaled, n) = (sum.abs() << 60, terms.len() as i128);
        let quotient = (scaled / n) | i128::from(scaled % n != 0);
        let exact = quotient as f64 * sum.signum() as f64 * UNIT / (1_u64 << 60) as f64;
        prop_assert_eq!(Mean.fold(terms.iter().map(|&term| term as f64 * UNIT)), Some(exact));
    }

    #[test]
    fn a_variance_does_not_see_a_common_offset(
        values in vec(-1000_i32..1000, 2..300),
        offset in prop_oneof![Just(0.0), Just(1e9), Just(-1e9), Just(1e12)],
    ) {
        let n = values.len() as i128;
        let sum: i128 = values.iter().map(|&x| i128::from(x)).sum();
        let squares: i128 = values.iter().map(|&x| i128::from(x).pow(2)).sum();
        let exact = (n * squares - sum * sum) as f64 / n as f64;
        let shifted = || values.iter().map(|&x| f64::from(x) + offset);
        let error = 1e-13 * exact;
        prop_assert!((Variance.fold(shifted()).unwrap() - exact / (n - 1) as f64).abs() <= error);
        prop_assert!((PopulationVariance.fold(shifted()).unwrap() - exact / n as f64).abs() <= error);
    }

    #[test]
    fn a_median_is_the_mean_of_the_middle(mut values in vec(any::<f64>(), 1..50)) {
        let median = Median.fold(values.iter().copied()).unwrap();
        values.sort_by(f64::total_cmp);
        let (below, above) = (values[(values.len() - 1) / 2], values[values.len() / 2]);
        prop_assert_eq!(median, if below == above { below } else { (below / 2.0 + above / 2.0).clamp(below, above) });
    }

    #[test]
    fn exact_quantiles_never_fall(values in vec(any::<f64>(), 1..50), a in 0.0..=1.0_f64, b in 0.0..=1.0_f64) {
        let quantile = |q| ExactQuantile::new(q).fold(values.iter().copied());
        prop_assert!(quantile(a.min(b)) <= quantile(a.max(b)));
    }

    #[test]
    fn a_sketched_quantile_has_the_nearest_rank(
        n in 1..=200_u32,
        (share, of) in prop_oneof![Just(10), Just(100), Just(1000), 1..=200_u32].prop_flat_map(|of| (0..=of, Just(of))),
    ) {
        let rank = (share * n).div_ceil(of).max(1);
        // As a decimal is read, and as it is computed with one rounding more.
        for q in [f64::from(share) / f64::from(of), f64::from(share * 100) / f64::from(of) / 100.0] {
            // Off by at most a fifth, so the number tells its rank.
            let sketched = Quantile::new(q.min(1.0)).with_error(0.001).fold(1..=n).unwrap();
            prop_assert_eq!(sketched.round(), f64::from(rank), "{} of {} at {}", rank, n, q);
        }
    }

    #[test]
    fn a_sketched_quantile_has_the_stated_error(
        mut values in prop_oneof![
            vec(0.001..1000.0, 1..=200),
            vec(-1e6..1e6, 1..=200),
            vec((-3..=3).prop_map(f64::from), 1..=200),
            vec(any::<f64>(), 1..=200),
            vec(prop_oneof![4 => -1e3..1e3, 1 => Just(f64::INFINITY), 1 => Just(f64::NEG_INFINITY)], 1..=200),
            vec((any::<bool>(), -200..200).prop_map(|(negative, power)| if negative { -1.0 } else { 1.0 } * 10_f64.powi(power)), 1..=200),
        ],
        nans in 0..3_usize,
        q in prop_oneof![0.0..=1.0, Just(0.0), Just(0.5), Just(0.99), Just(1.0)],
        error in prop_oneof![Just(0.01), Just(0.001), Just(0.5), 0.0001..0.5],
    ) {
        let with_nans = values.iter().copied().chain(std::iter::repeat_n(f64::NAN, nans));
        let sketched = Quantile::new(q).with_error(error).fold(with_nans).unwrap();
        values.sort_by(f64::total_cmp);
        let n = values.len() as f64;
        // What is above a whole number only by rounding counts as that number.
        let exact = values[((q * n * (1.0 - 1e-15)).ceil() as usize).max(1) - 1];
        if exact.is_infinite() {
            prop_assert_eq!(sketched, exact);
            return Ok(());
        }
        let mut finite = values.iter().filter(|value| value.is_finite());
        let largest = if exact < 0.0 { finite.next() } else { finite.next_back() }.unwrap().abs();
        let stated = Sketch::new().with_error(error).error();
        prop_assert!(stated <= error);
        let allowed = stated * exact.abs() + if exact.abs() < largest * 1e-18 { largest * 1e-18 } else { 0.0 };
        prop_assert!((sketched - exact).abs() <= allowed, "{sketched} is not {exact} within {error}");
    }

    #[test]
    fn sketched_ends_are_exact(values in vec(any::<f64>(), 1..=200)) {
        let ends = Quantiles::new([0.0, 1.0]).fold(values.iter().copied()).unwrap();
        let (least, most) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &x| (a.min(x), b.max(x)));
        prop_assert_eq!(ends, [least, most]);
    }
}

#[test]
fn cancellation_as_python_sees_it() {
    // statistics.variance, stdev and mean of the same values.
    let values = [1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0];
    assert_eq!(Variance.fold(values), Some(30.0));
    assert_eq!(Stdev.fold(values), Some(5.477225575051661));
    assert_eq!(Mean.fold(values), Some(1e9 + 10.0));

    let tenths = [1e9 + 0.1, 1e9 + 0.2, 1e9 + 0.3];
    assert_close(Variance.fold(tenths), 0.00999999284744509, 1e-15);
    assert_close(Stdev.fold(tenths), 0.09999996423721906, 1e-15);
    assert_eq!(Mean.fold(tenths), Some(1000000000.2));
}

#[test]
fn a_million_values_far_from_zero_keep_their_spread() {
    let values = (0..1_000_000).map(|i| 1e9 + 0.5 * f64::from(i % 3));
    let exact = {
        // In halves, so that it is all whole numbers until the division.
        let n = 1_000_000_i128;
        let [zeros, halves, ones] = [333_334_i128, 333_333, 333_333];
        assert_eq!(zeros + halves + ones, n);
        let (sum, squares) = (halves + 2 * ones, halves + 4 * ones);
        (n * squares - sum * sum) as f64 / 4.0 / n as f64 / (n - 1) as f64
    };
    // The mean lies 1.23 standard deviations from the first value.
    assert_close(Variance.fold(values), exact, 1e6 * 1.23 * 1.1e-16);
}

#[track_caller]
fn assert_close(result: Option<f64>, expected: f64, error: f64) {
    let result = result.expect("a result");
    assert!((result / expected - 1.0).abs() <= error, "{result} is not {expected} within {error}");
}
