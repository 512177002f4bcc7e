//! What Python metrix answers, case by case: `data/` holds it as it was recorded.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use futures::{FutureExt, StreamExt};
use metrix::{Agg, AggError, IntoAgg, MElement, MStream, Tags};
use metrix_core::Interval;
use serde_json::Value;

/// The cases of a file.
pub(crate) fn cases(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/data").join(file);
    let lines = BufReader::new(File::open(path).unwrap()).lines();
    lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect()
}

/// `null` and `{}` both stand for no tags.
pub(crate) fn tags(of: &Value) -> Tags {
    let pairs = of.as_object().into_iter().flatten();
    pairs.map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect()
}

pub(crate) fn texts(of: &Value) -> Vec<&str> {
    of.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

/// The stream that a case describes.
pub(crate) fn builder(case: &Value) -> metrix::MStreamBuilder {
    let n = case["batch_size"].as_u64().unwrap() as usize;
    MStream::builder(case["name"].as_str().unwrap())
        .batch(metrix::size(n))
        .aggs(texts(&case["aggs"]))
        .default_tags(tags(&case["default_tags"]))
}

/// Sends what the case sends, and checks what comes out at once after each; the number of cases is checked too.
fn check(file: &str, number: usize, expected: impl Fn(&Value) -> Option<&Value>) {
    let mut checked = 0;
    for case in cases(file) {
        let Some(expected) = expected(&case) else { continue };
        let mut expected = expected.as_array().unwrap().iter().peekable();
        let (sender, mut stream) = builder(&case).build().unwrap();
        let elements = case["elements"].as_array().unwrap();
        for (place, element) in elements.iter().enumerate() {
            sender.try_send_with(element["value"].as_f64().unwrap(), tags(&element["tags"])).unwrap();
            while let Some(Some(given)) = stream.next().now_or_never() {
                let expected = expected.next().unwrap_or_else(|| panic!("{}: {given:?} is too much", case["case"]));
                assert_eq!(expected["at"], place, "{}: {given:?}", case["case"]);
                assert_is(&given, expected, &case["case"]);
            }
        }
        assert_eq!(expected.next(), None, "{}", case["case"]);
        // The last, unfinished batch, which Python never gives out.
        drop(sender);
        let rest: Vec<MElement> = stream.collect().now_or_never().unwrap();
        let pending = elements.len() % case["batch_size"].as_u64().unwrap() as usize;
        let defaults = tags(&case["default_tags"]);
        let groups: HashSet<Tags> =
            elements[elements.len() - pending..].iter().map(|element| tags(&element["tags"]).or(&defaults)).collect();
        // Of some groups there is no deviation.
        for agg in texts(&case["aggs"]).into_iter().filter(|agg| *agg != "stdev") {
            let name = format!("{}.{agg}", case["name"].as_str().unwrap());
            assert_eq!(rest.iter().filter(|element| *element.name == *name).count(), groups.len(), "{}", case["case"]);
        }
        checked += 1;
    }
    assert_eq!(checked, number);
}

#[track_caller]
pub(crate) fn assert_is(given: &MElement, expected: &Value, case: &Value) {
    assert_eq!(*given.name, *expected["name"].as_str().unwrap(), "{case}");
    assert_eq!(given.tags, tags(&expected["tags"]), "{case}: {given:?}");
    let (value, tolerance) = (expected["value"].as_f64().unwrap(), expected["tol"].as_f64().unwrap_or(1e-9));
    assert!((given.value - value).abs() <= tolerance, "{case}: {given:?} is not {value}");
}

#[test]
fn batch_cases() {
    check("batch_cases.jsonl", 420, |case| case.get("expected"));
}

#[test]
fn hostile_tags() {
    check("cases_hostile_tags.jsonl", 160, |case| case.get("expected"));
}

#[test]
fn an_aggregate_without_a_value_disturbs_no_other() {
    check("cases_errors.jsonl", 60, |case| (case["kind"] == "agg_raises").then(|| &case["sensible"]["outputs"]));
}

/// Where Python refuses to build a stream, so do we: by type, or with an error.
#[test]
fn refused_streams() {
    let kinds = ["mstream_ctor", "mstream_ctor_agg"];
    let cases: Vec<_> = cases("cases_errors.jsonl")
        .into_iter()
        .filter(|case| kinds.contains(&case["kind"].as_str().unwrap()))
        .collect();
    assert_eq!(cases.len(), 15);
    for case in &cases {
        let args = &case["args"];
        if case["kind"] == "mstream_ctor" {
            // Both or neither can't be written down: see the docs of `MStream::builder`. What is left is one that can't be.
            let window = args.get("window_size").and_then(Value::as_f64);
            let batch = args.get("batch_size").and_then(Value::as_i64);
            let window_is_refused = window.is_some_and(|secs| Interval::try_from_secs(secs).is_err());
            let batch_is_refused = batch.is_some_and(|n| usize::try_from(n).map_or(true, |n| n == 0));
            assert!(window_is_refused || batch_is_refused || window.is_some() == batch.is_some(), "{case}");
        }
    }
    // An aggregate is a name, an `Agg` or a pair with a name; what is none of these does not compile. A closure without a
    // name can't be given either. Names that Python does not know as functions are unknown here:
    assert!(matches!("set".into_agg(), Err(AggError::Unknown { .. })));
    assert_eq!("sum".parse::<Agg>().unwrap().name(), "sum");
}
