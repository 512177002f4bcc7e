//! Lines that are parsed, each with one reading of two tags.

use std::hint::black_box;

use metrix_io::ParseLine;
use metrix_io::sources::statsd::StatsD;
use metrix_io::sources::{Fields, Jsonl, Lines, Metric};

use super::random;

pub(crate) fn statsd(lines: usize) {
    parse(StatsD::new(), lines, |page, host, value| format!("requests:{value}|c|#page:/article/{page},host:web{host}"));
}

pub(crate) fn jsonl(lines: usize) {
    parse(Jsonl::new(), lines, |page, host, value| {
        format!(r#"{{"name":"requests","value":{value},"tags":{{"page":"/article/{page}","host":"web{host}"}}}}"#)
    });
}

pub(crate) fn pattern(lines: usize) {
    let pattern = r#"^(?<host>\S+) "GET (?<page>\S+) [^"]*" \d+ (?<bytes>\d+)$"#;
    let fields = Fields::new().metric(Metric::field("bytes", "bytes").tags(["host", "page"]));
    let parser = Lines::new(pattern, &fields).expect("the pattern has all groups");
    parse(parser, lines, |page, host, value| format!(r#"web{host} "GET /article/{page} HTTP/1.1" 200 {value}"#));
}

/// Parses lines of 1000 series in no order.
fn parse(mut parser: impl ParseLine, lines: usize, line: impl Fn(u32, u32, u32) -> String) {
    let mut random = random();
    let kept: Vec<String> = (0..1000).map(|_| line(random() % 100, random() % 10, random() % 100_000)).collect();
    let mut readings = 0;
    for line in kept.iter().cycle().take(lines) {
        let parsed = parser.parse(line.as_bytes(), &mut |reading| {
            black_box(&reading);
            readings += 1;
        });
        parsed.expect("the line is as the parser wants it");
    }
    assert_eq!(readings, lines, "a line is a reading");
}
