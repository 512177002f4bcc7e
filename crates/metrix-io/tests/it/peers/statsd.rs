//! [`StatsdServer`]: StatsD itself.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use super::{PATIENCE, Peer, found, free_ports, is_open};

/// StatsD itself, as npm has it.
pub(crate) struct StatsdServer {
    pub(crate) peer: Peer,
    /// Of UDP and of TCP.
    pub(crate) port: u16,
    management: u16,
}

impl StatsdServer {
    pub(crate) fn start() -> Self {
        let [port, management] = free_ports();
        let program = statsd();
        let args = |folder: &Path| {
            let config = include_str!("npm/statsd.js")
                .replace("@PORT@", &port.to_string())
                .replace("@MANAGEMENT@", &management.to_string());
            let path = folder.join("statsd.js");
            fs::write(&path, config).expect("the folder can be written to");
            vec![program.display().to_string(), path.display().to_string()]
        };
        let is_ready = move || is_open(port) && is_open(management);
        Self { peer: Peer::start("node", args, is_ready), port, management }
    }

    /// What it has of `gauges` or `counters`.
    pub(crate) fn values(&self, what: &str) -> BTreeMap<String, f64> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.management)).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("it is a limit");
        writeln!(stream, "{what}").expect("it reads");
        let mut values = BTreeMap::new();
        for line in BufReader::new(stream).lines() {
            let line = line.expect("it answers");
            if line == "END" {
                return values;
            }
            // An object of JavaScript, with a line or more for its entries.
            for entry in line.trim_matches(['{', '}', ' ']).split(", ").filter(|entry| !entry.is_empty()) {
                let entry = entry.trim_end_matches([',', ' ', '}']);
                let (name, value) = entry.rsplit_once(": ").unwrap_or_else(|| panic!("no value in {line:?}"));
                let name = name.trim_matches('\'').to_owned();
                values.insert(name, value.parse().unwrap_or_else(|_| panic!("no number in {line:?}")));
            }
        }
        panic!("the answer has no end");
    }

    /// All gauges that it has read, a line each: of each time that it was started.
    pub(crate) fn messages(&self) -> Vec<String> {
        let log = fs::read(self.peer.folder().join("log")).expect("it has one");
        let log = String::from_utf8_lossy(&log);
        // The last line may have been written by half.
        let log = &log[..log.rfind('\n').unwrap_or(0)];
        let runs = log.split("server is up").skip(1);
        let message =
            |line: &str| Some(line.split_once(" - DEBUG: ")?.1.to_owned() + "\n").filter(|line| line.contains("|g"));
        runs.map(|run| run.lines().filter_map(message).collect()).collect()
    }
}

/// Where the program lies.
fn statsd() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let wanted = fs::read(root.join("crates/metrix-io/tests/it/peers/npm/package.json")).expect("it lies here");
    found("StatsD of npm", || {
        let there = fs::read(root.join("target/npm/installed.json")).ok()?;
        (there == wanted).then(|| root.join("target/npm/node_modules/statsd/stats.js"))
    })
}
