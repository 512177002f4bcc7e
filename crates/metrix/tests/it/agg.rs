//! Aggregates by name, of folds and of closures, and what is refused.

use std::time::Duration;

use metrix::{Agg, AggError, Aggs, IntoAgg, Tags, tags};
use metrix_core::Fold;
use metrix_core::fold::{self, Quantile};
use proptest::prelude::*;

const WINDOW: Duration = Duration::from_millis(2500);

/// What these aggregates come to over a window, by name.
fn results<A: IntoAgg>(names: impl IntoIterator<Item = A>, values: &[f64]) -> Vec<(String, Tags, f64)> {
    let aggs = Aggs::new(names, Some(WINDOW)).expect("the aggregates are possible");
    let found = aggs.fold(values.iter().copied()).into_iter();
    found.map(|found| (aggs.name(found.agg).to_owned(), found.tags, found.value)).collect()
}

/// The one value that the aggregate comes to, or none.
#[track_caller]
fn check(agg: &str, values: &[f64], expected: Option<f64>) {
    let expected: Vec<_> = expected.into_iter().map(|value| (agg.to_owned(), Tags::NONE, value)).collect();
    assert_eq!(results([agg], values), expected);
}

#[track_caller]
fn refused<A: IntoAgg>(aggs: impl IntoIterator<Item = A>, window: Option<Duration>, message: &str) {
    assert_eq!(Aggs::new(aggs, window).expect_err(message).to_string(), message);
}

#[test]
fn built_in() {
    let values = [4.0, 1.0, 8.0, 1.0, 2.0];
    check("count", &values, Some(5.0));
    check("sum", &values, Some(16.0));
    check("min", &values, Some(1.0));
    check("max", &values, Some(8.0));
    check("mean", &values, Some(3.2));
    check("median", &values, Some(2.0));
    check("variance", &values, Some(8.7));
    check("stdev", &values, Some(8.7_f64.sqrt()));
    check("range", &values, Some(7.0));
    check("first", &values, Some(4.0));
    check("last", &values, Some(2.0));
    check("distinct", &values, Some(4.0));
    check("rate", &values, Some(6.4));
    check("p0", &values, Some(1.0));
    check("p100", &values, Some(8.0));
}

#[test]
fn a_group_without_a_value_is_left_out_of_that_aggregate_alone() {
    check("stdev", &[7.0], None);
    check("variance", &[7.0], None);
    check("sum", &[f64::MAX, f64::MAX], None);
    check("mean", &[f64::MAX, f64::MAX], None);
    let found = results(["stdev", "count", "variance", "max", "sum"], &[f64::MAX]);
    let names: Vec<&str> = found.iter().map(|(name, ..)| &**name).collect();
    assert_eq!(names, ["count", "max", "sum"]);
}

#[test]
fn both_zeros_are_one_value() {
    check("distinct", &[0.0, -0.0, 1.0], Some(2.0));
}

#[test]
fn a_histogram_is_one_value_a_bucket() {
    let le = |bound: &str, count| ("histogram".to_owned(), tags! { "le" => bound }, count);
    let found = results(["histogram( 0.5, 10 ,100)"], &[0.5, 3.0, 10.0, 50.0, 1e3]);
    assert_eq!(found, [le("0.5", 1.0), le("10", 3.0), le("100", 4.0), le("+Inf", 5.0)]);
}

#[test]
fn results_come_in_the_order_given() {
    let order = ["sum", "last", "count", "first", "histogram(2)", "max"];
    let found = results(order, &[1.0, 3.0]);
    let found: Vec<(&str, f64)> = found.iter().map(|(name, _, value)| (&**name, *value)).collect();
    let histogram = [("histogram", 1.0), ("histogram", 2.0)];
    assert_eq!(found[..4], [("sum", 4.0), ("last", 3.0), ("count", 2.0), ("first", 1.0)]);
    assert_eq!((&found[4..6], found[6]), (&histogram[..], ("max", 3.0)));
}

