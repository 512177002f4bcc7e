//! The client `cadence`, over loopback, sends 100 000 metrics; all of them come out.

use std::collections::{BTreeMap, HashSet};
use std::net::SocketAddr;
use std::thread;

use cadence::prelude::*;
use cadence::{BufferedUdpMetricSink, StatsdClient, UdpMetricSink};
use metrix_io::sources::DatagramMeter;

use super::{bind, client};

/// Rounds of ten metrics each.
const ROUNDS: u64 = 10_000;
/// So many metrics may be on their way, which fit any system's receive buffer.
const UNDER_WAY: u64 = 100;

/// Sends the rounds, no faster than they are received.
fn send(client: &StatsdClient, meter: &DatagramMeter) {
    for round in 0..ROUNDS {
        while round * 10 > meter.stats().readings + UNDER_WAY {
            thread::yield_now();
        }
        let page = if round % 2 == 0 { "/" } else { "/about" };
        client.count_with_tags("requests", 3).with_tag("page", page).send();
        client.count_with_tags("sampled", 1).with_sampling_rate(0.5).send();
        client.decr("stock").unwrap();
        client.time("latency", vec![round, 1, 2]).unwrap();
        client.gauge("temperature", round as f64 / 4.0).unwrap();
        client.histogram_with_tags("size", round).with_tag_value("cached").with_sampling_rate(0.25).send();
        client.distribution_with_tags("load", round as f64).with_timestamp(round).send();
        client.set("users", (round % 1000) as i64).unwrap();
    }
    client.flush().unwrap();
}

/// Runs a client against a listener, and compares what was sent with what came.
async fn check(connect: impl FnOnce(SocketAddr) -> StatsdClient) {
    let mut udp = bind();
    let (client, meter) = (connect(udp.address()), udp.meter());
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let sender = thread::spawn(move || {
        send(&client, &meter);
        stop.send(()).expect("it listens until told");
    });

    let (mut sums, mut counts) = (BTreeMap::<String, f64>::new(), BTreeMap::<String, f64>::new());
    let (mut users, mut last, mut times) = (HashSet::new(), 0.0, 0.0);
    let stop = async { stopped.await.expect("the sender says so") };
    let stats = udp
        .run(stop, |read| {
            let reading = read.expect("what cadence sends is right");
            let tags = reading.to_tags().to_string();
            match &*reading.name {
                "app.users" => _ = users.insert(reading.value.to_bits()),
                "app.temperature" => last = reading.value,
                "app.load" => times += (reading.at.expect("sent with it").as_nanos() / 1_000_000_000) as f64,
                _ => {}
            }
            let series = format!("{} {tags}", reading.name);
            *counts.entry(series.clone()).or_default() += reading.weight;
            *sums.entry(series).or_default() += reading.value;
        })
        .await
        .unwrap();
    sender.join().unwrap();

    let rounds = ROUNDS as f64;
    let numbers = rounds * (rounds - 1.0) / 2.0;
    assert_eq!((stats.readings, stats.faults, stats.dropped.unwrap_or(0)), (ROUNDS * 10, 0, 0));
    sums.remove("app.users ");
    let expected = [
        ("app.latency ", numbers + 3.0 * rounds),
        ("app.load ", numbers),
        ("app.requests page=/", 1.5 * rounds),
        ("app.requests page=/about", 1.5 * rounds),
        ("app.sampled ", 2.0 * rounds),
        ("app.size cached=true", numbers),
        ("app.stock ", -rounds),
        ("app.temperature ", numbers / 4.0),
    ];
    assert_eq!(sums, expected.map(|(series, sum)| (series.to_owned(), sum)).into());
    assert_eq!((counts["app.latency "], counts["app.size cached=true"]), (3.0 * rounds, 4.0 * rounds));
    assert_eq!((users.len(), last, times), (1000, (rounds - 1.0) / 4.0, numbers));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn each_metric_a_datagram() {
    let sink = |address| UdpMetricSink::from(address, client()).expect("an address");
    check(|address| StatsdClient::from_sink("app", sink(address))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn many_metrics_a_datagram() {
    let sink = |address| BufferedUdpMetricSink::from(address, client()).expect("an address");
    check(|address| StatsdClient::from_sink("app", sink(address))).await;
}
