//! [`Database::otlp_store`]: a server of OTLP that confirms what is on its disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use metrix_io::sinks::otlp::Protocol;
use serde_json::Value;

use super::clients::python;
use super::database::Database;
use super::stored::Stored;
use super::{Peer, free_ports, is_open};

impl Database {
    /// Python's gRPC, or its server of HTTP, with OpenTelemetry's own messages, at `http`. From the request on that makes it more than
    /// `held` points it answers no more, until it is started again. `prepare` may lay a certificate into its folder.
    pub(crate) fn otlp_store(protocol: Protocol, held: Option<usize>, prepare: impl FnOnce(&Path)) -> Self {
        let [http] = free_ports();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/peers/otlp_store.py");
        let args = |folder: &Path| {
            prepare(folder);
            let (script, folder) = (script.display().to_string(), folder.display().to_string());
            let held = held.map_or("inf".to_owned(), |held| held.to_string());
            vec!["-B".to_owned(), script, protocol.to_string(), http.to_string(), folder, held]
        };
        let python = python();
        let program = python.to_str().expect("the folder's name is text");
        Self { peer: Peer::start(program, args, move || is_open(http)), http, telnet: 0, put: 0, udp: 0, graphite: 0 }
    }
}

/// What it has kept of numbers, in the form of [`by_rotel`](super::rotel::by_rotel). Where a request was kept, but the answer was lost,
/// the next one is the same, and counts once.
pub(crate) fn by_otlp_store(peer: &Database) -> Stored {
    let mut requests = requests(peer);
    requests.dedup();
    let mut stored = Stored::new();
    for (key, values) in requests.into_iter().flatten() {
        stored.entry(key).or_default().extend(values);
    }
    stored
}

/// How many points those requests have that were kept a second time.
pub(crate) fn kept_twice(peer: &Database) -> Vec<usize> {
    let requests = requests(peer);
    requests.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0].len()).collect()
}

fn requests(peer: &Database) -> Vec<Stored> {
    let kept = fs::read_to_string(peer.peer.folder().join("kept")).unwrap_or_default();
    // The last line may have been written by half.
    let whole = kept.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().map(|line| read(&serde_json::from_str(line).expect("it is JSON"))).collect()
}

fn read(request: &Value) -> Stored {
    let mut stored = Stored::new();
    for metric in list(&request["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]) {
        let sum = &metric["sum"];
        let (kind, data) = match (sum["aggregationTemporality"].as_str(), &sum["isMonotonic"]) {
            (None, Value::Null) => ("gauge", &metric["gauge"]),
            (Some("AGGREGATION_TEMPORALITY_DELTA"), Value::Null) => ("sum", sum),
            (Some("AGGREGATION_TEMPORALITY_DELTA"), Value::Bool(true)) => ("counter", sum),
            _ => panic!("what is {metric}?"),
        };
        for point in list(&data["dataPoints"]) {
            let name =
                format!("{kind} {} {}", point["startTimeUnixNano"].as_str().unwrap_or("0"), text(&metric["name"]));
            let tags = list(&point["attributes"]).iter();
            let tags: BTreeMap<_, _> =
                tags.map(|tag| (text(&tag["key"]), text(&tag["value"]["stringValue"]))).collect();
            let at = text(&point["timeUnixNano"]).parse().expect("a number");
            stored.entry((name, tags, at)).or_default().push(point["asDouble"].as_f64().expect("a number"));
        }
    }
    stored
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
