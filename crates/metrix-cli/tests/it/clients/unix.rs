//! Clients that send Unix datagrams, and one that sends over TCP: none of these loses anything, however fast they send.

use std::os::unix::net::UnixDatagram;

use cadence::prelude::*;
use cadence::{BufferedUnixMetricSink, StatsdClient, UnixMetricSink};

use super::python::{check_datadog, check_statsd, send};
use super::{NUMBERS, ROUNDS, Received, config_of, hang_up};
use crate::program::{Running, Scene};

/// Starts the program on a Unix socket of its folder, and tells its path.
fn listen(scene: &Scene) -> (Running, String) {
    let path = scene.path("statsd.socket").to_str().expect("it is text").to_owned();
    let program = scene.start(&config_of(&format!("unix://{path}")), &[]);
    program.said(" (Unix datagrams)");
    (program, path)
}

/// Runs a client that sends to this path.
fn check(connect: impl FnOnce(&str) -> StatsdClient) {
    let scene = Scene::new();
    let (program, path) = listen(&scene);
    let client = connect(&path);
    for round in 0..ROUNDS as u64 {
        client.count_with_tags("requests", 3).with_tag("page", "/").send();
        client.time("latency", vec![round, 1, 2]).expect("it waits while there is no room");
        client.gauge("temperature", round as f64 / 4.0).expect("it waits while there is no room");
    }
    client.flush().expect("it waits while there is no room");
    let received = Received::of(program);
    received.check("requests", r#"{"page":"/"}"#, &[("count", ROUNDS), ("sum", 3.0 * ROUNDS)]);
    received.check("latency", "{}", &[("count", 3.0 * ROUNDS), ("sum", NUMBERS + 3.0 * ROUNDS)]);
    received.check("temperature", "{}", &[("count", ROUNDS), ("sum", NUMBERS / 4.0)]);
}

#[test]
fn cadence() {
    check(|path| StatsdClient::from_sink("app", UnixMetricSink::from(path, UnixDatagram::unbound().unwrap())));
    check(|path| StatsdClient::from_sink("app", BufferedUnixMetricSink::from(path, UnixDatagram::unbound().unwrap())));
}

#[test]
fn datadog() {
    let scene = Scene::new();
    let (program, path) = listen(&scene);
    let sent = send("datadog_client.py", &path);
    check_datadog(&Received::of(program), &sent);
}

#[test]
fn statsd_over_tcp() {
    let scene = Scene::new();
    let program = scene.start(&config_of("tcp://127.0.0.1:0"), &[]);
    let port = program.tcp_address().port();
    let sent = send("statsd_client.py", &format!("tcp:{port}"));
    hang_up(port);
    check_statsd(&Received::of(program), &sent);
}
