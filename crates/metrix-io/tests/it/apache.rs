//! A real access log, by a pattern and by hand.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::{env, fs};

use flate2::read::GzDecoder;
use metrix::Timestamp;
use metrix_io::sources::{Fields, Lines, Metric};
use metrix_io::{Input, ParseLine, Step};

const PATTERN: &str =
    r#"^(?<ip>\S+) \S+ \S+ \[(?<ts>[^\]]+)\] "(?<method>\S+) (?<url>\S+)[^"]*" (?<status>\d+) (?<bytes>\d+|-)"#;

/// The log, if it is there: it is no part of the repository, but may lie beside it.
#[expect(clippy::print_stderr, reason = "a test that checks nothing says so")]
fn log() -> Option<PathBuf> {
    let places =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("shared/data/apache_logs.gz"));
    let found = places.into_iter().find(|path| path.exists());
    if found.is_none() {
        eprintln!("shared/data/apache_logs.gz is not there, so nothing is checked");
    }
    found
}

#[derive(Debug, Default, PartialEq)]
struct Counts {
    requests: BTreeMap<(String, String), u64>,
    /// How many lines have bytes, and how many those are.
    bytes: BTreeMap<String, (u64, f64)>,
    /// How many requests there are in each hour of the log's own time.
    hours: BTreeMap<String, u64>,
    skipped: u64,
}

/// Counts without a regular expression, calendar or line reader.
fn by_hand(path: &Path) -> Counts {
    let mut text = String::new();
    GzDecoder::new(fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let mut counts = Counts::default();
    for line in text.split_terminator('\n') {
        let time = line.split('[').nth(1).unwrap();
        let (day, hour) = (&time[..2], &time[12..14]);
        assert!(time[2..].starts_with("/May/2015:") && time[20..].starts_with(" +0000]"), "{line}");
        let mut quoted = line.splitn(3, '"').skip(1);
        let method = quoted.next().unwrap().split(' ').next().unwrap();
        let mut numbers = quoted.next().unwrap().split(' ').skip(1);
        let (status, bytes) = (numbers.next().unwrap(), numbers.next().unwrap());
        *counts.requests.entry((method.into(), status.into())).or_default() += 1;
        *counts.hours.entry(format!("2015-05-{day}T{hour}")).or_default() += 1;
        if bytes == "-" {
            counts.skipped += 1;
        } else {
            let (count, sum) = counts.bytes.entry(status.into()).or_default();
            *count += 1;
            *sum += f64::from(bytes.parse::<u32>().unwrap());
        }
    }
    counts
}

fn by_pattern(path: &Path) -> Counts {
    let fields = Fields::new()
        .timestamp("ts", "%d/%b/%Y:%H:%M:%S %z")
        .metric(Metric::constant("requests", 1.0).tags(["method", "status"]))
        .metric(Metric::field("bytes", "bytes").tags(["status"]));
    let mut lines = Lines::new(PATTERN, &fields).unwrap();
    let mut input = Input::builder(path).open().unwrap();
    let mut counts = Counts::default();
    while input.advance().unwrap() == Step::Line {
        let result = lines.parse(input.line(), &mut |reading| {
            let tags = reading.to_tags();
            let status = tags.get("status").unwrap().to_owned();
            match &*reading.name {
                "requests" => {
                    let method = tags.get("method").unwrap().to_owned();
                    *counts.requests.entry((method, status)).or_default() += reading.value as u64;
                    let at: Timestamp = reading.at.unwrap();
                    *counts.hours.entry(at.to_string()[..13].to_owned()).or_default() += 1;
                }
                "bytes" => {
                    let (count, sum) = counts.bytes.entry(status).or_default();
                    *count += 1;
                    *sum += reading.value;
                }
                other => panic!("{other}"),
            }
        });
        result.unwrap_or_else(|error| panic!("{}:{}:{error}", input.name(), input.number()));
    }
    assert_eq!(input.number(), 10_000);
    assert_eq!(Some(input.progress().bytes()), input.progress().total());
    counts.skipped = lines.skipped();
    counts
}

#[test]
fn a_real_log_is_counted_as_by_hand() {
    let Some(path) = log() else { return };
    let counts = by_hand(&path);
    assert_eq!(counts.requests.values().sum::<u64>(), 10_000);
    assert!(counts.skipped > 0 && counts.hours.len() > 72, "{counts:?}");
    assert_eq!(by_pattern(&path), counts);
}