#[test]
fn one_aggregate_under_two_names() {
    let found = results([("a", "sum"), ("b", "sum")], &[1.0, 2.0]);
    assert_eq!(found, [("a".to_owned(), Tags::NONE, 3.0), ("b".to_owned(), Tags::NONE, 3.0)]);
}

#[test]
fn a_closure_sees_all_values_as_often_as_it_likes() {
    let spread = Agg::values("spread", |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.iter().map(|value| (value - mean).abs()).sum::<f64>()
    });
    assert_eq!(results([spread], &[1.0, 2.0, 6.0]), [("spread".to_owned(), Tags::NONE, 6.0)]);
    let order = Agg::values("order", |values: &[f64]| values.iter().fold(0.0, |digits, value| 10.0 * digits + value));
    assert_eq!(results([order], &[3.0, 1.0, 2.0])[0].2, 312.0);
}

#[test]
fn several_values_of_one_aggregate_are_told_apart_by_tags() {
    let by_sign = fold::group_by(|value: &f64| *value < 0.0, fold::Sum);
    let by_sign = fold::Map::new(by_sign, |groups: Vec<(bool, f64)>| -> Vec<(Tags, f64)> {
        groups.into_iter().map(|(negative, sum)| (tags! { "negative" => negative }, sum)).collect()
    });
    let found = results([Agg::fold("by_sign", by_sign)], &[1.0, -2.0, 4.0, f64::NEG_INFINITY]);
    // The sum of the negative ones is not finite, and no reason to lose the other.
    assert_eq!(found, [("by_sign".to_owned(), tags! { "negative" => false }, 5.0)]);
}

#[test]
fn an_empty_list_is_refused() {
    refused([""; 0], None, "there is no aggregate: give at least one, for example \"mean\"");
}

#[test]
fn unknown_names_name_the_known_ones() {
    let known = "known are count, sum, min, max, mean, median, stdev, variance, range, first, last, distinct, rate, p50 or \
                 any other percentile, and histogram(1,10,100)";
    refused(["medain"], None, &format!("there is no aggregate `medain`: did you mean `median`? ({known})"));
    refused(["average"], None, &format!("there is no aggregate `average`: did you mean `mean`? ({known})"));
    refused(["P99"], None, &format!("there is no aggregate `P99`: did you mean `p99`? ({known})"));
    refused(
        ["quantile(0.999)"],
        None,
        &format!("there is no aggregate `quantile(0.999)`: did you mean `p99.9`? ({known})"),
    );
    refused(["wombat"], None, &format!("there is no aggregate `wombat` ({known})"));
    refused([""], None, &format!("there is no aggregate `` ({known})"));
    refused(["su\nm\u{7}"], None, &format!("there is no aggregate `su\\nm\\u{{7}}` ({known})"));
}

#[test]
fn impossible_parameters_say_what_is_possible() {
    refused(["p101"], None, "`p101` is no percentile: write p and a number from 0 to 100, as in p99.9");
    refused(["histogram"], None, "`histogram` has no bounds: give them in brackets, as in histogram(1,10,100)");
    let bound = "the bound `x` of `histogram(1,x)` is no number: write them as in histogram(0.5,10,1e3)";
    refused(["histogram(1,x)"], None, bound);
    refused(["histogram()"], None, "`histogram()` is not possible: a histogram needs at least one bound");
    let order = "`histogram(5,1)` is not possible: a histogram's bounds must rise, and 1 comes after 5";
    refused(["histogram(5,1)"], None, order);
}

#[test]
fn two_of_one_name_are_refused() {
    let twice = "two aggregates are called `sum`: give one another name, as in (\"other\", \"sum\")";
    refused(["sum", "max", "sum"], None, twice);
    refused([("sum", "max"), ("sum", "min")], None, twice);
    assert_eq!(
        Aggs::new(["histogram(1)", "histogram(2)"], None).expect_err("they have one name"),
        AggError::Twice { name: "histogram".into() }
    );
}

