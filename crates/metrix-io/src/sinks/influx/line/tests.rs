use metrix::{Timestamp, tags};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;

use super::*;
use crate::ParseLine;
use crate::sources::influx::InfluxLines;

const NOON: Timestamp = Timestamp::from_secs(1_700_000_000);

fn rules() -> Rules {
    let naming = Naming::Field("value".to_owned());
    Rules { default_tags: Tags::NONE, naming, precision: Precision::Seconds, integers: Vec::new() }
}

#[track_caller]
fn line(element: &MElement, rules: &Rules) -> String {
    let mut lines = Vec::new();
    rules.encode(element, &mut lines).expect("it can be sent");
    String::from_utf8(lines).expect("it is text")
}

#[track_caller]
fn refusal(element: &MElement, rules: &Rules) -> String {
    let mut lines = b"before\n".to_vec();
    let refusal = rules.encode(element, &mut lines).expect_err("it can't be sent").to_string();
    assert_eq!(lines, b"before\n");
    refusal
}

#[test]
fn values_are_floats_in_few_digits() {
    for (value, expected) in [
        (0.0, "0"),
        (-0.0, "-0"),
        (-2.0, "-2"),
        (0.1, "0.1"),
        (1e-7, "1e-7"),
        (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
        (999_999_999_999_999.0, "999999999999999"),
        (1e15, "1000000000000000.0"),
        (9_007_199_254_740_993.0, "9007199254740992.0"),
        (1e300, "1e300"),
        (f64::MAX, "1.7976931348623157e308"),
    ] {
        let element = MElement::new("m", value, Tags::NONE, NOON);
        assert_eq!(line(&element, &rules()), format!("m value={expected} 1700000000\n"));
    }
}

#[test]
fn integers_are_those_that_are_called_so() {
    let rules = Rules { integers: vec![Glob::new("*.count"), Glob::new("n")], ..rules() };
    let of = |name, value| MElement::new(name, value, Tags::NONE, NOON);
    assert_eq!(line(&of("a.count", 3.0), &rules), "a.count value=3i 1700000000\n");
    assert_eq!(line(&of("n", i64::MIN as f64), &rules), "n value=-9223372036854775808i 1700000000\n");
    assert_eq!(line(&of("a.sum", 3.0), &rules), "a.sum value=3 1700000000\n");
    for value in [0.5, 9_223_372_036_854_775_808.0, 1e300] {
        assert!(refusal(&of("n", value), &rules).contains("which is no integer of 64 bits"));
    }
}

#[test]
fn texts_are_escaped_by_where_they_stand() {
    let element =
        MElement::new("#a b,c=d", 1.0, tags! { "k ,=" => "v ,=", "time" => "x", "" => "e", "none" => "" }, NOON);
    let expected = "_a\\ b\\,c=d,_=e,k\\ \\,\\==v\\ \\,\\=,time_=x value=1 1700000000\n";
    assert_eq!(line(&element, &rules()), expected);
    let naming = Naming::Field("a b".to_owned());
    let element = MElement::new("m", 1.0, Tags::NONE, NOON);
    assert_eq!(line(&element, &Rules { naming, ..rules() }), "m a\\ b=1 1700000000\n");
}

#[test]
fn names_are_split_at_the_aggregate() {
    for (name, expected) in [
        ("requests.mean", ("requests", "mean")),
        ("a.b.p99", ("a.b", "p99")),
        ("a.b.p99.9", ("a.b", "p99.9")),
        ("p99.9", ("p99", "9")),
        ("a.px.9", ("a.px", "9")),
        ("a.p.9", ("a.p", "9")),
        ("load", ("load", "value")),
        ("a.", ("a", "")),
        (".a", ("", "a")),
    ] {
        assert_eq!(split(name), expected, "{name}");
    }
    let rules = Rules { naming: Naming::Split, ..rules() };
    for (name, expected) in [("a.time", "a time_=1"), ("a.", "a _=1"), (".a", "_ a=1")] {
        let element = MElement::new(name, 1.0, Tags::NONE, NOON);
        assert_eq!(line(&element, &rules), format!("{expected} 1700000000\n"));
    }
}

#[test]
fn the_last_of_equal_tags_stays_and_defaults_stand_behind() {
    let rules = Rules { default_tags: tags! { "a_" => "default", "z" => "default" }, ..rules() };
    let element = MElement::new("m", 1.0, tags! { "a\n" => 1, "a\r" => 2, "b" => 3 }, NOON);
    let mut lines = Vec::new();
    assert_eq!(rules.encode(&element, &mut lines), Ok(1));
    assert_eq!(lines, b"m,a_=2,b=3,z=default value=1 1700000000\n");
}

#[test]
fn what_no_line_can_have_is_refused() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(refusal(&MElement::new("m", value, Tags::NONE, NOON), &rules()).contains("finite ones only"));
    }
    for nanos in [i64::MIN, i64::MIN + 1, i64::MAX] {
        let element = MElement::new("m", 1.0, Tags::NONE, Timestamp::from_nanos(nanos));
        assert!(refusal(&element, &rules()).contains("but for the very ends"));
    }
    // `m,k=` and `value` have 9 bytes.
    for (length, is_taken) in [(65_522, true), (65_523, false)] {
        let element = MElement::new("m", 1.0, tags! { "k" => "x".repeat(length) }, NOON);
        assert_eq!(rules().encode(&element, &mut Vec::new()).is_ok(), is_taken);
    }
}

