use std::borrow::Cow;

use metrix::{Timestamp, tags};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_assert, prop_oneof, proptest};

use super::*;
use crate::sources::Metric;

const PATTERN: &str =
    r#"^(?<ip>\S+) \[(?<ts>[^\]]+)\] "(?<method>\S+) (?<url>\S+)" (?<status>\d+) (?<bytes>\S*)(?: (?<took>\S+))?$"#;

fn fields() -> Fields {
    Fields::new()
        .timestamp("ts", "%d/%b/%Y:%H:%M:%S %z")
        .metric(Metric::constant("requests", 1.0).tags(["method", "status"]).tag("path", "url"))
        .metric(Metric::field("bytes", "bytes").tags(["status"]))
        .metric(Metric::field("took", "took").tag("ms", "took"))
}

fn read(lines: &mut Lines, line: &[u8]) -> (Vec<Reading<'static>>, Result<(), LineError>) {
    let mut readings = Vec::new();
    let result = lines.parse(line, &mut |reading| readings.push(reading.into_owned()));
    (readings, result)
}

const LINE: &[u8] = br#"::1 [17/May/2015:10:05:03 +0000] "GET /a" 200 318 1.5e1"#;

#[test]
fn a_line_makes_its_metrics_in_order() {
    let mut lines = Lines::new(PATTERN, &fields()).unwrap();
    let (readings, result) = read(&mut lines, LINE);
    assert_eq!(result, Ok(()));
    let found: Vec<_> = readings.iter().map(|reading| (&*reading.name, reading.value, reading.to_tags())).collect();
    assert_eq!(
        found,
        [
            ("requests", 1.0, tags! { "method" => "GET", "status" => 200, "path" => "/a" }),
            ("bytes", 318.0, tags! { "status" => 200 }),
            ("took", 15.0, tags! { "ms" => "1.5e1" }),
        ]
    );
    assert!(readings.iter().all(|reading| reading.at == Some(Timestamp::from_secs(1_431_857_103))));
    assert_eq!(lines.skipped(), 0);
}

