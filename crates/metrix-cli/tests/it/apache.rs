//! A real access log, counted by the program and by hand.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use metrix::Timestamp;
use serde_json::{Value, json};

use crate::program::Scene;

/// Windows of so many seconds, and as much lateness.
type Windows = (i64, i64);

/// The values by the start of their window, their name, and their tags as JSON.
type Values = BTreeMap<(String, String, String), f64>;

/// How many came late for the requests, and for the bytes.
type Late = [u64; 2];

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

fn config(log: &Path, (window, lateness): Windows) -> String {
    let stream = |name: &str, aggs: &str| {
        format!(
            "[[stream]]\nname = \"{name}\"\nagg = {aggs}\nwindow = \"{window}s\"\ntime = \"event\"\nlateness = \"{lateness}s\"\n"
        )
    };
    let source = r#"
[[source]]
type = "lines"
path = @LOG@
pattern = '^(?<ip>\S+) \S+ \S+ \[(?<ts>[^\]]+)\] "(?<method>\S+) (?<url>\S+)[^"]*" (?<status>\d+) (?<bytes>\d+|-)'
timestamp = { field = "ts", format = "%d/%b/%Y:%H:%M:%S %z" }
metrics = [ { name = "requests", value = 1, tags = ["method", "status"] }, { name = "bytes", value = "bytes", tags = ["status"] } ]
[[sink]]
type = "jsonl"
path = "-"
"#;
    let streams = stream("requests", r#"["count"]"#) + &stream("bytes", r#"["count", "sum", "mean", "max"]"#);
    source.replace("@LOG@", &json!(log).to_string()) + &streams
}

/// One of the two metrics, window by window, as somebody counts who looks at the whole log.
#[derive(Default)]
struct ByHand {
    /// How many, their sum and the largest.
    windows: BTreeMap<(i64, String), (f64, f64, f64)>,
    newest: i64,
    late: u64,
}

impl ByHand {
    fn take(&mut self, at: i64, (window, lateness): Windows, tags: String, value: f64) {
        let start = at - at % window;
        if start + window <= self.newest - lateness {
            self.late += 1;
            return;
        }
        self.newest = self.newest.max(at);
        let (count, sum, max) = self.windows.entry((start, tags)).or_default();
        (*count, *sum, *max) = (*count + 1.0, *sum + value, max.max(value));
    }
}

/// Counts without a regular expression, calendar or line reader.
fn by_hand(log: &Path, windows: Windows) -> (Values, Late) {
    /// 1 May 2015.
    const MAY: i64 = 1_430_438_400;
    let mut text = String::new();
    let file = fs::File::open(log).expect("it is there");
    GzDecoder::new(file).read_to_string(&mut text).expect("it is a text");
    let (mut requests, mut bytes) = (ByHand::default(), ByHand::default());
    for line in text.split_terminator('\n') {
        let time = line.split('[').nth(1).expect("a line has a time");
        assert!(time[2..].starts_with("/May/2015:") && time[20..].starts_with(" +0000]"), "{line}");
        let number = |from: usize| time[from..from + 2].parse::<i64>().expect("it is two digits");
        let at = MAY + (number(0) - 1) * 86_400 + number(12) * 3600 + number(15) * 60 + number(18);
        let mut parts = line.splitn(3, '"').skip(1);
        let method = parts.next().and_then(|request| request.split(' ').next()).expect("a line has a request");
        let mut numbers = parts.next().expect("a line has numbers").split(' ').skip(1);
        let (status, size) = (numbers.next().expect("the status"), numbers.next().expect("the bytes"));
        requests.take(at, windows, json!({"method": method, "status": status}).to_string(), 1.0);
        if size != "-" {
            let size: u32 = size.parse().expect("it is a number");
            bytes.take(at, windows, json!({"status": status}).to_string(), size.into());
        }
    }
    let mut values = Values::new();
    let mut add = |name: &str, start: i64, tags: &str, value: f64| {
        values.insert((Timestamp::from_secs(start).to_string(), name.to_owned(), tags.to_owned()), value)
    };
    for ((start, tags), (count, ..)) in &requests.windows {
        add("requests.count", *start, tags, *count);
    }
    for ((start, tags), (count, sum, max)) in &bytes.windows {
        for (name, value) in
            [("bytes.count", *count), ("bytes.sum", *sum), ("bytes.mean", sum / count), ("bytes.max", *max)]
        {
            add(name, *start, tags, value);
        }
    }
    (values, [requests.late, bytes.late])
}

/// What the program gives out, and how many it says were late.
fn by_program(log: &Path, windows: Windows) -> (Values, Late) {
    let ended = Scene::new().run(&config(log, windows), &[], "").code(0);
    let mut values = Values::new();
    for line in ended.out.lines() {
        let element: Value = serde_json::from_str(line).expect("a line is JSON");
        let text = |key: &str| element[key].as_str().expect("it is a text").to_owned();
        assert_eq!(text("at"), text("end"));
        let key = (text("start"), text("name"), element["tags"].to_string());
        let value = element["value"].as_f64().expect("it is a number");
        assert_eq!(values.insert(key, value), None, "a window is closed once: {line}");
    }
    let late = ["requests", "bytes"].map(|stream| {
        let counts = ended.err.lines().find_map(|line| line.strip_prefix(&format!("stream \"{stream}\": ")));
        let counts = counts.unwrap_or_else(|| panic!("there is no summary of {stream}: {}", ended.err));
        counts.split(", ").find_map(|count| count.strip_suffix(" late")?.parse().ok()).unwrap_or(0)
    });
    (values, late)
}

#[track_caller]
fn check(log: &Path, windows: Windows) -> Late {
    let (expected, expected_late) = by_hand(log, windows);
    let (values, late) = by_program(log, windows);
    let missing: Vec<_> = expected.iter().filter(|(key, value)| values.get(key) != Some(value)).take(5).collect();
    assert!(missing.is_empty(), "of {}: {missing:?}", expected.len());
    assert_eq!(values.len(), expected.len());
    assert_eq!(late, expected_late);
    let requests: f64 =
        values.iter().filter(|((_, name, _), _)| name == "requests.count").map(|(_, value)| value).sum();
    assert_eq!(requests + late[0] as f64, 10_000.0);
    late
}

#[test]
fn every_hour_is_counted_as_by_hand() {
    let Some(log) = log() else { return };
    assert_eq!(check(&log, (3600, 60)), [0, 0]);
}

#[test]
fn what_comes_too_late_is_counted_as_late() {
    let Some(log) = log() else { return };
    // The requests of an hour are all of one minute, and in no order.
    let late = [0, 20].map(|lateness| check(&log, (10, lateness)));
    assert!(late[0][0] > late[1][0] && late[1][0] > 0, "{late:?}");
    assert_eq!(check(&log, (10, 60)), [0, 0]);
}
