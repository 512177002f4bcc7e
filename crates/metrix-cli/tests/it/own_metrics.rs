//! What the program counts of itself, as elements.

use std::fs;
use std::net::{SocketAddr, UdpSocket};

use serde_json::json;

use crate::program::{Scene, elements, sum_of, until};

/// Each sink gets what its `streams` name, or else all.
const CONFIG: &str = r#"
[own_metrics]
every = "50ms"
[[source]]
type = "statsd"
listen = "udp://127.0.0.1:0"
[[stream]]
name = "n"
agg = ["count"]
window = "1h"
[[sink]]
type = "jsonl"
path = "all.jsonl"
[[sink]]
type = "jsonl"
path = "own.jsonl"
streams = ["own_metrics"]
[[sink]]
type = "jsonl"
path = "n.jsonl"
streams = ["n"]
"#;

/// How many datagrams the kernel has dropped that came for this address.
fn dropped(address: SocketAddr) -> u64 {
    let table = fs::read_to_string("/proc/net/udp").unwrap();
    let port = format!(":{:04X}", address.port());
    let row = table.lines().find(|row| row.split_ascii_whitespace().nth(1).is_some_and(|local| local.ends_with(&port)));
    row.and_then(|row| row.split_ascii_whitespace().last()?.parse().ok()).unwrap()
}

/// The lines of a file but for one that has no end yet.
fn whole_lines(scene: &Scene, file: &str) -> String {
    let text = fs::read_to_string(scene.path(file)).unwrap_or_default();
    text[..text.rfind('\n').map_or(0, |end| end + 1)].to_owned()
}

#[test]
fn what_the_kernel_drops_is_an_element_with_the_number_of_the_summary() {
    let scene = Scene::new();
    let program = scene.start(CONFIG, &[]);
    let address = program.address();
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    for line in ["x:1|c", "n:nothing|c"] {
        client.send_to(line.as_bytes(), address).unwrap();
    }
    let told = |name: &str| sum_of(name, &whole_lines(&scene, "own.jsonl"));
    until("the two", || (told("metrix.source.datagrams") == 2.0).then_some(()));
    assert_eq!((told("metrix.source.dropped"), told("metrix.source.wrong")), (0.0, 1.0));

    // While it stands still nothing is read, and at some time the receive buffer is full.
    program.signal("STOP");
    let datagram = format!("n:1|c{}", "\n".repeat(1000));
    let mut sent = 0;
    until("what the kernel drops", || {
        // Not more at once than a system has on their way to a socket, where they would be dropped without a count.
        for _ in 0..100 {
            client.send_to(datagram.as_bytes(), address).unwrap();
        }
        sent += 100;
        (dropped(address) > 1000).then_some(())
    });
    program.signal("CONT");
    let lost = until("that all are told of", || {
        let lost = dropped(address);
        let all = (lost as f64, (sent + 2 - lost) as f64);
        ((told("metrix.source.dropped"), told("metrix.source.datagrams")) == all).then_some(lost)
    });
    program.signal("TERM");
    let taken = sent - lost;
    program.ended().code(0).said(&[
        &format!("{lost} datagrams dropped by the system, as they came too fast"),
        &format!("stream \"n\": {taken} in, "),
    ]);

    let own = scene.read("own.jsonl");
    let source = json!({ "source": format!("udp://{address}") });
    let of_source = elements(&own).into_iter().filter(|(name, _, tags)| name.ends_with(".dropped") && *tags == source);
    assert_eq!(of_source.map(|(_, value, _)| value).sum::<f64>(), lost as f64);
    for (name, expected) in [
        ("metrix.source.datagrams", taken + 2),
        ("metrix.source.wrong", 1),
        ("metrix.source.unmatched", 1),
        ("metrix.stream.in", taken),
        ("metrix.stream.out", 1),
    ] {
        assert_eq!(sum_of(name, &own), expected as f64, "{name}");
    }
    let is_own = |lines: &str| elements(lines).iter().all(|(name, ..)| name.starts_with("metrix."));
    assert!(is_own(&own) && own.contains("\"metrix.sink.delivered\""), "{own}");
    assert_eq!(elements(&scene.read("n.jsonl")), [("n.count".to_owned(), taken as f64, json!({}))]);
    let all = scene.read("all.jsonl");
    assert_eq!((sum_of("metrix.source.dropped", &all), sum_of("n.count", &all)), (lost as f64, taken as f64));
    let drawn = scene.call(&["graph", "config.toml", "--format", "dot"]).code(0).out;
    assert!(drawn.contains("own metrics every 50ms") && drawn.contains("only own_metrics"), "{drawn}");
}
