use std::num::NonZeroU32;

use proptest::collection::vec;
use proptest::prelude::*;

use super::nearest_rank;
use crate::fold::{Fold, Sketch};

proptest! {
    #[test]
    fn a_number_several_times_is_as_if_one_by_one(
        numbers in vec((prop_oneof![-1e3..1e3_f64, Just(0.0), Just(f64::INFINITY), Just(5e-324)], 1..100_u32), 0..20),
        q in 0.0..=1.0_f64,
    ) {
        let mut weighted = Sketch::new().fold([0.0; 0]);
        for &(x, times) in &numbers {
            weighted.add_times(x, NonZeroU32::new(times).expect("from 1"));
        }
        let one_by_one = numbers.iter().flat_map(|&(x, times)| std::iter::repeat_n(x, times as usize));
        let expected = Sketch::new().fold(one_by_one);
        prop_assert_eq!((weighted.count(), weighted.quantile(q)), (expected.count(), expected.quantile(q)));
    }
}

#[test]
fn counts_end_where_they_can_grow_no_more() {
    let mut numbers = Sketch::new().fold([-2.0, 0.0, 3.0, 1e6]);
    numbers.add_times(7.0, NonZeroU32::MAX);
    for _ in 0..33 {
        let same = numbers.clone();
        numbers.merge(same);
    }
    assert_eq!((numbers.count(), numbers.quantile(0.0), numbers.quantile(1.0)), (u64::MAX, Some(-2.0), Some(1e6)));
    assert!((numbers.quantile(0.5).unwrap() - 7.0).abs() < 0.06);
}

#[test]
fn a_decimal_quantile_has_the_rank_that_is_meant() {
    assert_eq!(nearest_rank(0.07, 100), 6);
    assert_eq!(nearest_rank(99.9 / 100.0, 1000), 998);
    assert_eq!(nearest_rank(0.070_000_1, 100), 7);
    assert_eq!(nearest_rank(0.5, 1 << 40), (1 << 39) - 1);
    assert_eq!(nearest_rank(0.5, (1 << 40) + 1), 1 << 39);
}

#[test]
fn ranks_stay_within_the_count() {
    for count in [1, 2, 99, 1 << 53, u64::MAX >> 1, u64::MAX] {
        assert_eq!(nearest_rank(0.0, count), 0);
        assert_eq!(nearest_rank(f64::MIN_POSITIVE, count), 0);
        assert_eq!(nearest_rank(1.0, count), count - 1);
        assert!(nearest_rank(1.0 - f64::EPSILON, count) < count);
    }
}

#[test]
fn infinities_have_their_ranks() {
    let numbers = Sketch::new().fold([f64::INFINITY, 5.0, f64::NEG_INFINITY, f64::NAN, 0.0]);
    assert_eq!(numbers.count(), 4);
    let at = |q| numbers.quantile(q).unwrap();
    assert_eq!((at(0.0), at(0.5), at(0.75), at(0.76)), (f64::NEG_INFINITY, 0.0, 5.0, f64::INFINITY));
    assert_eq!((at(0.25), at(0.26), at(1.0)), (f64::NEG_INFINITY, 0.0, f64::INFINITY));
}

#[test]
fn nothing_and_no_numbers() {
    assert_eq!(Sketch::new().fold([0.0; 0]).quantile(0.5), None);
    assert!(Sketch::new().fold([f64::NAN]).quantile(0.5).unwrap().is_nan());
}

#[test]
fn both_signs_and_zero_are_in_order() {
    let numbers = Sketch::new().fold([4.0, -0.0, -4.0, 0.0, 1e-320, -1e-320, 8.0, -8.0, f64::MIN_POSITIVE]);
    let at = |rank: u32| numbers.quantile(f64::from(rank) / 9.0).unwrap();
    assert_eq!((at(1), at(9)), (-8.0, 8.0));
    assert_eq!((at(4), at(5)), (0.0, 0.0));
    for (rank, low, high) in [(2, -4.04, -3.96), (3, -4e-18, 0.0), (6, 0.0, 4e-18), (7, 0.0, 4e-18), (8, 3.96, 4.04)] {
        assert!((low..=high).contains(&at(rank)), "{rank}: {}", at(rank));
    }
}
