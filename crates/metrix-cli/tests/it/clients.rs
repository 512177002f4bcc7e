//! Real StatsD clients send 100 000 metrics over loopback; what comes out is exact.

mod cadence;
pub(crate) mod python;
mod unix;

use std::collections::BTreeMap;
use std::fs;

use crate::program::{Running, Scene, until};

/// All values are in one window, which the end of the program closes.
const CONFIG: &str = r#"
[[source]]
type = "statsd"
listen = "udp://127.0.0.1:0"
[[stream]]
name = "*"
agg = ["count", "sum", "last", "distinct"]
window = "1h"
[[sink]]
type = "jsonl"
path = "-"
"#;

/// The same, of a Unix socket or of connections.
fn config_of(listen: &str) -> String {
    CONFIG.replace("udp://127.0.0.1:0", listen)
}

/// So many rounds a client sends.
const ROUNDS: f64 = 10_000.0;
/// The sum of their numbers, from 0 on.
const NUMBERS: f64 = ROUNDS * (ROUNDS - 1.0) / 2.0;

/// What came out: by name, and the tags as JSON.
struct Received(BTreeMap<String, f64>);

impl Received {
    /// Ends the program, which must have had nothing to complain of.
    #[track_caller]
    fn of(program: Running) -> Self {
        program.signal("TERM");
        let ended = program.ended().code(0);
        let mut values = BTreeMap::new();
        for (name, value, tags) in ended.elements() {
            let series = format!("{name} {tags}");
            assert_eq!(values.insert(series.clone(), value), None, "{series} has one window");
        }
        Self(values)
    }

    #[track_caller]
    fn check(&self, name: &str, tags: &str, expected: &[(&str, f64)]) {
        for (agg, value) in expected {
            let series = format!("app.{name}.{agg} {tags}");
            assert_eq!(self.0.get(&series), Some(value), "{series} of {:#?}", self.0);
        }
    }
}

/// Starts the program, and tells on which port it listens.
fn listen(scene: &Scene) -> (Running, u16) {
    let program = scene.start(CONFIG, &[]);
    let port = program.address().port();
    (program, port)
}

/// Waits until the program has read all that was sent to its port, and says how many datagrams the system has dropped.
#[track_caller]
fn settle(port: u16) -> u64 {
    until("the end of the queue", || {
        let sockets = fs::read_to_string("/proc/net/udp").expect("the system has it");
        let fields = sockets
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>())
            .find(|fields| fields[1].ends_with(&format!(":{port:04X}")))
            .unwrap_or_else(|| panic!("nothing listens on port {port}"));
        fields[4].ends_with(":00000000").then(|| fields[12].parse().expect("it is a number"))
    })
}

/// Waits until the program has ended all connections to a port of it, as it does when it has read what there was. When it is asked to stop
/// it has a second for what the client's system still holds, which is short on a busy machine.
#[track_caller]
pub(crate) fn hang_up(port: u16) {
    const LISTENS: &str = "0A";
    let is_open = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        fields[1].ends_with(&format!(":{port:04X}")) && fields[3] != LISTENS
    };
    until("the end of the connections", || {
        let sockets = fs::read_to_string("/proc/net/tcp").expect("the system has it");
        (!sockets.lines().skip(1).any(is_open)).then_some(())
    });
}