#[test]
fn names_that_no_element_can_have_are_refused() {
    refused([("", "sum")], None, "the name of an aggregate is empty: give it one");
    let control = "the aggregate `a\\nb` has control characters in its name: leave them out";
    refused([("a\nb", "sum")], None, control);
    refused(
        [Agg::values("a\0", |values: &[f64]| values.len())],
        None,
        "the aggregate `a\\0` has control characters in its name: leave them out",
    );
}

#[test]
fn a_rate_needs_a_window() {
    let message = "the rate `per_second` needs a window to divide by: take a window longer than 0, or \"sum\"";
    refused([("per_second", "rate")], None, message);
    refused([("per_second", "rate")], Some(Duration::ZERO), message);
}

#[test]
fn aggregates_and_their_lists_go_to_any_thread() {
    fn anywhere<T: Send + Sync + Clone + 'static>() {}
    anywhere::<Agg>();
    anywhere::<Aggs>();
    fn moves<T: Send + 'static>() {}
    moves::<metrix::AggsState>();
}

#[test]
fn debug_shows_names() {
    let agg = Agg::values("jump", |values: &[f64]| values.len());
    assert_eq!(format!("{agg:?}"), "Agg { name: \"jump\", .. }");
    assert_eq!(format!("{:?}", Aggs::new(["sum", "p99"], None).expect("both are known")), "[\"sum\", \"p99\"]");
}

proptest! {
    /// Each value goes to one of a few groups, whose states are open at the same time.
    #[test]
    fn groups_and_clones_have_states_of_their_own(values in prop::collection::vec((0..4_usize, -1e6..1e6_f64), 0..60)) {
        let all = Agg::values("all", |values: &[f64]| values.iter().rfold(0.0, |sum, value| sum / 2.0 + value));
        let names = ["count", "mean", "stdev", "median", "first", "distinct", "p90", "histogram(-10,0,1e5)"];
        let list = names.iter().map(|name| name.parse::<Agg>().expect(name)).chain([all]);
        let aggs = Aggs::new(list, None).expect("their names are different");
        let clone = aggs.clone();
        let mut states: Vec<_> = (0..4).map(|_| aggs.init()).collect();
        for &(group, value) in &values {
            clone.step(&mut states[group], value);
        }
        for (group, state) in states.into_iter().enumerate() {
            let alone = values.iter().filter(|(of, _)| *of == group).map(|&(_, value)| value);
            prop_assert_eq!(aggs.finish(state), clone.fold(alone));
        }
        prop_assert_eq!(aggs.panics(), 0);
    }

    #[test]
    fn percentiles_are_quantiles(values in prop::collection::vec(-1e6..1e6_f64, 1..60), per_mille in 0..=1000_u32) {
        let percent = f64::from(per_mille) / 10.0;
        let found = results([format!("p{percent}")], &values);
        prop_assert_eq!(found[0].2, Quantile::new(percent / 100.0).fold(values.iter().copied()).expect("there are values"));
        // And of the values themselves, off by one in 128 at most.
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (u64::from(per_mille) * values.len() as u64).div_ceil(1000).max(1) as usize;
        let exact = sorted[rank - 1];
        prop_assert!((found[0].2 - exact).abs() <= exact.abs() / 128.0 + 1e-9, "{} instead of {exact}", found[0].2);
    }

    #[test]
    fn any_text_is_an_aggregate_or_an_error_that_tells_why(text in "\\PC{0,12}|p[-+.0-9e]{0,5}|histogram\\([-0-9,. ]{0,9}\\)?") {
        match text.parse::<Agg>() {
            Ok(agg) => prop_assert!(text.trim().starts_with(agg.name()), "{text} is called {}", agg.name()),
            Err(error) => prop_assert!(error.to_string().contains(&*text.trim().escape_debug().to_string())),
        }
    }
}