/// Texts of all kinds: any, of what has a meaning in a line, empty, and long.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        vec(
            select(&["\\", ",", " ", "=", "\"", "#", "\n", "\r", "\t", "\0", "a", "é", "日", "time", "\u{2028}"][..]),
            0..8
        )
        .prop_map(|pieces| pieces.concat()),
        Just("time".to_owned()),
        (0..2000_usize).prop_map(|length| "x\\".repeat(length)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn lines_are_read_as_what_was_meant(
        name in text(),
        field in text(),
        tags in vec((text(), text()), 0..5),
        value in any::<f64>().prop_filter("finite", |value| value.is_finite()),
        nanos in i64::MIN + 2..i64::MAX,
    ) {
        let tags: Tags = tags.into_iter().collect();
        let element = MElement::new(name.clone(), value, tags.clone(), Timestamp::from_nanos(nanos));
        let naming = Naming::Field(column(&field).into_owned());
        let rules = Rules { naming, precision: Precision::Nanoseconds, ..rules() };
        let mut lines = Vec::new();
        let merged = rules.encode(&element, &mut lines).expect("it can be sent");
        // It is one line, and nothing in it ends it before.
        prop_assert!(!lines[..lines.len() - 1].iter().any(|byte| byte.is_ascii_control()));
        prop_assert_eq!(lines.pop(), Some(b'\n'));

        let mut readings = Vec::new();
        let parsed = InfluxLines::new().bare_field(&column(&field)).parse(&lines, &mut |reading| {
            readings.push(reading.into_owned());
        });
        prop_assert_eq!(parsed, Ok(()));
        prop_assert_eq!(readings.len(), 1);
        let reading = readings.remove(0);
        prop_assert_eq!(reading.name, measurement(&name));
        prop_assert_eq!(reading.value, value);
        prop_assert_eq!(reading.at, Some(element.at));
        let mut expected = std::collections::BTreeMap::new();
        for (name, value) in tags.iter().filter(|(_, value)| !value.is_empty()) {
            expected.insert(column(name).into_owned(), clean(value).into_owned());
        }
        prop_assert_eq!(merged, tags.iter().filter(|(_, value)| !value.is_empty()).count() - expected.len());
        let found = reading.tags.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned()));
        prop_assert_eq!(found.collect::<Vec<_>>(), expected.into_iter().collect::<Vec<_>>());
    }
}
