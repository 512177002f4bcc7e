//! The built-in aggregates on numbers at the edge of what an `f64` can hold, beside what Python makes of them.
//!
//! Where a value differs from Python's, the table here says what ours is, and why.

use metrix::Aggs;
use metrix_core::Fold;
use serde_json::Value;

/// The values that are expected of the cases, other than those of NaN and infinities, which a stream refuses.
const COMPARED: usize = 234;

const OVERFLOW: &str = "the sum is beyond the largest f64, so it has no mean, where Python reckons with fractions";
const INTEGER: &str = "2^53 + 1 is no f64 and is read as 2^53, where integers of Python have no end";
const TINY: &str = "the two in the middle are halved before they are added, so that the largest numbers have a median; that \
                    rounds what lies below the smallest normal number";

/// Where we differ: the case, the place among its expected values, our value (`None`: nothing is emitted), and why.
#[rustfmt::skip]
const DIFFERENCES: [(u64, usize, Option<f64>, &str); 13] = [
    (6, 0, None, OVERFLOW),
    (6, 2, None, OVERFLOW),
    (16, 2, None, OVERFLOW),
    (24, 0, Some(6_755_399_441_055_744.0), INTEGER),
    (24, 1, Some(27_021_597_764_222_976.0), INTEGER),
    (24, 4, Some(6_755_399_441_055_744.0), INTEGER),
    (24, 5, Some(27_021_597_764_222_976.0), INTEGER),
    (34, 2, Some(9_007_199_254_740_992.0), INTEGER),
    (34, 5, Some(9_007_199_254_740_992.0), INTEGER),
    (46, 1, None, OVERFLOW),
    (46, 4, None, OVERFLOW),
    (47, 1, Some(1.249_999_999_999_999_6e-308), TINY),
    (54, 1, Some(18_014_398_509_481_984.0), INTEGER),
];

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().expect("a list").iter().map(|text| text.as_str().expect("a text"))
}

#[test]
fn as_python_but_for_what_is_listed() {
    let mut compared = 0;
    let mut differing = Vec::new();
    for line in include_str!("data/cases_numeric_edge.jsonl").lines() {
        let case: Value = serde_json::from_str(line).expect("a line of JSON");
        let number = case["case"].as_u64().expect("a number");
        let elements = case["elements"].as_array().expect("a list");
        // NaN and infinities are written as texts: a stream refuses them.
        let values: Option<Vec<f64>> = elements.iter().map(|element| element["value"].as_f64()).collect();
        let Some(values) = values else { continue };
        let aggs = Aggs::new(texts(&case["aggs"]), None).expect("they are built in");
        let size = case["batch_size"].as_u64().expect("a number") as usize;

        let mut ours = Vec::new();
        for batch in values.chunks_exact(size) {
            let found = aggs.fold(batch.iter().copied());
            let value = |agg| found.iter().find(|found| found.agg == agg).map(|found| found.value);
            ours.extend((0..aggs.names().len()).map(value));
        }
        let expected = case["expected"].as_array().expect("a list");
        assert_eq!(ours.len(), expected.len(), "case {number}");
        for (place, (ours, expected)) in ours.into_iter().zip(expected).enumerate() {
            let theirs = expected["value"].as_f64();
            compared += 1;
            if ours != theirs {
                differing.push((number, place, ours));
            }
        }
    }
    let listed: Vec<_> = DIFFERENCES.iter().map(|&(case, place, ours, _)| (case, place, ours)).collect();
    assert_eq!(differing, listed);
    assert_eq!(compared, COMPARED);
}
