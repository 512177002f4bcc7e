use metrix::{Tags, tags};
use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use serde_json::{Map, Value, json};

use super::*;

fn read(line: &[u8]) -> Result<Vec<Reading<'static>>, LineError> {
    let mut readings = Vec::new();
    Jsonl::new().parse(line, &mut |reading| readings.push(reading.into_owned()))?;
    Ok(readings)
}

#[track_caller]
fn check(line: &str, name: &str, value: f64, tags: Tags, at: Option<i64>) {
    let readings = read(line.as_bytes()).unwrap();
    let [reading] = &*readings else { panic!("{readings:?}") };
    assert_eq!((&*reading.name, reading.value, reading.to_tags()), (name, value, tags));
    assert_eq!(reading.at.map(Timestamp::as_nanos), at);
}

#[test]
fn a_line_is_a_measurement() {
    check(r#"{"name":"wc","value":12.5}"#, "wc", 12.5, tags! {}, None);
    check(r#" {"at": null, "tags": null, "value": -1e3, "name": "w\u0063\n"} "#, "wc\n", -1000.0, tags! {}, None);
    check(r#"{"name": "wc", "value": 0, "tags": {}, "at": -0.5}"#, "wc", 0.0, tags! {}, Some(-500_000_000));
    check(
        r#"{"name": "wc", "value": 1, "tags": {"section": "politics"}, "at": "2015-05-17T12:05:03.25+02:00"}"#,
        "wc",
        1.0,
        tags! { "section" => "politics" },
        Some(1_431_857_103_250_000_000),
    );
    check(r#"{"name": "wc", "value": 1, "other": {"a": [1, "b"]}, "tag": 1}"#, "wc", 1.0, tags! {}, None);
    check(r#"{"name": "a", "value": 1, "name": "b", "value": 2}"#, "b", 2.0, tags! {}, None);
}

#[test]
fn a_number_is_the_nearest_to_what_is_written() {
    for text in ["0.1", "1e-7", "123456789.12345679", "9007199254740993", "4.35", "2.2250738585072011e-308", "8.41e21"]
    {
        check(&format!(r#"{{"name":"n","value":{text}}}"#), "n", text.parse().unwrap(), tags! {}, None);
    }
}

#[test]
fn tags_become_texts() {
    check(
        r#"{"name": "n", "value": 1, "tags": {"n": 1.50, "big": 123456789012345678901234567890, "b": true, "none": null, "": "", "q\"": "a\\\/\u20ac"}}"#,
        "n",
        1.0,
        tags! { "n" => "1.50", "big" => "123456789012345678901234567890", "b" => "true", "" => "", "q\"" => "a\\/€" },
        None,
    );
    check(r#"{"name": "n", "value": 1, "tags": {"a": "1", "a": "2"}}"#, "n", 1.0, tags! { "a" => 2 }, None);
}

#[test]
fn empty_lines_have_no_readings() {
    for line in ["", " ", "\t \r"] {
        assert_eq!(read(line.as_bytes()), Ok(Vec::new()));
    }
}

#[track_caller]
fn refused(line: impl AsRef<[u8]>, kind: &str, column: usize, message: &str) {
    let error = read(line.as_ref()).unwrap_err();
    assert_eq!((error.kind, error.column), (kind, column), "{error}");
    assert!(error.message.contains(message), "{error}");
}

#[test]
fn a_fault_has_its_kind_and_place_and_mend() {
    refused("wc 12.5", "json", 0, r#"write {"name": "requests", "value": 1}"#);
    refused(" [1]", "json", 1, "not a JSON object");
    refused(r#"{"name": "wc", "value": 1"#, "json", 24, "EOF");
    refused(r#"{"name": "wc", "value": 1} {}"#, "json", 27, "trailing characters");
    refused(r#"{"name": "wc", "value": NaN}"#, "json", 24, "expected value");
    refused(r#"{"name": "\ud800", "value": 1}"#, "json", 16, "end of hex escape");
    refused(b"{\"name\": \"\xff\", \"value\": 1}", "json", 10, "invalid unicode code point");
    refused(r#"{"value": 1}"#, "name", 0, r#"write "name": "requests""#);
    refused(r#"{"name": "", "value": 1}"#, "name", 9, "is empty");
    refused(r#"{"name": 7, "value": 1}"#, "name", 9, "the name 7 is not a text: write it in quotes");
    refused(r#"{"name": "wc"}"#, "value", 0, r#"write "value": 12.5"#);
    refused(r#"{"name": "wc", "value": null}"#, "value", 24, "write one, as 12.5");
    refused(r#"{"name": "wc", "value": true}"#, "value", 24, "write 1 or 0");
    refused(r#"{"name": "wc", "value": "1"}"#, "value", 24, "write it without quotes, as 1");
    refused(r#"{"name": "wc", "value": "x"}"#, "value", 24, "write one, as 12.5");
    refused(r#"{"name": "wc", "value": 1e999}"#, "value", 24, "1e999 is beyond 1.8e308");
    refused(r#"{"name": "wc", "value": 1, "tags": [1]}"#, "tags", 35, "are not an object");
    refused(r#"{"name": "wc", "value": 1, "tags": {"a": {}}}"#, "tags", 41, "a tag is a text");
    refused(r#"{"name": "wc", "value": 1, "at": "yesterday"}"#, "at", 33, "write seconds since 1970");
    refused(r#"{"name": "wc", "value": 1, "at": 1e300}"#, "at", 33, "from 1677 to 2262");
    refused(r#"{"name": "wc", "value": 1, "at": [1]}"#, "at", 33, "write seconds since 1970");
}

#[test]
fn texts_are_borrowed() {
    let line = br#"{"name": "wc", "value": 1, "tags": {"a": "b", "c": 7}}"#;
    let mut count = 0;
    let mut check = |reading: Reading<'_>| {
        let texts = reading.tags.iter().flat_map(|(name, value)| [name, value]).chain([&reading.name]);
        assert!(texts.inspect(|_| count += 1).all(|text| matches!(text, Cow::Borrowed(_))));
    };
    Jsonl::new().parse(line, &mut check).unwrap();
    assert_eq!(count, 5);
}

#[test]
fn a_long_value_is_not_shown_in_full() {
    let error = read(format!(r#"{{"name": "wc", "value": "{}"}}"#, "é".repeat(1_000_000)).as_bytes()).unwrap_err();
    assert!(error.message.len() < 300, "{error}");
}

/// A measurement as JSON, with up to so many tags.
fn measurement(most_tags: usize) -> impl Strategy<Value = Value> {
    let text = || prop_oneof!["\\PC{0,8}", "[a-c\"\\\\\u{0}-\u{1f}€😀]{0,8}"];
    let tag = prop_oneof![
        text().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from)
    ];
    let tags = prop::collection::vec((text(), tag), 0..=most_tags);
    (text(), any::<i32>(), tags).prop_map(|(name, value, tags)| {
        let tags: Map<_, _> = tags.into_iter().collect();
        json!({"name": format!("n{name}"), "value": f64::from(value) / 8.0, "tags": tags})
    })
}

proptest! {
    #[test]
    fn any_measurement_reads_back(line in measurement(12)) {
        let readings = read(line.to_string().as_bytes()).unwrap();
        prop_assert_eq!(&readings[0].name, line["name"].as_str().unwrap());
        prop_assert_eq!(readings[0].value, line["value"].as_f64().unwrap());
        let as_text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let tags: Tags = line["tags"].as_object().unwrap().iter().map(|(name, value)| (&**name, as_text(value))).collect();
        prop_assert_eq!(readings[0].to_tags(), tags);
    }

    #[test]
    fn any_bytes_are_read_or_refused(line in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Err(error) = read(&line) {
            prop_assert!(error.column <= line.len());
        }
    }
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(10_000))]

    #[test]
    fn a_mutated_line_is_read_or_refused(line in measurement(2), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut line = line.to_string().into_bytes();
        let at = at.index(line.len());
        line[at] = byte;
        match read(&line) {
            Ok(readings) => prop_assert!(readings.len() == 1 && readings[0].value.is_finite()),
            Err(error) => prop_assert!(error.column <= line.len(), "{}", error),
        }
    }
}