#[test]
fn a_metric_without_a_value_is_skipped_and_counted() {
    let mut lines = Lines::new(PATTERN, &fields()).unwrap();
    for (rest, names, skipped) in
        [("-", &["requests"][..], 2), ("", &["requests"], 4), ("- 3", &["requests", "took"], 5)]
    {
        let line = format!(r#"::1 [17/May/2015:10:05:03 +0000] "GET /a" 200 {rest}"#);
        let (readings, result) = read(&mut lines, line.as_bytes());
        assert_eq!(result, Ok(()));
        assert_eq!(readings.iter().map(|reading| &*reading.name).collect::<Vec<_>>(), names);
        assert_eq!(lines.skipped(), skipped);
    }
}

#[test]
fn a_group_without_part_in_the_match_is_no_tag() {
    let fields = Fields::new().metric(Metric::constant("n", 1.0).tags(["a", "b"]));
    let mut lines = Lines::new("^(?<a>x*)(?:y(?<b>.*))?$", &fields).unwrap();
    assert_eq!(read(&mut lines, b"x").0[0].to_tags(), tags! { "a" => "x" });
    assert_eq!(read(&mut lines, b"y").0[0].to_tags(), tags! { "a" => "", "b" => "" });
}

#[test]
fn the_time_follows_each_line() {
    let mut lines = Lines::new(PATTERN, &fields()).unwrap();
    for (second, times) in [(3, 2), (4, 1), (3, 1)] {
        let line = format!(r#"::1 [17/May/2015:10:05:0{second} +0000] "GET /a" 200 -"#);
        for _ in 0..times {
            let at = read(&mut lines, line.as_bytes()).0[0].at;
            assert_eq!(at, Some(Timestamp::from_secs(1_431_857_100 + second)));
        }
    }
    let wrong = br#"::1 [17/May/2015 10:05:03 +0000] "GET /a" 200 -"#;
    let (readings, result) = read(&mut lines, wrong);
    assert_eq!(readings, []);
    let error = result.unwrap_err();
    assert_eq!((error.kind, error.column), ("timestamp", 5));
    assert!(
        error.message.contains("`17/May/2015 10:05:03 +0000` is not a time of the format `%d/%b/%Y:%H:%M:%S %z`"),
        "{error}"
    );
    // A time that was refused is not taken for one that was read.
    assert!(read(&mut lines, wrong).1.is_err());
    assert!(read(&mut lines, LINE).1.is_ok());
}

#[test]
fn an_empty_or_missing_time_is_a_fault() {
    for (format, line) in [("unix", "a="), ("unix", "a"), ("%s", "a="), ("rfc3339", "a=")] {
        let fields = Fields::new().timestamp("ts", format).metric(Metric::constant("n", 1.0));
        let mut lines = Lines::new("^a(?:=(?<ts>.*))?$", &fields).unwrap();
        assert_eq!(read(&mut lines, line.as_bytes()).1.unwrap_err().kind, "timestamp", "{format} {line}");
    }
}

#[test]
fn one_wrong_value_leaves_the_others() {
    let mut lines = Lines::new(PATTERN, &fields()).unwrap();
    let (readings, result) = read(&mut lines, br#"::1 [17/May/2015:10:05:03 +0000] "GET /a" 200 x inf"#);
    assert_eq!(readings.len(), 1);
    let error = result.unwrap_err();
    assert_eq!((error.kind, error.column), ("value", 46));
    assert!(error.message.starts_with("the value of `bytes`, `x`, is not a finite number: "), "{error}");
    let (readings, result) = read(&mut lines, br#"::1 [17/May/2015:10:05:03 +0000] "GET /a" 200 7 inf"#);
    assert_eq!((readings.len(), result.unwrap_err().column), (2, 48));
}

#[test]
fn a_line_that_does_not_match_is_a_fault_and_an_empty_one_is_nothing() {
    let mut lines = Lines::new(PATTERN, &fields()).unwrap();
    assert_eq!(read(&mut lines, b"something else").1.unwrap_err().kind, "pattern");
    assert_eq!(read(&mut lines, b""), (Vec::new(), Ok(())));
}

#[test]
fn wrong_utf_8_spoils_its_own_field_only() {
    let mut lines = Lines::new(PATTERN, &fields()).unwrap();
    let (readings, result) = read(&mut lines, b"::1 [17/May/2015:10:05:03 +0000] \"GET /\xff\" 200 318");
    assert_eq!((readings.len(), result), (2, Ok(())));
    assert_eq!(readings[0].to_tags(), tags! { "method" => "GET", "status" => 200, "path" => "/\u{fffd}" });
}

/// And not of the text in which they were replaced, which is longer.
#[test]
fn columns_are_of_the_bytes_that_came() {
    let mut lines =
        Lines::new(r"^(?<t>\S+) (?<v>\S+)", &Fields::new().metric(Metric::field("v", "v").tags(["t"]))).unwrap();
    for line in [&b"ab x"[..], b"\xff\xff x", b"a\xf0\x9f\xa6 x", "é\u{fffd} x".as_bytes(), b"\xff \xff"] {
        let (_, result) = read(&mut lines, line);
        let space = line.iter().position(|byte| *byte == b' ').unwrap();
        assert_eq!(result.map_err(|error| (error.kind, error.column)), Err(("value", space + 1)), "{line:?}");
    }
}

#[test]
fn texts_are_borrowed() {
    let mut lines = Lines::new(PATTERN, &fields()).unwrap();
    let is_borrowed = |text: &Cow<'_, str>| matches!(text, Cow::Borrowed(_));
    let mut check = |reading: Reading<'_>| {
        assert!(is_borrowed(&reading.name));
        assert!(reading.tags.iter().all(|(name, value)| is_borrowed(name) && is_borrowed(value)));
    };
    lines.parse(LINE, &mut check).unwrap();
}

#[track_caller]
fn refused(pattern: &str, fields: &Fields, message: &str) {
    let error = Lines::new(pattern, fields).unwrap_err().to_string();
    assert!(error.contains(message), "{error}");
}

#[test]
fn what_is_wrong_from_the_start_is_refused() {
    let fields = fields();
    refused("é(?<a>x", &fields, "the pattern `é(?<a>x` is wrong at character 2: unclosed group");
    refused(r"a\p{Nothing}", &fields, "is wrong at character 2: Unicode property not found");
    refused("(?<a>.)(?<a>.)", &fields, "duplicate capture group name");
    refused(r"(\w{1000}){1000}", &fields, "make it smaller");
    refused("^(?<ts>.*) (?<method>.*)", &fields, "the pattern has no group `status`: write (?<status>...)");
    refused("^(?<ts>.*) (?<method>.*)", &fields, "or use one that it has (ts, method)");
    refused(".*", &fields, "no group `ts`, nor any with a name");
    let metric = || Metric::constant("n", 1.0);
    refused(".*", &Fields::new(), "there are no metrics");
    refused(".*", &Fields::new().metric(Metric::constant("", 1.0)), "a metric has an empty name");
    refused(".*", &Fields::new().metric(Metric::constant("n", f64::NAN)), "the value of the metric `n` is NaN");
    refused("(?<a>.)", &Fields::new().metrics([metric().tag("a", "a").tags(["a"])]), "the metric `n` has two tags `a`");
    refused("(?<a>.)", &Fields::new().timestamp("a", "%Y %é").metric(metric()), "at character 4, `%é`");
}

/// A line of the log, more or less.
fn line() -> impl Strategy<Value = String> {
    let part = |part: &'static str, other: &'static str| prop_oneof![4 => part.prop_map(String::from), 1 => other.prop_map(String::from)];
    (
        part("[0-9]{1,3}(\\.[0-9]{1,3}){3}", "\\PC{0,4}"),
        part("[0-3][0-9]/(Jan|May)/2015:[0-2][0-9]:05:03 [+-]0[0-9]00", "\\PC{0,20}"),
        part("GET|POST", "[^a]{0,3}"),
        part("[2-5][0-9]{2}", "\\PC{0,4}"),
        prop_oneof![part("[0-9]{1,6}", "-|inf|NaN|1e999|\\PC{0,3}"), Just("-".to_owned())],
    )
        .prop_map(|(ip, ts, method, status, bytes)| format!("{ip} [{ts}] \"{method} /\" {status} {bytes}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn a_mutated_line_is_read_or_refused(line in line(), mutation in prop::option::of((any::<prop::sample::Index>(), any::<u8>()))) {
        let mut line = line.into_bytes();
        if let Some((at, byte)) = mutation {
            let at = at.index(line.len());
            line[at] = byte;
        }
        thread_local!(static LINES: std::cell::RefCell<Lines> = Lines::new(PATTERN, &fields()).unwrap().into());
        let (readings, result) = LINES.with_borrow_mut(|lines| read(lines, &line));
        prop_assert!(readings.iter().all(|reading| reading.value.is_finite() && reading.at.is_some()));
        prop_assert!(result.is_err() || line.is_empty() || !readings.is_empty());
    }
}

proptest! {
    #[test]
    fn any_pattern_is_taken_or_refused(pattern in "[a()?<>\\[\\]|*+{}0-9\\\\.^$-]{0,12}|\\PC{0,8}", line in prop::collection::vec(any::<u8>(), 0..50)) {
        let fields = Fields::new().metric(Metric::constant("n", 1.0));
        match Lines::new(&pattern, &fields) {
            Ok(mut lines) => drop(read(&mut lines, &line)),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}
