//! The aggregates share a state and can be merged, and still are what the folds of their names are.

use std::time::Duration;

use metrix::{Agg, AggError, Aggregate, Aggs, MergeableAggs, tags};
use metrix_core::fold::{
    Count, Distinct, First, Last, Max, Mean, Median, Min, Quantile, Range, Stdev, Sum, Variance, from_fn,
};
use metrix_core::testing::fold_laws;
use metrix_core::{Fold, Merge};
use proptest::collection::vec;
use proptest::prelude::*;

const WINDOW: Duration = Duration::from_secs(4);

/// All that are built in, but for more percentiles and bounds.
const ALL: [&str; 16] = [
    "count",
    "sum",
    "min",
    "max",
    "mean",
    "median",
    "stdev",
    "variance",
    "range",
    "first",
    "last",
    "distinct",
    "rate",
    "p50",
    "p99.9",
    "histogram(0,10)",
];

fn mergeable(aggs: impl IntoIterator<Item = Agg>) -> MergeableAggs {
    let aggs = Aggs::new(aggs, Some(WINDOW)).expect("their names are different");
    aggs.mergeable().expect("all of them merge")
}

fn built_in(name: &str) -> Agg {
    name.parse().expect(name)
}

fn numbers() -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        vec(-1e3..1e3, 0..80),
        vec(1e9..1e9 + 1.0, 0..80),
        vec((-5..5).prop_map(f64::from), 0..80),
        vec(prop_oneof![8 => -1.0..1.0, 1 => Just(f64::NAN), 1 => Just(-0.0), 1 => Just(f64::INFINITY)], 0..20),
    ]
}

/// The same values of the same aggregates, but for what rounding may do to sums and squares.
fn alike(values: &[f64]) -> impl Fn(&Vec<Aggregate>, &Vec<Aggregate>) -> bool + use<> {
    let magnitude: f64 = values.iter().map(|value| value.abs()).sum();
    let spread: f64 = values.iter().map(|value| (value - values[0]).powi(2)).sum();
    move |a, b| {
        a.len() == b.len()
            && a.iter().zip(b).all(|(a, b)| {
                let error = match ALL[a.agg] {
                    "sum" | "mean" | "rate" => 1e-15 * magnitude,
                    "variance" => 1e-13 * spread,
                    "stdev" => 1e-13 * spread.sqrt(),
                    _ => 0.0,
                };
                (a.agg, &a.tags) == (b.agg, &b.tags) && (a.value - b.value).abs() <= error
            })
    }
}

/// The value of the one aggregate of this name, and what the fold gives, where that is finite.
#[track_caller]
fn check(name: &str, values: &[f64], of_the_fold: Option<f64>) {
    let found = Aggs::new([name], Some(WINDOW)).expect(name).fold(values.iter().copied());
    let ours = found.first().map(|found| found.value.to_bits());
    assert_eq!(ours, of_the_fold.filter(|value| value.is_finite()).map(f64::to_bits), "{name} of {values:?}");
}

proptest! {
    #[test]
    fn all_that_are_built_in_keep_the_laws_of_merging(values in numbers()) {
        fold_laws(&mergeable(ALL.map(built_in)), &values, alike(&values));
    }

    #[test]
    fn closures_and_folds_that_merge_keep_them_too(values in vec(-9..9_i32, 0..40)) {
        let digits = |values: &[f64]| values.iter().fold(0.0, |digits, value| (10.0 * digits + value) % 1e9);
        let lowest = from_fn(|| 0.0, |low: &mut f64, x: f64| *low = low.min(x), |low, later| *low = low.min(later));
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let aggs = mergeable([Agg::values("digits", digits), built_in("count"), Agg::mergeable("lowest", lowest)]);
        fold_laws(&aggs, &values, |a, b| a == b);
    }

    #[test]
    fn all_but_the_first_and_the_last_are_the_same_in_any_order_and_parts(
        (values, other_order) in numbers().prop_flat_map(|values| (Just(values.clone()), Just(values).prop_shuffle())),
        at in 0..80_usize,
    ) {
        let aggs = mergeable(ALL.map(built_in));
        let but_the_ends = |mut found: Vec<Aggregate>| {
            found.retain(|found| !["first", "last"].contains(&ALL[found.agg]));
            found
        };
        let (earlier, later) = other_order.split_at(at.min(values.len()));
        let mut whole = part(&aggs, later);
        aggs.merge(&mut whole, part(&aggs, earlier));
        let (ours, expected) = (but_the_ends(aggs.finish(whole)), but_the_ends(aggs.fold(values.iter().copied())));
        prop_assert!(alike(&values)(&ours, &expected), "{:?} is not {:?}", ours, expected);
    }

    #[test]
    fn each_alone_is_the_fold_of_its_name(values in numbers()) {
        let items = || values.iter().copied();
        check("count", &values, Some(Count.fold(items()) as f64));
        check("sum", &values, Some(Sum.fold(items())));
        check("min", &values, Min.fold(items()));
        check("max", &values, Max.fold(items()));
        check("mean", &values, Mean.fold(items()));
        check("median", &values, Median.fold(items()));
        check("variance", &values, Variance.fold(items()));
        check("stdev", &values, Stdev.fold(items()));
        check("range", &values, Range.fold(items()));
        check("first", &values, First.fold(items()));
        check("last", &values, Last.fold(items()));
        check("distinct", &values, Some(Distinct::new().fold(items().map(|value| (value + 0.0).to_bits())) as f64));
        check("rate", &values, Some(Sum.fold(items()) / 4.0));
        check("p50", &values, Quantile::new(0.5).fold(items()));
        check("p100", &values, Quantile::new(1.0).fold(items()));
    }

    #[test]
    fn each_in_company_is_what_it_is_alone(values in numbers(), order in Just(ALL.to_vec()).prop_shuffle()) {
        let all = Aggs::new(order.iter().copied(), Some(WINDOW)).expect("their names are different").fold(values.iter().copied());
        let mut alone = Vec::new();
        for (agg, name) in order.iter().enumerate() {
            let found = Aggs::new([*name], Some(WINDOW)).expect(name).fold(values.iter().copied());
            alone.extend(found.into_iter().map(|found| (agg, found.tags, found.value)));
        }
        let all: Vec<_> = all.into_iter().map(|found| (found.agg, found.tags, found.value)).collect();
        prop_assert_eq!(all, alone);
    }
}

