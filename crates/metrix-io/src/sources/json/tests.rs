use std::borrow::Cow;

use metrix::{Timestamp, tags};
use proptest::prelude::{ProptestConfig, any, prop, prop_assert, proptest};

use super::*;
use crate::sources::Metric;

fn fields() -> Fields {
    Fields::new()
        .timestamp("/time", "%d/%b/%Y:%H:%M:%S %z")
        .metric(Metric::constant("requests", 1.0).tags(["/nginx/agent", "/tags/0", "/a~1b"]))
        .metric(Metric::field("bytes", "/nginx/bytes").tag("agent", "/nginx/agent"))
}

fn read(json: &mut Json, line: &[u8]) -> (Vec<Reading<'static>>, Result<(), LineError>) {
    let mut readings = Vec::new();
    let result = json.parse(line, &mut |reading| readings.push(reading.into_owned()));
    (readings, result)
}

fn line(rest: &str) -> String {
    format!(r#"{{"time": "17/May/2015:10:05:03 +0000", {rest}}}"#)
}

#[test]
fn a_line_makes_its_metrics_in_order() {
    let mut json = Json::new(&fields()).unwrap();
    let line = line(r#""nginx": {"bytes": 3.18e2, "agent": "a\"b"}, "tags": [true, 7], "a/b": 1.50, "x": [{}]"#);
    let (readings, result) = read(&mut json, line.as_bytes());
    assert_eq!(result, Ok(()));
    let found: Vec<_> = readings.iter().map(|reading| (&*reading.name, reading.value, reading.to_tags())).collect();
    assert_eq!(
        found,
        [
            ("requests", 1.0, tags! { "agent" => "a\"b", "0" => true, "a/b" => "1.50" }),
            ("bytes", 318.0, tags! { "agent" => "a\"b" }),
        ]
    );
    assert!(readings.iter().all(|reading| reading.at == Some(Timestamp::from_secs(1_431_857_103))));
}

#[test]
fn a_metric_without_a_value_is_skipped_and_counted() {
    let mut json = Json::new(&fields()).unwrap();
    let all = [
        r#""nginx": {}"#,
        r#""nginx": {"bytes": null}"#,
        r#""nginx": {"bytes": ""}"#,
        r#""nginx": {"bytes": "-"}"#,
        r#""nginx": 5"#,
    ];
    for (count, rest) in (1..).zip(all) {
        let (readings, result) = read(&mut json, line(rest).as_bytes());
        assert_eq!((readings.len(), result, json.skipped()), (1, Ok(()), count), "{rest}");
        assert_eq!(readings[0].to_tags(), tags! {});
    }
    let (readings, _) = read(&mut json, line(r#""nginx": {"bytes": "318"}"#).as_bytes());
    assert_eq!((readings[1].value, json.skipped()), (318.0, 5));
}

#[test]
fn numbers_are_times_too() {
    for (format, time) in [
        ("unix", "1431857103.5"),
        ("unix", r#""1431857103.5""#),
        ("unix_ms", "1431857103500"),
        ("rfc3339", r#""2015-05-17T10:05:03.5Z""#),
    ] {
        let mut json = Json::new(&Fields::new().timestamp("/t", format).metric(Metric::constant("n", 1.0))).unwrap();
        let (readings, _) = read(&mut json, format!(r#"{{"t": {time}}}"#).as_bytes());
        assert_eq!(readings[0].at, Some(Timestamp::from_millis(1_431_857_103_500)));
    }
}

#[track_caller]
fn check_fault(line: &str, readings: usize, kind: &str, column: usize) {
    let (found, result) = read(&mut Json::new(&fields()).unwrap(), line.as_bytes());
    let error = result.unwrap_err();
    assert_eq!((found.len(), error.kind, error.column), (readings, kind, column), "{error}");
}

#[test]
fn a_fault_has_its_kind_and_place() {
    check_fault(" text", 0, "json", 1);
    check_fault("5", 0, "json", 0);
    check_fault(r#"{"time": }"#, 0, "json", 9);
    check_fault("{}", 0, "timestamp", 0);
    check_fault(r#"{"time": null}"#, 0, "timestamp", 0);
    check_fault(r#"{"time": "soon"}"#, 0, "timestamp", 9);
    check_fault(&line(r#""nginx": {"bytes": "many"}"#), 1, "value", 58);
    check_fault(&line(r#""nginx": {"bytes": true}"#), 1, "value", 58);
    check_fault(&line(r#""nginx": {"bytes": [1]}"#), 1, "nested", 58);
    check_fault(&line(r#""tags": [[]], "nginx": {"bytes": 1}"#), 1, "nested", 48);
    check_fault(r#"{"time": {}}"#, 0, "nested", 9);
    assert_eq!(read(&mut Json::new(&fields()).unwrap(), b" \r"), (Vec::new(), Ok(())));
}

#[track_caller]
fn refused(fields: &Fields, message: &str) {
    let error = Json::new(fields).unwrap_err().to_string();
    assert!(error.contains(message), "{error}");
}

#[test]
fn what_is_wrong_from_the_start_is_refused() {
    let metric = |field: &str| Fields::new().metric(Metric::field("n", field));
    refused(&metric(""), "`` is no JSON pointer: a JSON pointer begins with a slash: write `/`");
    refused(&metric("nginx/bytes"), "write `/nginx/bytes`");
    refused(&metric("/a~b"), "write `~0` for a tilde");
    refused(&metric("/a~"), "write `~0` for a tilde");
    refused(&metric("/a~é"), "write `~0` for a tilde");
    refused(&Fields::new().metric(Metric::constant("n", 1.0).tags(["/a/x", "/b/x"])), "two tags `x`");
    refused(&Fields::new().timestamp("time", "unix").metric(Metric::constant("n", 1.0)), "write `/time`");
    refused(
        &Fields::new().timestamp("/time", "ISO").metric(Metric::constant("n", 1.0)),
        "leaves open which time it is",
    );
}

#[test]
fn texts_are_borrowed() {
    let mut json = Json::new(&fields()).unwrap();
    let mut count = 0;
    let line = line(r#""nginx": {"bytes": 318, "agent": "curl"}, "tags": [true], "a/b": 1.50"#);
    json.parse(line.as_bytes(), &mut |reading| {
        let texts = reading.tags.iter().flat_map(|(name, value)| [name, value]).chain([&reading.name]);
        assert!(texts.inspect(|_| count += 1).all(|text| matches!(text, Cow::Borrowed(_))));
    })
    .unwrap();
    assert_eq!(count, 10);
}

#[test]
fn a_fault_does_not_show_all_of_a_long_value() {
    let long = "x\\u001b".repeat(100_000);
    let (_, result) =
        read(&mut Json::new(&fields()).unwrap(), line(&format!(r#""nginx": {{"bytes": "{long}"}}"#)).as_bytes());
    let message = result.unwrap_err().message;
    assert!(message.len() < 600 && !message.contains('\u{1b}'), "{message}");
}

#[test]
fn a_deep_line_is_read() {
    let deep = format!(r#""x": {}{}, "nginx": {{"bytes": 1}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(read(&mut Json::new(&fields()).unwrap(), line(&deep).as_bytes()).0.len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn a_mutated_line_is_read_or_refused(bytes in any::<u32>(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let line = line(&format!(r#""nginx": {{"bytes": {bytes}, "agent": "\u00e9"}}, "tags": ["a"]"#));
        let mut line = line.into_bytes();
        let at = at.index(line.len());
        line[at] = byte;
        let mut json = Json::new(&fields()).unwrap();
        let (readings, result) = read(&mut json, &line);
        prop_assert!(readings.iter().all(|reading| reading.value.is_finite() && reading.at.is_some()));
        if let Err(error) = result {
            prop_assert!(error.column <= line.len());
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(line in prop::collection::vec(any::<u8>(), 0..100)) {
        let mut json = Json::new(&fields()).unwrap();
        let (readings, result) = read(&mut json, &line);
        prop_assert!(readings.is_empty() && (result.is_err() || line.trim_ascii().is_empty()));
    }
}
