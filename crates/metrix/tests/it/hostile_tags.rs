//! Tags that Python metrix mixes up, loses or fails on: names and values with `|` and `:`, and empty ones.

use metrix::{Aggs, Tags};
use metrix_core::fold::{self, Fold};
use serde_json::Value;

const CASES: &str = include_str!("data/cases_hostile_tags.jsonl");

/// A mapping as it stands in the data. The order is that of the text.
type Mapping = Vec<(String, String)>;

fn cases() -> impl Iterator<Item = Value> {
    CASES.lines().map(|line| serde_json::from_str(line).expect("a line of JSON"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn mapping(tags: &Value) -> Mapping {
    let Some(pairs) = tags.as_object() else {
        assert!(tags.is_null(), "tags are a mapping, or null where none were given: {tags}");
        return Mapping::new();
    };
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    pairs.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

fn tags(value: &Value) -> Tags {
    mapping(value).into()
}

#[test]
fn groups_are_those_of_the_mappings() {
    let mut count = 0;
    for case in cases() {
        let aggs = list(&case["aggs"]).iter().map(|agg| agg.as_str().expect("a text"));
        let aggs = Aggs::new(aggs, None).expect("they are built in");
        let defaults = tags(&case["default_tags"]);
        let by_tags = fold::group_by(
            |(tags, _): &(Tags, f64)| tags.clone(),
            aggs.clone().premap(|(_, value): (Tags, f64)| value),
        );
        let elements = list(&case["elements"]).iter();
        let elements: Vec<(Tags, f64)> = elements
            .map(|element| (tags(&element["tags"]).or(&defaults), element["value"].as_f64().expect("a number")))
            .collect();

        let mut emitted = Vec::new();
        let size = case["batch_size"].as_u64().expect("a number") as usize;
        for (batch, at) in elements.chunks_exact(size).zip((size - 1..).step_by(size)) {
            let mut found = Vec::new();
            for (tags, values) in by_tags.fold(batch.iter().cloned()) {
                found.extend(values.into_iter().map(|found| (found.agg, tags.clone(), found.value, at)));
            }
            // By aggregate; a stable sort leaves the groups in the order of their first appearance.
            found.sort_by_key(|&(agg, ..)| agg);
            emitted.extend(found);
        }

        let number = &case["case"];
        let expected = list(&case["expected"]);
        assert_eq!(emitted.len(), expected.len(), "case {number}");
        for ((agg, of, value, at), expected) in emitted.into_iter().zip(expected) {
            let stream = case["name"].as_str().expect("a text");
            assert_eq!(expected["name"], format!("{stream}.{}", aggs.name(agg)), "case {number}");
            assert_eq!(of, tags(&expected["tags"]), "case {number}");
            assert_eq!(expected["at"], at, "case {number}");
            let error = (value - expected["value"].as_f64().expect("a number")).abs();
            assert!(error <= expected["tol"].as_f64().expect("a number"), "case {number}: {value} is off by {error}");
        }
        count += 1;
    }
    assert_eq!(count, 160);
}

#[test]
fn different_mappings_are_never_equal() {
    let mut all: Vec<Mapping> = Vec::new();
    for case in cases() {
        all.extend(list(&case["elements"]).iter().map(|element| mapping(&element["tags"])));
        all.push(mapping(&case["default_tags"]));
    }
    for mapping in &mut all {
        mapping.sort();
    }
    all.sort();
    all.dedup();
    assert!(all.len() > 100, "there are {} mappings", all.len());
    for (place, a) in all.iter().enumerate() {
        let tags = Tags::from(a.clone());
        let back: Mapping = tags.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        assert_eq!(back, *a);
        for b in &all[place + 1..] {
            assert_ne!(tags, Tags::from(b.clone()));
        }
    }
}
