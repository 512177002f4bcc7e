//! OpenTSDB: lines and JSON.
#![allow(dead_code)]

// Links to the sink's own, which are not public.
mod name;
mod point;

use std::collections::BTreeMap;

use metrix::{MElement, Tags, tags};
use point::{Point, Refusal, Rules, Unit};
use serde_json::Value;

pub(crate) fn check(batch: &[MElement]) {
    for (default_tags, unit) in [(Tags::NONE, Unit::Seconds), (tags! { "host" => "a" }, Unit::Milliseconds)] {
        let rules = Rules { default_tags, max_tags: 8, unit };
        batch.iter().for_each(|element| check_one(element, &rules));
    }
}

fn check_one(element: &MElement, rules: &Rules) {
    let tags = rules.default_tags.iter().chain(element.tags.iter());
    let tags: BTreeMap<String, String> = tags.map(|(name, value)| (clean(name), clean(value))).collect();
    let at = match rules.unit {
        Unit::Seconds => element.at.as_nanos() / 1_000_000_000,
        Unit::Milliseconds => element.at.as_nanos() / 1_000_000,
    };
    let point = match Point::new(element, rules) {
        Ok(point) => point,
        Err(Refusal::Value(value)) => return assert!(!value.is_finite()),
        Err(Refusal::NoTags) => return assert!(tags.is_empty()),
        Err(Refusal::TooManyTags { .. }) => return assert!(tags.len() > 8),
        Err(Refusal::TooLong(bytes)) => return assert!(bytes > 960),
        // As milliseconds, the first weeks would be seconds.
        Err(Refusal::Time(..)) => return assert!(unit_has_not(rules.unit, at), "{element:?}"),
    };
    let line = point.to_string();
    assert!(line.len() <= 1024, "{line:?}");
    let words: Vec<&str> = line.strip_suffix('\n').expect("it ends").split(' ').collect();
    let [put, name, time, value, ref pairs @ ..] = words[..] else { panic!("{line:?}") };
    assert_eq!((put, name, time), ("put", &*clean(&element.name), &*at.to_string()));
    assert_eq!(value.parse(), Ok(element.value), "{line:?}");
    let read: Vec<(String, String)> = pairs.iter().map(|pair| owned(pair.split_once('=').expect("a tag"))).collect();
    assert!(read.iter().map(|(name, value)| (name, value)).eq(&tags), "{line:?}");

    let json: Value = serde_json::from_str(&point.json().to_string()).expect("it is JSON");
    assert!(point.is(&json));
    assert_eq!((json["metric"].as_str(), json["timestamp"].as_i64()), (Some(name), Some(at)));
    assert_eq!(json["value"].as_f64(), Some(element.value));
    assert_eq!(json["tags"], serde_json::to_value(&tags).expect("texts by texts"));
}

fn unit_has_not(unit: Unit, at: i64) -> bool {
    match unit {
        Unit::Seconds => !(1..1 << 32).contains(&at),
        Unit::Milliseconds => at < 1 << 32,
    }
}

/// The table of the docs, written another way.
fn clean(text: &str) -> String {
    let allowed = |char: char| matches!(char, 'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' | '/');
    let clean: String = text.chars().map(|char| if allowed(char) { char } else { '_' }).collect();
    if clean.is_empty() { "_".to_owned() } else { clean }
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}
