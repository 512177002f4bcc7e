//! [`rotel`]: a collector of OpenTelemetry.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::clients::of_clients;
use super::database::Database;
use super::stored::Stored;
use super::{Peer, free_ports, is_open};

impl Database {
    /// Rotel, which takes OTLP over gRPC at `telnet`, and over HTTP at `http`, and writes all of it to its log.
    pub(crate) fn rotel() -> Self {
        let [telnet, http] = free_ports();
        let program = program();
        let args = |folder: &Path| {
            let file = |name: &str| folder.join(name).display().to_string();
            let text = |args: &[&str]| args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>();
            [
                text(&["start", "--exporter", "blackhole", "--disable-batching"]),
                text(&["--debug-log", "metrics", "--debug-log-verbosity", "detailed"]),
                text(&["--otlp-grpc-endpoint", &format!("127.0.0.1:{telnet}")]),
                text(&["--otlp-http-endpoint", &format!("127.0.0.1:{http}")]),
                text(&["--pid-file", &file("pid"), "--log-file", &file("own log")]),
            ]
            .concat()
        };
        let is_ready = move || is_open(telnet) && is_open(http);
        let peer = Peer::start(program.to_str().expect("the folder's name is text"), args, is_ready);
        Self { peer, http, telnet, put: 0, udp: 0, graphite: 0 }
    }
}

/// Where the program lies.
fn program() -> PathBuf {
    of_clients("rotel", |folder| {
        let versions = fs::read_dir(folder.join("lib")).ok()?;
        let mut programs =
            versions.flatten().map(|version| version.path().join("site-packages/rotel/rotel-agent").canonicalize());
        programs.find_map(Result::ok)
    })
}

/// What it has written of numbers, with times in nanoseconds. Before the name stands what they are: `gauge`, or `sum` or
/// `counter`, of delta temporality; and when they begin.
pub(crate) fn by_rotel(peer: &Database) -> Stored {
    let log = fs::read(peer.peer.folder().join("log")).expect("it has one");
    let log = String::from_utf8_lossy(&log);
    // The last line may have been written by half.
    let log = &log[..log.rfind('\n').unwrap_or(0)];
    let mut stored = Stored::new();
    // No name, tag or value that is sent has such a line.
    for metric in log.split("\nDescriptor:\n     -> Name: ").skip(1) {
        let Some((name, rest)) = metric.split_once("\n     -> Description: \n     -> Unit: \n     -> DataType: ")
        else {
            // It was killed while it wrote.
            continue;
        };
        let Some((data, points)) = rest.split_once("\nNumberDataPoints #") else { continue };
        let kind = match data {
            "Gauge" => "gauge",
            "Sum\n     -> IsMonotonic: true\n     -> AggregationTemporality: AGGREGATION_TEMPORALITY_DELTA" => {
                "counter"
            }
            "Sum\n     -> IsMonotonic: false\n     -> AggregationTemporality: AGGREGATION_TEMPORALITY_DELTA" => "sum",
            other => panic!("what is {other:?}?"),
        };
        for point in points.split("\nNumberDataPoints #") {
            let Some((tags, start, at, value)) = read(point) else { continue };
            stored.entry((format!("{kind} {start} {name}"), tags, at)).or_default().push(value);
        }
    }
    stored
}

fn read(point: &str) -> Option<(BTreeMap<String, String>, i64, i64, f64)> {
    let (attributes, rest) = point.split_once("\nStartTimestamp: ")?;
    let (start, rest) = rest.split_once("\nTimestamp: ")?;
    let (at, rest) = rest.split_once("\nValue: ")?;
    let value = rest.lines().next()?;
    let tags = attributes.split("\n     -> ").skip(1).map(|tag| {
        let (name, value) = tag.split_once(": Str(").expect("all are strings");
        (name.to_owned(), value.strip_suffix(')').expect("it is a string").to_owned())
    });
    Some((tags.collect(), start.parse().ok()?, at.parse().ok()?, value.parse().ok()?))
}
