use proptest::prelude::{Strategy, any, prop, prop_assert_eq, prop_oneof, proptest};

use super::*;
use crate::Kind;

/// The readings of a line, as text: name, labels, value and time.
fn parsed(format: Format, line: &str) -> Result<Vec<String>, String> {
    let mut shown = Vec::new();
    let mut text = PrometheusText::new(format);
    let result = text.parse(line.as_bytes(), &mut |reading| {
        let labels: Vec<String> = reading.tags.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        let at = reading.at.map_or(String::new(), |at| format!(" @{}", at.as_nanos()));
        shown.push(format!("{} {} {}{at}", reading.name, labels.join(","), reading.value));
    });
    result.map(|()| shown).map_err(|error| error.to_string())
}

#[track_caller]
fn check(format: Format, line: &str, expected: &[&str]) {
    assert_eq!(
        parsed(format, line).as_deref(),
        Ok(&expected.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()[..])
    );
}

#[test]
fn samples_of_the_text_format() {
    use Format::Text;

    check(Text, "load 0.25", &["load  0.25"]);
    check(Text, "load{} 1e3", &["load  1000"]);
    check(Text, "a:b_1{x=\"1\",y=\"\"} -7 1395066363000", &["a:b_1 x=\"1\",y=\"\" -7 @1395066363000000000"]);
    check(Text, " \ta\t{ x = \"1\" , } \t2 \t-3 \t", &["a x=\"1\" 2 @-3000000"]);
    check(Text, r#"a{x="C:\\DIR\nF \"q\" \t é,}"} 1"#, &[r#"a x="C:\\DIR\nF \"q\" \\t é,}" 1"#]);
    check(Text, "a +Inf", &[]);
    check(Text, "a{quantile=\"0.99\"} NaN", &[]);
    for nothing in
        ["", "  \t", "#", "# HELP a What it is", "# a remark", "#TYPE a counter", "# EOF", "# UNIT a seconds"]
    {
        check(Text, nothing, &[]);
    }
}

#[test]
fn samples_of_open_metrics() {
    use Format::OpenMetrics;

    check(OpenMetrics, "a_total{x=\"1\"} 5 1.5", &["a_total x=\"1\" 5 @1500000000"]);
    check(OpenMetrics, "a_bucket{le=\"1\"} 5 # {trace_id=\"1a\"} 0.25 1.5", &["a_bucket le=\"1\" 5"]);
    check(OpenMetrics, "a_bucket{le=\"1\"} 5 2 # {} 0.25", &["a_bucket le=\"1\" 5 @2000000000"]);
    check(OpenMetrics, "a 1 1.5e3", &["a  1 @1500000000000"]);
}

#[track_caller]
fn check_wrong(format: Format, line: &str, message: &str) {
    assert_eq!(parsed(format, line), Err(message.to_owned()), "{line}");
}

#[test]
fn faults_say_where_and_how_to_mend_them() {
    use Format::{OpenMetrics, Text};

    let name = "1: a metric's name begins with a letter, `_` or `:`, and has digits besides";
    for line in ["1a 2", "é 2", "{a=\"b\"} 1", "\"a\" 1", "= 1"] {
        check_wrong(Text, line, name);
    }
    check_wrong(Text, "a", "2: a value is missing: write a number, as 0.25");
    check_wrong(Text, "a{x=\"1\"}", "9: a value is missing: write a number, as 0.25");
    check_wrong(Text, "a much", "3: `much` is no number: write one as 0.25, 1e9, NaN or +Inf");
    check_wrong(Text, "a 1 soon", "5: `soon` is no time: write milliseconds since 1970, or nothing");
    check_wrong(OpenMetrics, "a 1 1e30", "5: `1e30` is no time: write seconds since 1970, or nothing");
    check_wrong(Text, "a 1 2 3", "7: after a value there is nothing but a time: break the line here");
    check_wrong(Text, "a 1 # {} 1", "5: after a value there is nothing but a time: break the line here");
    check_wrong(OpenMetrics, "a 1 # 1", "7: after `#` stands an exemplar, as in `# {trace_id=\"1a\"} 0.25`");
    check_wrong(OpenMetrics, "a 1 # {}", "9: a value is missing: write a number, as 0.25");
    check_wrong(Text, "a{x}", "4: after the name of a label stands `=` and its value in quotes");
    check_wrong(Text, "a{x=1} 1", "5: the value of a label stands in quotes, as in `{page=\"/\"}`");
    check_wrong(Text, "a{x=\"1} 1", "6: the quotes are not closed: write `\"` after the value");
    check_wrong(Text, "a{x=\"\\", "6: the quotes are not closed: write `\"` after the value");
    check_wrong(Text, "a{x=\"1\" y=\"2\"} 1", "9: after the value of a label stands a comma, or `}`");
    check_wrong(Text, "a{x=\"1\",x=\"2\"} 1", "9: the label `x` is there twice: leave one out");
    check_wrong(Text, "a{,} 1", "3: a label is missing, as in `{page=\"/\"}`");
    check_wrong(Text, "a{a:b=\"\"} 1", "4: after the name of a label stands `=` and its value in quotes");
    check_wrong(Text, "# TYPE", "7: after TYPE stands a metric's name");
    check_wrong(Text, "# TYPE a", "9: a type is missing, as in `# TYPE requests_total counter`");
    check_wrong(Text, "# TYPE a counter b", "18: a type is one word, as in `# TYPE requests_total counter`");
}

#[test]
fn many_labels_are_bounded_and_compared() {
    let line = |labels: usize, more: &str| {
        let labels: String = (0..labels).map(|number| format!("l{number}=\"\",")).collect();
        parsed(Format::Text, &format!("a{{{labels}{more}}} 1"))
    };
    assert!(line(1000, "").is_ok());
    assert!(line(1001, "").unwrap_err().ends_with("there are more than 1000 labels: leave some out"));
    assert!(line(17, "l3=\"\"").unwrap_err().ends_with("a label is there twice: leave one out"));
    assert!(line(17, "l3=\"\", ").unwrap_err().ends_with("a label is there twice: leave one out"));
    assert!(line(999, "l3=\"\",").unwrap_err().ends_with("a label is there twice: leave one out"));
}

#[test]
fn every_form_is_read() {
    let (mut text, mut readings) = (PrometheusText::new(Format::OpenMetrics), 0);
    for line in SHOWN.replace(" 1395066363000", " 1395066363").lines() {
        text.parse(line.as_bytes(), &mut |_| readings += 1).unwrap();
    }
    assert_eq!((readings, text.skipped()), (5, 1));
}

#[test]
fn bytes_that_are_no_text_are_a_fault() {
    let error = PrometheusText::new(Format::Text).parse(b"a{x=\"\xff\"} 1", &mut |_| ()).unwrap_err();
    assert_eq!((error.kind, error.column), ("utf8", 5));
}

#[test]
fn after_its_end_open_metrics_has_nothing() {
    let mut text = PrometheusText::new(Format::OpenMetrics);
    text.parse(b"# TYPE a summary", &mut |_| ()).unwrap();
    text.parse(b"# EOF", &mut |_| ()).unwrap();
    text.parse(b"", &mut |_| ()).unwrap();
    assert_eq!(text.parse(b"a_total 1", &mut |_| ()).unwrap_err().kind, "end");
    text.begin(Format::OpenMetrics);
    let mut kinds = Vec::new();
    text.parse(b"a_count 1", &mut |reading| kinds.push(reading.kind)).unwrap();
    assert_eq!(kinds, [Some(Kind::Gauge)], "types are of one exposition");
    assert!(!text.is_whole());
}

/// Pieces of lines, so that what comes of them is nearly right.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "a",
            "_",
            ":",
            "{",
            "}",
            "=",
            "\"",
            "\\",
            "\\n",
            ",",
            " ",
            "\t",
            "#",
            "# TYPE ",
            "# EOF",
            "1",
            "-",
            "e",
            ".",
            "NaN",
            "+Inf",
            "counter",
            "é",
            "\0",
            "x=\"1\"",
            "x=\"1\",",
            " 1",
            " 1 # {x=\"1\"} 2",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

/// What exporters show, of every form that there is.
const SHOWN: &str = r#"# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
# TYPE latency histogram
latency_bucket{le="0.05"} 24054 # {trace_id="KOO5S4vxi0o"} 0.67
latency_bucket{le="+Inf"} 144320
latency_sum 53423
# TYPE rpc summary
rpc{quantile="0.99"} NaN
escaped{path="C:\\DIR\\FILE.TXT",error="Cannot find \"é\"\n"} 1.458255915e9 -3982045
"#;

/// That with some bytes taken out, and others put in their place.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<prop::sample::Index>(), 0..9_usize, prop::collection::vec(any::<u8>(), 0..9));
    prop::collection::vec(edit, 1..6).prop_map(|edits| {
        let mut shown = SHOWN.as_bytes().to_vec();
        for (place, taken, put) in edits {
            let begin = place.index(shown.len() + 1);
            let end = shown.len().min(begin + taken);
            shown.splice(begin..end, put);
        }
        shown
    })
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(10_000))]

    #[test]
    fn any_bytes_do_no_harm(line in any::<Vec<u8>>(), is_open in any::<bool>()) {
        let mut text = PrometheusText::new(if is_open { Format::OpenMetrics } else { Format::Text });
        if let Err(error) = text.parse(&line, &mut |reading| assert!(reading.value.is_finite())) {
            assert!(error.column <= line.len() && !error.message.is_empty());
        }
    }

    #[test]
    fn nearly_right_lines_do_no_harm(line in pieces(), is_open in any::<bool>()) {
        let mut text = PrometheusText::new(if is_open { Format::OpenMetrics } else { Format::Text });
        if let Err(error) = text.parse(line.as_bytes(), &mut |reading| assert!(reading.value.is_finite())) {
            assert!(error.column <= line.len() && line.is_char_boundary(error.column));
        }
    }

    #[test]
    fn mutated_expositions_do_no_harm(shown in mutated(), is_open in any::<bool>()) {
        let mut text = PrometheusText::new(if is_open { Format::OpenMetrics } else { Format::Text });
        for line in shown.split(|byte| *byte == b'\n') {
            if let Err(error) = text.parse(line, &mut |reading| assert!(reading.value.is_finite())) {
                assert!(error.column <= line.len() && !error.message.is_empty());
            }
        }
    }

    #[test]
    fn what_is_escaped_is_read_back(value in any::<String>(), number in any::<f64>()) {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let mut read = None;
        PrometheusText::new(Format::OpenMetrics)
            .parse(format!("a{{x=\"{escaped}\"}} {number:?}").as_bytes(), &mut |reading| {
                read = Some((reading.tags[0].1.to_string(), reading.value));
            })
            .unwrap();
        prop_assert_eq!(read, number.is_finite().then_some((value, number)));
    }
}