#[test]
fn a_fold_that_can_not_be_merged_is_named() {
    let aggs = Aggs::new([built_in("sum"), Agg::fold("n", Count)], None).expect("their names are different");
    let error = aggs.mergeable().expect_err("it is any fold");
    assert_eq!(error, AggError::NotMergeable { name: "n".into() });
    assert_eq!(error.to_string(), "the states of the aggregate `n` can't be merged: make it by `Agg::mergeable`");
}

/// A part of a group: what these values come to so far.
fn part(aggs: &MergeableAggs, values: &[f64]) -> <MergeableAggs as Fold<f64>>::State {
    let mut state = aggs.init();
    values.iter().for_each(|&value| aggs.step(&mut state, value));
    state
}

#[test]
fn a_part_that_panics_leaves_the_whole_without_that_aggregate() {
    let small = from_fn(
        || 0.0,
        |sum: &mut f64, x: f64| {
            assert!(x < 10.0, "{x} is not small");
            *sum += x;
        },
        |sum: &mut f64, later: f64| {
            assert!(*sum + later < 10.0, "the parts are not small together");
            *sum += later;
        },
    );
    for (earlier, later, expected) in [
        ([1.0, 2.0], [3.0, 1.0], vec![(0, 7.0), (1, 7.0)]),
        ([1.0, 20.0], [3.0, 1.0], vec![(1, 25.0)]),
        ([1.0, 2.0], [3.0, 20.0], vec![(1, 26.0)]),
        ([5.0, 2.0], [3.0, 1.0], vec![(1, 11.0)]),
    ] {
        let aggs = mergeable([Agg::mergeable("small", small), built_in("sum")]);
        let mut whole = part(&aggs, &earlier);
        aggs.merge(&mut whole, part(&aggs, &later));
        let found: Vec<_> = aggs.finish(whole).into_iter().map(|found| (found.agg, found.value)).collect();
        assert_eq!(aggs.aggs().panics(), 2 - found.len() as u64);
        assert_eq!(found, expected);
    }
}

#[test]
fn the_parts_of_a_histogram_are_added_bound_by_bound() {
    let aggs = mergeable([built_in("histogram(1,2)")]);
    let mut whole = part(&aggs, &[0.5, 3.0]);
    aggs.merge(&mut whole, part(&aggs, &[1.5, 0.1]));
    let found: Vec<_> = aggs.finish(whole).into_iter().map(|found| (found.tags, found.value)).collect();
    assert_eq!(found, [(tags! { "le" => 1 }, 2.0), (tags! { "le" => 2 }, 3.0), (tags! { "le" => "+Inf" }, 4.0)]);
}

#[test]
fn an_estimate_of_many_is_the_same_in_any_order_and_parts() {
    let values: Vec<f64> = (0..5000).map(|i| f64::from(i * 7919 % 4999) * 1.5 - 3000.0).collect();
    let aggs = mergeable(["distinct", "p50", "p99.9", "median"].map(built_in));
    let expected = aggs.fold(values.iter().copied());
    for at in [10, 1500, 4990] {
        let backwards: Vec<f64> = values.iter().rev().copied().collect();
        let mut whole = part(&aggs, &backwards[..at]);
        aggs.merge(&mut whole, part(&aggs, &backwards[at..]));
        assert_eq!(aggs.finish(whole), expected, "in parts of {at} and the rest");
    }
}

#[test]
#[should_panic(expected = "states that are merged come from aggregates that are made alike")]
fn states_of_other_aggregates_are_not_merged() {
    let aggs = mergeable([built_in("sum")]);
    let other = mergeable([built_in("sum"), built_in("median")]);
    aggs.merge(&mut part(&aggs, &[1.0]), part(&other, &[2.0]));
}
