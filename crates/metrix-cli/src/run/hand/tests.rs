//! Which steps the lines of a chunk come to.

use std::io::Cursor;

use futures_util::StreamExt;
use metrix::size;
use metrix_io::Input;
use metrix_io::sources::statsd::StatsD;
use metrix_io::sources::{Fields, Jsonl, Lines, Metric};
use tokio::runtime::Builder;

use super::*;

/// The only chunk of a text.
fn chunk(text: impl Into<Vec<u8>>) -> Chunk {
    let mut chunks = Input::reader("test", Cursor::new(text.into())).open().unwrap().chunks(size(1)).unwrap();
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(chunks.next()).unwrap().unwrap()
}

fn read(hand: &mut Hand, text: impl Into<Vec<u8>>) -> Steps {
    hand.read(chunk(text), Vec::new())
}

/// What is done, line by line: the series and value that are sent, or what else.
fn done(steps: &Steps) -> Vec<(u32, String)> {
    let what = |step: &Step| match step {
        Step::Send { series, value, .. } => format!("{series}: {value}"),
        Step::Skip { .. } => "skip".to_owned(),
        Step::Wrong { kind, .. } => (*kind).to_owned(),
        Step::Read { .. } => "read".to_owned(),
    };
    steps.steps.iter().map(|step| (step.line(), what(step))).collect()
}

#[track_caller]
fn check(hand: &mut Hand, text: &'static str, expected: &[(u32, &str)], new: &[&str]) {
    let steps = read(hand, text);
    assert_eq!(done(&steps), expected.iter().map(|(line, what)| (*line, (*what).to_owned())).collect::<Vec<_>>());
    assert_eq!(steps.new.iter().map(|reading| &*reading.name).collect::<Vec<_>>(), new);
    assert_eq!(steps.lines as usize, text.lines().count());
}

#[test]
fn what_depends_on_other_lines_is_left() {
    let mut hand = Hand::new(0, Parser::Statsd(StatsD::new()));
    let text = "a:1|c\na:+1|g\nb:2:3|c\na:4|c\nwrong\n\na:5|c|#:x\nc:6|c|#x\n";
    let expected = [(0, "0: 1"), (1, "read"), (2, "read"), (3, "0: 4"), (4, "read"), (6, "read"), (7, "1: 6")];
    check(&mut hand, text, &expected, &["a", "c"]);
    check(&mut hand, "d:1|c\nc:2|c|#x\n", &[(0, "2: 1"), (1, "1: 2")], &["d"]);
}

#[test]
fn a_line_of_which_a_part_is_wrong_leaves_no_steps() {
    let fields = Fields::new().metric(Metric::constant("lines", 1.0)).metric(Metric::field("bytes", "bytes"));
    let mut hand = Hand::new(0, Parser::Lines(Box::new(Lines::new(r"^(?<bytes>\S+)", &fields).unwrap())));
    let text = "7\n-\nx\n8\n";
    let expected = [(0, "0: 1"), (0, "1: 7"), (1, "0: 1"), (1, "skip"), (2, "read"), (3, "0: 1"), (3, "1: 8")];
    // Its first measurement was looked up under the name that any line may have.
    check(&mut hand, text, &expected, &["lines", "bytes", "lines"]);
}

#[test]
fn a_wrong_line_is_read_once_and_an_empty_one_never() {
    let fields = Fields::new().metric(Metric::field("bytes", "bytes")).metric(Metric::field("took", "took"));
    let lines = Lines::new(r"^(?<bytes>\S*) (?<took>\S*)", &fields).unwrap();
    let mut hand = Hand::new(0, Parser::Lines(Box::new(lines)));
    let text = "7 8\n\nwhat\nx y\n\r\n- x\n";
    check(&mut hand, text, &[(0, "0: 7"), (0, "1: 8"), (2, "pattern"), (3, "value"), (5, "read")], &["bytes", "took"]);
    let mut hand = Hand::new(0, Parser::Jsonl(Jsonl::new()));
    check(&mut hand, "{\"name\":\"b\"}\n\n{\n\n", &[(0, "value"), (2, "json")], &[]);
}

#[test]
fn an_unusual_line_has_a_series_too() {
    let mut hand = Hand::new(0, Parser::Jsonl(Jsonl::new()));
    let text = "{\"name\":\"a\",\"value\":1}\n{\"name\":\"\\u0061\",\"value\":2e0}\n{\"name\":\"b\"}\n";
    check(&mut hand, text, &[(0, "0: 1"), (1, "1: 2"), (2, "value")], &["a", "a"]);
    check(&mut hand, "{\"name\":\"a\",\"value\":3e0}\n", &[(0, "1: 3")], &[]);
}

#[test]
fn many_series_are_forgotten_between_chunks() {
    let mut hand = Hand::new(0, Parser::Statsd(StatsD::new()));
    let flood: String = (0..10_000).map(|number| format!("{number}:1|c\n")).collect();
    assert!(!read(&mut hand, flood).forgets);
    let steps = read(&mut hand, "7:2|c\n");
    assert!(steps.forgets);
    assert_eq!((done(&steps), steps.new.len()), (vec![(0, "0: 2".to_owned())], 1));
}

/// Once their series are known, lines take no allocation.
#[track_caller]
fn check_allocations(parser: Parser, line: impl Fn(usize) -> String) {
    let text: String = (0..1000).map(line).collect();
    let mut hand = Hand::new(0, parser);
    let first = read(&mut hand, text.clone());
    assert!(
        !first.new.is_empty() && first.steps.iter().all(|step| matches!(step, Step::Send { .. } | Step::Skip { .. }))
    );
    let (next, memory) = (chunk(text), Vec::with_capacity(first.steps.len()));
    let mut steps = None;
    let allocations = allocation_counter::measure(|| steps = Some(hand.read(next, memory)));
    assert_eq!(allocations.count_total, 0);
    assert_eq!(steps.map(|steps| steps.steps), Some(first.steps));
}

#[test]
fn lines_of_statsd_take_no_allocation() {
    let line = |line| format!("requests:{line}.5|ms|@0.5|#page:/articles/{},shop:a\n", line % 10);
    check_allocations(Parser::Statsd(StatsD::new()), line);
}

#[test]
fn lines_of_json_take_no_allocation() {
    let line = |line| {
        let tags = format!(r#"{{"page": "/articles/{}", "shop": 1}}"#, line % 10);
        format!("{{\"name\": \"requests\", \"value\": {line}, \"tags\": {tags}, \"at\": 1431857103.{line}}}\n")
    };
    check_allocations(Parser::Jsonl(Jsonl::new()), line);
}

#[test]
fn lines_of_a_log_take_no_allocation() {
    let pattern =
        r#"^(?<ip>\S+) \S+ \S+ \[(?<ts>[^\]]+)\] "(?<method>\S+) (?<url>\S+)[^"]*" (?<status>\d+) (?<bytes>\d+|-)"#;
    let fields = Fields::new()
        .timestamp("ts", "%d/%b/%Y:%H:%M:%S %z")
        .metric(Metric::constant("requests", 1.0).tags(["method", "status"]))
        .metric(Metric::field("bytes", "bytes").tags(["status"]));
    let line = |line| {
        let (second, status, bytes) = (line / 100, 200 + line % 3, if line % 3 == 0 { "-" } else { "512" });
        format!("10.0.0.1 - - [17/May/2015:10:05:{second:02} +0000] \"GET /{line} HTTP/1.1\" {status} {bytes} \"-\"\n")
    };
    check_allocations(Parser::Lines(Box::new(Lines::new(pattern, &fields).unwrap())), line);
}
