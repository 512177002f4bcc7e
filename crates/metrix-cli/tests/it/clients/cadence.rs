//! The crate `cadence`.

use cadence::prelude::*;
use cadence::{BufferedUdpMetricSink, StatsdClient, UdpMetricSink};

use super::{NUMBERS, ROUNDS, Received, listen, settle};
use crate::program::Scene;

/// So many rounds may be on their way, which fit any system's receive buffer.
const BURST: u64 = 20;

/// Runs a client that sends to this port.
fn check(connect: impl FnOnce(u16) -> StatsdClient) {
    let scene = Scene::new();
    let (program, port) = listen(&scene);
    let client = connect(port);
    for round in 0..ROUNDS as u64 {
        let page = if round % 2 == 0 { "/" } else { "/about" };
        client.count_with_tags("requests", 3).with_tag("page", page).send();
        client.count_with_tags("hits", 1).with_sampling_rate(0.5).send();
        client.decr("stock").expect("loopback takes it");
        client.time("latency", vec![round, 1, 2]).expect("loopback takes it");
        client.gauge("temperature", round as f64 / 4.0).expect("loopback takes it");
        client.histogram_with_tags("size", round).with_tag_value("cached").with_sampling_rate(0.25).send();
        client.distribution_with_tags("load", round as f64).with_timestamp(round).send();
        client.set("users", (round % 1000) as i64).expect("loopback takes it");
        if round % BURST == 0 {
            settle(port);
        }
    }
    client.flush().expect("loopback takes it");
    assert_eq!(settle(port), 0);

    let received = Received::of(program);
    for page in ["/", "/about"] {
        received.check(
            "requests",
            &format!(r#"{{"page":"{page}"}}"#),
            &[("count", ROUNDS / 2.0), ("sum", 1.5 * ROUNDS)],
        );
    }
    received.check("hits", "{}", &[("count", ROUNDS), ("sum", 2.0 * ROUNDS)]);
    received.check("stock", "{}", &[("sum", -ROUNDS)]);
    received.check("latency", "{}", &[("count", 3.0 * ROUNDS), ("sum", NUMBERS + 3.0 * ROUNDS)]);
    received.check("temperature", "{}", &[("sum", NUMBERS / 4.0), ("last", (ROUNDS - 1.0) / 4.0)]);
    // The client says that it sends a quarter, and sends all.
    received.check("size", r#"{"cached":"true"}"#, &[("count", 4.0 * ROUNDS), ("sum", 4.0 * NUMBERS)]);
    received.check("load", "{}", &[("count", ROUNDS), ("sum", NUMBERS)]);
    received.check("users", "{}", &[("count", ROUNDS), ("distinct", 1000.0)]);
}

fn socket() -> std::net::UdpSocket {
    std::net::UdpSocket::bind("127.0.0.1:0").expect("there are free ports")
}

#[test]
fn each_metric_a_datagram() {
    let sink = |port| UdpMetricSink::from(("127.0.0.1", port), socket()).expect("an address");
    check(|port| StatsdClient::from_sink("app", sink(port)));
}

#[test]
fn many_metrics_a_datagram() {
    let sink = |port| BufferedUdpMetricSink::from(("127.0.0.1", port), socket()).expect("an address");
    check(|port| StatsdClient::from_sink("app", sink(port)));
}
