use std::collections::BTreeMap;

use metrix::{Timestamp, tags};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::*;

const NOON: Timestamp = Timestamp::from_secs(1_700_000_000);

fn rules(default_tags: Tags) -> Rules {
    Rules { default_tags, max_tags: 8, unit: Unit::Seconds }
}

/// The line of an element with one tag.
#[track_caller]
fn line(value: f64, at: Timestamp, unit: Unit) -> String {
    let element = MElement::new("m", value, tags! { "a" => 1 }, at);
    let rules = Rules { unit, ..rules(Tags::NONE) };
    Point::new(&element, &rules).expect("it can be sent").to_string()
}

#[track_caller]
fn refusal(element: &MElement, rules: &Rules) -> String {
    Point::new(element, rules).expect_err("it can't be sent").to_string()
}

#[test]
fn values_are_integers_where_they_can_be() {
    for (value, expected) in [
        (0.0, "0"),
        (-0.0, "0"),
        (-2.0, "-2"),
        (0.1, "0.1"),
        (1e-7, "1e-7"),
        (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
        (9_007_199_254_740_993.0, "9007199254740992"),
        (i64::MIN as f64, "-9.223372036854776e18"),
        (((1_u64 << 63) - 1024) as f64, "9223372036854774784"),
        ((1_u64 << 63) as f64, "9.223372036854776e18"),
        (1e300, "1e300"),
    ] {
        assert_eq!(line(value, NOON, Unit::Seconds), format!("put m 1700000000 {expected} a=1\n"));
    }
}

#[test]
fn times_are_rounded_down() {
    let late = Timestamp::from_nanos(1_700_000_000_999_999_999);
    assert_eq!(line(1.0, late, Unit::Seconds), "put m 1700000000 1 a=1\n");
    assert_eq!(line(1.0, late, Unit::Milliseconds), "put m 1700000000999 1 a=1\n");
}

#[test]
fn times_that_would_be_read_in_the_other_unit_are_refused() {
    let at = |at| MElement::new("m", 1.0, tags! { "a" => 1 }, at);
    let seconds = rules(Tags::NONE);
    let millis = Rules { unit: Unit::Milliseconds, ..seconds.clone() };
    assert!(Point::new(&at(Timestamp::from_secs(1)), &seconds).is_ok());
    assert!(Point::new(&at(Timestamp::from_secs((1 << 32) - 1)), &seconds).is_ok());
    assert!(Point::new(&at(Timestamp::from_millis(1 << 32)), &millis).is_ok());
    assert!(Point::new(&at(Timestamp::MAX), &millis).is_ok());
    for (time, rules, expected) in [
        (
            Timestamp::EPOCH,
            &seconds,
            "its time is 1970-01-01T00:00:00Z; opentsdb takes seconds from 1970-01-01T00:00:01Z",
        ),
        (Timestamp::from_nanos(-1), &seconds, "its time is 1969-12-31T23:59:59.999999999Z; opentsdb takes seconds"),
        (Timestamp::from_secs(1 << 32), &seconds, "its time is 2106-02-07T06:28:16Z; opentsdb takes seconds"),
        (Timestamp::from_millis((1 << 32) - 1), &millis, "its time is 1970-02-19T17:02:47.295Z; opentsdb takes milli"),
        (Timestamp::MIN, &millis, "its time is 1677-09-21T00:12:43.145224192Z; opentsdb takes milliseconds"),
    ] {
        let message = refusal(&at(time), rules);
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn refusals_name_what_is_wrong_and_the_mend() {
    let none = rules(Tags::NONE);
    let named = |name: &str, tags: Tags| MElement::new(name, 1.0, tags, NOON);
    let nine: Tags = (0..9).map(|tag| (tag.to_string(), "x")).collect();
    for (element, expected) in [
        (MElement::new("m", f64::NAN, tags! { "a" => 1 }, NOON), "its value is NaN; opentsdb takes finite ones only"),
        (
            MElement::new("m", f64::NEG_INFINITY, tags! { "a" => 1 }, NOON),
            "its value is -inf; opentsdb takes finite ones",
        ),
        (named("m", Tags::NONE), "it has no tags, and opentsdb wants one; set a default tag, such as `host`"),
        (named("m", nine), "it has 9 tags, more than 8; send fewer, or raise `max_tags`"),
        (named("m", tags! { "a" => "é".repeat(957) }), "its name and tags have 961 bytes, more than 960; shorten them"),
        (named(&"x".repeat(1 << 20), tags! { "a" => 1 }), "its name and tags have 1048580 bytes, more than 960"),
    ] {
        let message = refusal(&element, &none);
        assert!(message.starts_with(expected), "{message}");
    }
    let longest = named("m", tags! { "a" => "é".repeat(956) });
    assert!(Point::new(&longest, &none).expect("960 bytes are allowed").to_string().len() <= 1024);
}

#[test]
fn the_last_of_equal_tags_wins_over_those_before_and_over_the_default() {
    let rules = rules(tags! { "a_b" => "default", "host" => "h" });
    let element = MElement::new("m", 1.0, tags! { "a b" => 1, "a=b" => 2, "z" => 3 }, NOON);
    let point = Point::new(&element, &rules).expect("it can be sent");
    assert_eq!(point.to_string(), "put m 1700000000 1 a_b=2 host=h z=3\n");
    assert_eq!(point.merged(), 1);
}

#[test]
fn a_default_tag_counts_as_a_tag() {
    let rules = Rules { max_tags: 1, ..rules(tags! { "host" => "h" }) };
    let element = |tags| MElement::new("m", 1.0, tags, NOON);
    assert_eq!(Point::new(&element(Tags::NONE), &rules).unwrap().to_string(), "put m 1700000000 1 host=h\n");
    assert_eq!(Point::new(&element(tags! { "host" => 2 }), &rules).unwrap().to_string(), "put m 1700000000 1 host=2\n");
    assert!(refusal(&element(tags! { "a" => 2 }), &rules).starts_with("it has 2 tags, more than 1"));
}

#[test]
fn a_datapoint_that_differs_in_anything_is_another_one() {
    let element = MElement::new("m", 1.5, tags! { "a" => 1 }, NOON);
    let rules = rules(Tags::NONE);
    let point = Point::new(&element, &rules).unwrap();
    let is = |json: &str| point.is(&serde_json::from_str(json).unwrap());
    assert!(is(r#"{"metric":"m","timestamp":1700000000,"value":"1.5","tags":{"a":"1"}}"#));
    assert!(is(r#"{"metric":"m","timestamp":1700000000,"value":1.5,"tags":{"a":"1"}}"#));
    assert!(!is(r#"{"metric":"n","timestamp":1700000000,"value":1.5,"tags":{"a":"1"}}"#));
    assert!(!is(r#"{"metric":"m","timestamp":1700000001,"value":1.5,"tags":{"a":"1"}}"#));
    assert!(!is(r#"{"metric":"m","timestamp":1700000000,"value":2.5,"tags":{"a":"1"}}"#));
    assert!(!is(r#"{"metric":"m","timestamp":1700000000,"value":"x","tags":{"a":"1"}}"#));
    assert!(!is(r#"{"metric":"m","timestamp":1700000000,"value":1.5,"tags":{"a":"2"}}"#));
    assert!(!is(r#"{"metric":"m","timestamp":1700000000,"value":1.5,"tags":{"a":"1","b":"1"}}"#));
    assert!(!is(r#"{"metric":"m","timestamp":1700000000,"value":1.5}"#));
    assert!(!is("null"));
}

/// Text that is often hostile: any characters, those with a meaning in some protocol, whole commands.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ \t\r\n=,:;|\"'\\\\{}\0a-c_./-]{0,12}",
        proptest::sample::select(vec!["x\nput y 1 1 a=b", "a b", "a=b", "a_b", "", "é", "1e999"])
            .prop_map(str::to_owned),
    ]
}

/// What a server reads in a line: name, time, value and tags.
fn parse(line: &str) -> Option<(&str, i64, f64, BTreeMap<&str, &str>)> {
    let mut words = line.strip_suffix('\n')?.strip_prefix("put ")?.split(' ');
    let (name, at, value) = (words.next()?, words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let mut tags = BTreeMap::new();
    for word in words {
        let (name, value) = word.split_once('=')?;
        if tags.insert(name, value).is_some() {
            return None;
        }
    }
    Some((name, at, value, tags))
}

/// The table of the docs, written another way.
fn expected(text: &str) -> String {
    let allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";
    let clean = text.chars().map(|char| allowed.find(char).map_or("_", |at| &allowed[at..at + 1])).collect::<String>();
    if clean.is_empty() { "_".to_owned() } else { clean }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever the text, the line is one line of allowed characters, and says what the element says.
    #[test]
    fn lines_and_json_are_read_as_what_was_meant(
        name in text(),
        value in any::<f64>(),
        secs in 1..i64::from(u32::MAX),
        pairs in vec((text(), text()), 0..10),
        defaults in vec((text(), text()), 0..3),
    ) {
        let element = MElement::new(name.as_str(), value, pairs, Timestamp::from_secs(secs));
        let clean = Tags::from(defaults).iter().map(|(name, value)| (expected(name), expected(value))).collect::<Tags>();
        let rules = rules(clean);
        let mut wanted: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in rules.default_tags.iter().chain(element.tags.iter()) {
            wanted.insert(expected(name), expected(value));
        }
        let text = expected(&name).len() + wanted.iter().map(|(name, value)| name.len() + value.len() + 2).sum::<usize>();
        let is_good = value.is_finite() && (1..=8).contains(&wanted.len()) && text <= MAX_TEXT;
        let point = Point::new(&element, &rules);
        prop_assert_eq!(point.is_ok(), is_good, "{:?}", point);
        let Ok(point) = point else { return Ok(()) };

        let line = point.to_string();
        let is_allowed = |char: char| char.is_ascii_alphanumeric() || "-_./ =\n".contains(char);
        prop_assert!(line.chars().all(is_allowed), "{line:?}");
        prop_assert!(line.len() <= 1024);
        let (read_name, read_at, read_value, read_tags) = parse(&line).expect("a server can read it");
        prop_assert_eq!(read_name, expected(&name));
        prop_assert_eq!((read_at, read_value), (secs, value));
        let read_tags: BTreeMap<_, _> = read_tags.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        prop_assert_eq!(&read_tags, &wanted);

        let json: Value = serde_json::from_str(&point.json().to_string()).expect("it is JSON");
        prop_assert_eq!(json["metric"].as_str(), Some(read_name));
        prop_assert_eq!((json["timestamp"].as_i64(), json["value"].as_f64()), (Some(secs), Some(value)));
        let tags: BTreeMap<String, String> = serde_json::from_value(json["tags"].clone()).expect("tags are text");
        prop_assert_eq!(tags, wanted);
        prop_assert!(point.is(&json));
    }
}
