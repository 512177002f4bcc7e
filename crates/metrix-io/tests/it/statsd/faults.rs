//! Wrong lines: what kind of fault they have, where, and what of them stands.

use metrix_io::sources::statsd::StatsD;

use super::read;

/// The line has a fault of this kind at the column of the `^` in the line below, and the readings stand.
#[track_caller]
fn check(line: impl AsRef<[u8]>, pointer: &str, kind: &str, values: &[f64]) {
    let line = line.as_ref();
    let shown = String::from_utf8_lossy(line);
    let (readings, result) = read(&mut StatsD::new(), line);
    let fault = result.expect_err(&shown);
    assert_eq!((fault.kind, fault.column), (kind, pointer.len() - 1), "{shown}: {fault}");
    assert_eq!(readings.iter().map(|reading| reading.value).collect::<Vec<_>>(), values, "{shown}");
    // What is wrong and how to mend it, in a length that a log bears.
    assert!(fault.message.contains(": ") && fault.message.len() < 250, "{fault}");
}

#[test]
fn missing_parts() {
    check("a", " ^", "value", &[]);
    check("a|c", " ^", "value", &[]);
    check("a|c|#k:v", " ^", "value", &[]);
    check("a:|c", "  ^", "value", &[]);
    check("a:1::2|c", "    ^", "value", &[1.0, 2.0]);
    check("a:|s", "  ^", "value", &[]);
    check(":1|c", "^", "name", &[]);
    check(":", "^", "name", &[]);
    check("a:1", "   ^", "type", &[]);
    check("a:", "  ^", "type", &[]);
    check("a:1|", "    ^", "type", &[]);
    check("a:1||#k:v", "    ^", "type", &[]);
    check(" ", " ^", "value", &[]);
}

#[test]
fn wrong_values() {
    check("a:one|c", "  ^", "value", &[]);
    check("a: 1|c", "  ^", "value", &[]);
    check("a:1,5|c", "  ^", "value", &[]);
    check("a:0x10|c", "  ^", "value", &[]);
    check("a:+-1|g", "  ^", "value", &[]);
    check("a:1:x:3:y|ms|#k:v", "    ^", "value", &[1.0, 3.0]);
    check("a:NaN|c", "  ^", "not finite", &[]);
    check("a:-inf|g", "  ^", "not finite", &[]);
    check("a:infinity|h", "  ^", "not finite", &[]);
    check("a:1e999|d", "  ^", "not finite", &[]);
    check("a:1e308:5|c|@0.1", "  ^", "not finite", &[50.0]);
    check("a:1e308:+1e308:+1|g", "        ^", "not finite", &[1e308, 1e308]);
}

#[test]
fn wrong_types() {
    check("a:1|x", "    ^", "type", &[]);
    check("a:1|C", "    ^", "type", &[]);
    check("a:1|m", "    ^", "type", &[]);
    check("a:1|c:2|c", "    ^", "type", &[]);
    check("a:1|c ", "    ^", "type", &[]);
}

#[test]
fn wrong_rates() {
    for rate in ["", "0", "-0.5", "1.1", "x", "NaN", "inf", "1e-320", "0,5"] {
        check(format!("a:1|ms|@{rate}|#k:v"), "        ^", "rate", &[]);
    }
}

#[test]
fn wrong_tags() {
    check("a:1|c|#:v", "       ^", "tag", &[]);
    check("a:1|c|#k:v,:", "           ^", "tag", &[]);
    let many = |count| (0..count).map(|tag| format!("k{tag}:v")).collect::<Vec<_>>().join(",");
    let most = format!("a:1|c|#{}", many(100));
    let (readings, result) = read(&mut StatsD::new(), most.as_bytes());
    assert_eq!((readings[0].tags.len(), result), (100, Ok(())));
    check(format!("a:1|c|#{}", many(101)), &" ".repeat(most.len() + 2), "tag", &[]);
}

#[test]
fn wrong_times() {
    for time in ["", "1.5", "-1", "+1", "now", "1656581400000", "99999999999999999999999"] {
        check(format!("a:1|g|T{time}"), "       ^", "time", &[]);
    }
}

#[test]
fn what_nobody_knows() {
    check("a:1|c|0.1", "      ^", "section", &[]);
    check("a:1|c|t5", "      ^", "section", &[]);
    check("a:1|c|#k:v|é:x", "           ^", "section", &[]);
    check("a:1|c|:", "      ^", "section", &[]);
}

#[test]
fn what_is_no_metric() {
    check("_e{5,4}:title|text|#k:v", "^", "event", &[]);
    check("_sc|db|0|m:fine", "^", "service check", &[]);
    let (readings, result) = read(&mut StatsD::new(), b"_sc:1|c");
    assert_eq!((readings.len(), result), (1, Ok(())));
}

#[test]
fn what_is_no_text() {
    check(b"a\xff:1|c", " ^", "encoding", &[]);
    check(b"a:1|c|#k:\xc3", "         ^", "encoding", &[]);
    check(b"\x80", "^", "encoding", &[]);
}

#[test]
fn a_wrong_value_leaves_a_gauge_as_it_was() {
    let mut statsd = StatsD::new();
    for (line, value) in
        [("a:5|g", Some(5.0)), ("a:x|g", None), ("a:NaN|g", None), ("a:9|g|@2", None), ("a:+1|g", Some(6.0))]
    {
        let (readings, _) = read(&mut statsd, line.as_bytes());
        assert_eq!(readings.first().map(|reading| reading.value), value, "{line}");
    }
}

#[test]
fn a_fault_shows_little_of_a_long_line() {
    let long = "x".repeat(1 << 20);
    for line in [format!("a:{long}|c"), format!("a:1|{long}"), format!("a:1|c|@{long}"), format!("a:1|c|#:{long}")] {
        let (_, result) = read(&mut StatsD::new(), line.as_bytes());
        assert!(result.unwrap_err().message.len() < 250);
    }
}
