//! Every fold keeps the laws of `Merge`: one row a fold.

use metrix_core::fold::{self, *};
use metrix_core::{ops::Keep, size, testing::fold_laws};
use proptest::collection::vec;
use proptest::prelude::*;

/// A row is: the file of the fold, the items that it is tried on, the fold, and a function that says of the items when
/// two results are the same.
macro_rules! laws {
    ($($file:ident: $items:expr, $fold:expr, $same:expr;)*) => {
        const ROWS: &[&str] = &[$(stringify!($file)),*];

        proptest! {
            $(
                #[test]
                fn $file(items in $items) {
                    fold_laws(&$fold, &items, $same(&items));
                }
            )*
        }
    };
}

laws! {
    at_most: words(), fold::group_by(|word: &&str| word.len(), ToVec).at_most(size(2), |_, _| usize::MAX), same_groups_and_items;
    count: numbers(), Count, equal;
    distinct: ids(), Distinct::new(), equal;
    exact_quantile: numbers(), ExactQuantile::new(0.3), alike;
    filter: numbers(), Count.filter(|x: &f64| *x > 0.0), equal;
    first: numbers(), First, alike;
    from_fn: words(), fold::from_fn(String::new, |all, word: &str| all.push_str(word), |all, later: String| all.push_str(&later)), equal;
    group_by: words(), fold::group_by(|word: &&str| word.len(), ToVec), equal;
    histogram: numbers(), Histogram::new([-1.0, 0.0, 2.5]), equal;
    last: numbers(), Last, alike;
    map: numbers(), Map::new(Count, |n: u64| n * 2), equal;
    max: numbers(), Max, alike;
    mean: numbers(), Mean, |items: &[f64]| close(2e-15 * magnitude(items) / items.len() as f64);
    median: numbers(), Median, alike;
    min: numbers(), Min, alike;
    population_stdev: numbers(), PopulationStdev, |items: &[f64]| close(1e-13 * spread(items).sqrt());
    population_variance: numbers(), PopulationVariance, |items: &[f64]| close(1e-13 * spread(items));
    premap: numbers(), Count.premap(|x: f64| x.to_bits()), equal;
    quantile: numbers(), Quantile::new(0.99), alike;
    quantiles: numbers(), Map::new(Quantiles::new([0.1, 0.8]), |ends: Option<[f64; 2]>| ends.map(|[a, b]| b - a)), alike;
    range: numbers(), Range, alike;
    sketch: numbers(), Map::new(Sketch::new(), |all: Distribution| all.quantile(0.5)), alike;
    stdev: numbers(), Stdev, |items: &[f64]| close(1e-13 * spread(items).sqrt());
    sum: numbers(), Map::new(Sum, Some::<f64>), |items: &[f64]| close(1e-15 * magnitude(items));
    to_vec: words(), ToVec, equal;
    top_k: words(), TopK::new(size(3)).counters(size(3)), true_counts;
    tuple: words(), (Count, First, ToVec), equal;
    unique_by: words(), fold::unique_by(|word: &&str| word.len(), Keep::Last), equal;
    variance: numbers(), Variance, |items: &[f64]| close(1e-13 * spread(items));
}

#[test]
fn every_fold_has_a_row() {
    let folds = concat!(env!("CARGO_MANIFEST_DIR"), "/src/fold");
    for entry in std::fs::read_dir(folds).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_stem().unwrap().to_str().unwrap();
        assert!(
            ROWS.contains(&file),
            "src/fold/{file}.rs has no row in tests/it/laws.rs: add `{file}: items, Fold, same;`"
        );
    }
}

/// Numbers of ordinary size, of one sign or both; far from zero and close together; whole; and all that there are.
fn numbers() -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        vec(-1e3..1e3, 0..100),
        vec(0.001..1e6, 0..100),
        vec(1e9..1e9 + 1.0, 0..100),
        vec((-5..5).prop_map(f64::from), 0..100),
        vec(any::<f64>(), 0..20),
        vec(prop_oneof![proptest::num::f64::ANY, Just(f64::NAN), Just(0.0), Just(-0.0)], 0..20),
    ]
}

fn words() -> impl Strategy<Value = Vec<&'static str>> {
    vec(prop::sample::select(vec!["", "a", "b", "to", "be", "or", "not", "that", "\u{fffd}"]), 0..40)
}

/// Now and then more than are counted exactly.
fn ids() -> impl Strategy<Value = Vec<u16>> {
    prop_oneof![60 => vec(0..50_u16, 0..100), 1 => vec(any::<u16>(), 1000..1200)]
}

fn equal<T, O: PartialEq>(_items: &[T]) -> impl Fn(&O, &O) -> bool + use<T, O> {
    |a, b| a == b
}

/// Equal, or both NaN.
fn alike(_items: &[f64]) -> impl Fn(&Option<f64>, &Option<f64>) -> bool + use<> {
    close(0.0)
}

/// No further apart than `error`, or both NaN. Where even the error is not finite, a sum has gone beyond the largest
/// number on some way and may be anything.
fn close(error: f64) -> impl Fn(&Option<f64>, &Option<f64>) -> bool {
    move |a, b| match (a, b) {
        (Some(a), Some(b)) => a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= error || !error.is_finite(),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// The sum of all magnitudes.
fn magnitude(items: &[f64]) -> f64 {
    items.iter().map(|x| x.abs()).sum()
}

/// The sum of the squared distances from the first item, or what is lost when they are too small for a float.
fn spread(items: &[f64]) -> f64 {
    items.iter().map(|x| (x - items[0]).powi(2)).sum::<f64>().max(1e-290)
}

/// Both are true of the items, within the error that three counters allow, and neither misses an item beyond it.
fn true_counts<'a>(items: &'a [&'a str]) -> impl Fn(&Vec<Frequent<&'a str>>, &Vec<Frequent<&'a str>>) -> bool {
    let error = items.len() as u64 / 4;
    let count_of = |item: &str| items.iter().filter(|&&other| other == item).count() as u64;
    let holds = move |top: &Vec<Frequent<&str>>| {
        let counts_hold = top.iter().all(|frequent| {
            let count = count_of(frequent.item);
            frequent.at_least <= count && count <= frequent.at_most && frequent.at_most - frequent.at_least <= error
        });
        let is_there = |item: &str| top.iter().any(|frequent| frequent.item == item);
        counts_hold && items.iter().all(|item| count_of(item) <= error || is_there(item))
    };
    move |a, b| holds(a) && holds(b)
}

type ByLength<'a> = Vec<(usize, Vec<&'a str>)>;

/// The same keys in the same order, no more than two and the overflow, and in all of them together the items: an item
/// that overflows in one part may have a group of its own in the whole.
fn same_groups_and_items<'a>(items: &[&'a str]) -> impl Fn(&ByLength<'a>, &ByLength<'a>) -> bool + use<'a> {
    let mut all = items.to_vec();
    all.sort_unstable();
    let holds = move |groups: &ByLength<'a>| {
        let mut held: Vec<&str> = groups.iter().flat_map(|(_, words)| words).copied().collect();
        held.sort_unstable();
        held == all && groups.len() <= 3
    };
    move |a, b| holds(a) && holds(b) && a.iter().map(|(key, _)| key).eq(b.iter().map(|(key, _)| key))
}
