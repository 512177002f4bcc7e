//! Right lines.

use std::borrow::Cow;

use metrix::Timestamp;
use metrix_io::sources::statsd::StatsD;
use metrix_io::{ParseLine, Reading};

use super::read;

/// Reads the lines with one reader; each gives readings, as `name value tags`, and what else they have.
#[track_caller]
fn check(lines: &[(&str, &[&str])]) {
    let mut statsd = StatsD::new();
    for (line, expected) in lines {
        let (readings, result) = read(&mut statsd, line.as_bytes());
        let texts: Vec<String> = readings
            .iter()
            .map(|reading| {
                let tags: Vec<String> = reading.tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
                let at = reading.at.map(|at| format!(" at {at}")).unwrap_or_default();
                let weight = if reading.weight == 1.0 { String::new() } else { format!(" x {}", reading.weight) };
                format!("{} {} [{}]{weight}{at}", reading.name, reading.value, tags.join(" "))
            })
            .collect();
        assert_eq!((texts, result), (expected.iter().map(ToString::to_string).collect(), Ok(())), "{line}");
    }
}

#[test]
fn each_type_has_its_value() {
    check(&[
        ("requests:3|c", &["requests 3 []"]),
        ("requests:-3|c", &["requests -3 []"]),
        ("fuel:0.5|g", &["fuel 0.5 []"]),
        ("latency:320|ms", &["latency 320 []"]),
        ("bytes:1e3|h", &["bytes 1000 []"]),
        ("bytes:.5|d", &["bytes 0.5 []"]),
        ("bytes:0.1000000000000000055511151231257827|d", &["bytes 0.1 []"]),
        ("", &[]),
    ]);
}

#[test]
fn a_rate_scales_counters_and_weighs_samples() {
    check(&[
        ("requests:3|c|@0.1", &["requests 30 []"]),
        ("requests:2:4|c|@0.5", &["requests 4 []", "requests 8 []"]),
        ("requests:3|c|@1", &["requests 3 []"]),
        ("latency:320|ms|@0.1", &["latency 320 [] x 10"]),
        ("latency:320|h|@0.25", &["latency 320 [] x 4"]),
        ("latency:320:1|d|@.5", &["latency 320 [] x 2", "latency 1 [] x 2"]),
        ("fuel:5|g|@0.1", &["fuel 5 []"]),
    ]);
}

#[test]
fn tags_and_times_follow_in_any_order() {
    check(&[
        ("a:1|c|#k:v", &["a 1 [k=v]"]),
        ("a:1|c|#k:v,flag,url:http://x:80/", &["a 1 [k=v flag=true url=http://x:80/]"]),
        ("a:1|c|#", &["a 1 []"]),
        ("a:1|c|#,k:,,", &["a 1 [k=]"]),
        ("a:1|c|@0.5|#k:v", &["a 2 [k=v]"]),
        ("a:1|c|#k:v|@0.5", &["a 2 [k=v]"]),
        ("a:1|c|#k:v|T1656581400", &["a 1 [k=v] at 2022-06-30T09:30:00Z"]),
        ("a:1|g|T0|#k:v", &["a 1 [k=v] at 1970-01-01T00:00:00Z"]),
        ("a:1|g|T9223372036", &["a 1 [] at 2262-04-11T23:47:16Z"]),
        ("a:1|c|#k:v|#l:w", &["a 1 [k=v l=w]"]),
        ("a:1:2|ms|#k:v", &["a 1 [k=v]", "a 2 [k=v]"]),
        ("größe.🦀 x/y:1|c|#ключ:значение", &["größe.🦀 x/y 1 [ключ=значение]"]),
    ]);
}

#[test]
fn what_says_where_it_comes_from_is_left_out() {
    check(&[
        ("a:1|g|#k:v|c:83c0a99c0a54c0c187f461c7980e9b57f3f6a8b0", &["a 1 [k=v]"]),
        ("a:1|c|c:in-42|e:it-false,cn-web,pu-1|card:low|@0.5", &["a 2 []"]),
        ("a:1|c|new:whatever|T5", &["a 1 [] at 1970-01-01T00:00:05Z"]),
        ("a:1|c|", &["a 1 []"]),
        ("a:1|c||#k:v|", &["a 1 [k=v]"]),
    ]);
}

#[test]
fn a_sign_changes_a_gauge() {
    check(&[
        ("new:+5|g", &["new 5 []"]),
        ("new:-7|g", &["new -2 []"]),
        ("new:10|g", &["new 10 []"]),
        ("new:-1:+3:-2|g", &["new 9 []", "new 12 []", "new 10 []"]),
        ("new:+1|g|#k:v", &["new 1 [k=v]"]),
        ("new:+1|g|#k:w", &["new 1 [k=w]"]),
        ("new:+1|g|#k:v", &["new 2 [k=v]"]),
        ("new:+1|c", &["new 1 []"]),
        ("new:+0|g", &["new 10 []"]),
    ]);
}

#[test]
fn a_sign_is_a_part_of_the_value_where_it_is_so_agreed() {
    let mut statsd = StatsD::new().absolute_gauges();
    for (line, value) in [("a:5|g", 5.0), ("a:-7|g", -7.0), ("a:+1|g", 1.0)] {
        let (readings, result) = read(&mut statsd, line.as_bytes());
        assert_eq!((readings[0].value, result), (value, Ok(())), "{line}");
    }
    assert_eq!(statsd.forgotten(), 0);
}

#[test]
fn a_member_of_a_set_is_a_number_that_stands_for_it() {
    let mut statsd = StatsD::new();
    let mut member = |line: &'static str| {
        let (readings, result) = read(&mut statsd, line.as_bytes());
        assert_eq!((readings.len(), result), (1, Ok(())), "{line}");
        readings[0].value
    };
    let values = ["u:alice|s", "u:bob|s", "u:1234|s", "u:a:b|s", "u:a|s", "u:b|s"].map(&mut member);
    for (place, value) in values.iter().enumerate() {
        assert!(value.fract() == 0.0 && (0.0..2_f64.powi(53)).contains(value), "{value}");
        assert!(!values[..place].contains(value), "{value} twice");
    }
    assert_eq!(member("other:alice|s|@0.1|#k:v"), values[0]);
}

#[test]
fn sampled_sums_and_counts_come_out_right() {
    let mut statsd = StatsD::new();
    let (mut count, mut sum) = (0.0, 0.0);
    for line in ["a:10|ms|@0.1", "a:20|ms|@0.1", "a:30|ms"] {
        for reading in read(&mut statsd, line.as_bytes()).0 {
            let copies = f64::from(reading.copies().get());
            (count, sum) = (count + copies, sum + copies * reading.value);
        }
    }
    assert_eq!((count, sum), (21.0, 330.0));
}

#[test]
fn readings_borrow_from_the_line() {
    let line = b"latency:1:2|ms|#k:v,flag|T5";
    let mut count = 0;
    let mut check = |reading: Reading<'_>| {
        count += 1;
        assert!(matches!(reading.name, Cow::Borrowed(_)));
        assert!(reading.tags.iter().all(|tag| matches!(tag, (Cow::Borrowed(_), Cow::Borrowed(_)))));
        assert!(!reading.tags.spilled());
        assert_eq!(reading.at, Some(Timestamp::from_secs(5)));
    };
    StatsD::new().parse(line, &mut check).unwrap();
    assert_eq!(count, 2);
}
