//! StatsD itself, as npm has it: what it makes of what the sink writes.

use std::collections::BTreeMap;

use metrix::{MElement, Sink, Tags, Timestamp, tags};
use metrix_io::Glob;
use metrix_io::sinks::statsd::{Dialect, Negatives, StatsD, Type};

use super::super::dogstatsd::gauge;
use crate::hostile::hostile_elements;
use crate::peers::statsd::StatsdServer;
use crate::peers::until;

/// Its own name for a gauge: it puts the tags into the name, and leaves out what it doesn't allow there.
fn key(element: &MElement) -> String {
    let (mut key, tags, _) = gauge(element);
    for (name, value) in tags {
        let tag = format!("{name}:{value}").replacen(';', "_", 1).replacen(':', "=", 1);
        key.extend([";", &tag]);
    }
    sanitised(&key)
}

/// As its `sanitizeKeyName` does: blanks in a row become one `_`, a slash a `-`, and what is not allowed goes.
fn sanitised(key: &str) -> String {
    let mut clean = String::new();
    let mut blank = false;
    for char in key.chars() {
        if char.is_whitespace() || char == '\u{feff}' {
            if !blank {
                clean.push('_');
            }
            blank = true;
            continue;
        }
        blank = false;
        match char {
            '/' => clean.push('-'),
            _ if char.is_ascii_alphanumeric() || "_-.;=".contains(char) => clean.push(char),
            _ => {}
        }
    }
    clean
}

#[track_caller]
pub(super) fn wait_for(
    server: &StatsdServer,
    what: &str,
    is_enough: impl Fn(&BTreeMap<String, f64>) -> bool,
) -> BTreeMap<String, f64> {
    until(what, || Some(server.values(what)).filter(|values| is_enough(values)))
}

/// Of elements that become one gauge the last one stays; each has a number of its own, so that no two of them are one.
pub(super) fn elements() -> Vec<MElement> {
    let numbered = |(number, element): (usize, MElement)| {
        MElement::new(format!("{}.{number}", element.name), element.value, element.tags, element.at)
    };
    hostile_elements(10_000).into_iter().enumerate().map(numbered).collect()
}

/// The same for its connections, which it reads as ASCII: it drops the highest bit of each byte, so that a letter of another script could
/// become a separator.
pub(super) fn ascii_elements() -> Vec<MElement> {
    let ascii = |text: &str| text.replace(|char: char| !char.is_ascii(), "?");
    let element = |element: MElement| {
        let tags: Tags = element.tags.iter().map(|(name, value)| (ascii(name), ascii(value))).collect();
        MElement::new(ascii(&element.name), element.value, tags, element.at)
    };
    elements().into_iter().map(element).collect()
}

fn udp(server: &StatsdServer) -> StatsD {
    StatsD::udp(&format!("127.0.0.1:{}", server.port)).expect("it is an address")
}

pub(super) fn tcp(server: &StatsdServer) -> StatsD {
    StatsD::tcp(&format!("127.0.0.1:{}", server.port)).expect("it is an address")
}

async fn check_all_arrive(server: &StatsdServer, sink: StatsD, elements: &[MElement], batch: usize) {
    let mut sink = sink.negatives(Negatives::AfterZero);
    let expected: BTreeMap<String, f64> = elements.iter().map(|element| (key(element), element.value)).collect();
    assert_eq!(expected.len(), 10_000);
    let mut sent = 0;
    for batch in elements.chunks(batch) {
        sink.write(batch).await.unwrap();
        sent += batch.len();
        // Nothing tells a sender of UDP to wait, so that a batch is no more than the system holds while the server stands still.
        let last = key(&batch[batch.len() - 1]);
        wait_for(server, "gauges", |gauges| gauges.contains_key(&last));
    }
    assert_eq!(sent, 10_000);
    let found = wait_for(server, "gauges", |gauges| gauges.len() >= 10_000);
    let wrong = expected.iter().find(|(key, value)| found.get(*key) != Some(value));
    assert_eq!(wrong, None);
    let counters = server.values("counters");
    assert_eq!(counters["statsd.bad_lines_seen"], 0.0);
    let lines = 10_000 + elements.iter().filter(|element| element.value < 0.0).count();
    assert_eq!(counters["statsd.metrics_received"], lines as f64, "each came once");
    assert_eq!(found.len(), 10_000);
}

#[tokio::test]
async fn all_arrive_over_udp() {
    let server = StatsdServer::start();
    check_all_arrive(&server, udp(&server), &elements(), 200).await;
}

#[tokio::test]
async fn all_arrive_over_tcp() {
    let server = StatsdServer::start();
    check_all_arrive(&server, tcp(&server), &ascii_elements(), 10_000).await;
}

#[tokio::test]
async fn every_dialect_is_understood() {
    let server = StatsdServer::start();
    let elements = |round: i64| -> Vec<MElement> {
        let tags = tags! { "host" => "a.b", "page" => "/x y" };
        let at = Timestamp::from_secs(60 + round);
        let element = |name, value: f64| MElement::new(name, value, tags.clone(), at);
        vec![element("n.count", 3.0), element("n.min", -2.5 - round as f64), element("n.mean", 0.1 + 0.2)]
    };
    for dialect in [Dialect::DogStatsD, Dialect::Graphite, Dialect::Plain] {
        let sink = udp(&server).dialect(dialect).prefix(&format!("{dialect:?}."));
        let mut sink = sink.negatives(Negatives::AfterZero).typed(Glob::new("*.count"), Type::Counter);
        // A negative gauge stays what it is, however often it comes.
        for round in 0..3 {
            sink.write(&elements(round)).await.unwrap();
        }
    }
    let found = wait_for(&server, "gauges", |gauges| gauges.len() == 6);
    let counters = server.values("counters");
    for (name, tags) in
        [("DogStatsD", ";host=a.b;page=-x_y"), ("Graphite", ";host=a.b;page=-x_y"), ("Plain", ".host.a_b.page._x_y")]
    {
        assert_eq!(found[&format!("{name}.n.min{tags}")], -4.5);
        assert_eq!(found[&format!("{name}.n.mean{tags}")], 0.1 + 0.2);
        assert_eq!(counters[&format!("{name}.n.count{tags}")], 9.0);
    }
    assert_eq!(counters["statsd.bad_lines_seen"], 0.0);
}

/// What a server had taken when it was killed it has lost, as it holds all in its memory. What is written after it is back comes.
async fn check_killed(sink: impl FnOnce(&StatsdServer) -> StatsD) {
    let mut server = StatsdServer::start();
    let mut sink = sink(&server);
    let batch = |number: usize| -> Vec<MElement> {
        let element = |series| {
            MElement::new(format!("killed.{number}"), number as f64, tags! { "n" => series }, Timestamp::EPOCH)
        };
        (0..20).map(element).collect()
    };
    for number in 0..50 {
        sink.write(&batch(number)).await.unwrap();
    }
    wait_for(&server, "gauges", |gauges| batch(49).iter().all(|element| gauges.contains_key(&key(element))));
    server.peer.kill_soon();
    let (mut next, mut failed, mut end) = (50, None, usize::MAX);
    let mut after = Vec::new();
    while next < end {
        let batch = batch(next);
        match sink.write(&batch).await {
            Ok(()) => next += 1,
            Err(error) => {
                assert!(error.is_retryable() && failed.is_none(), "{error}");
                (failed, end) = (Some(next), next + 50);
                server.peer.restart();
                let unwritten: Vec<MElement> = error.unwritten(&batch).cloned().collect();
                sink.write(&unwritten).await.unwrap();
                after.extend(unwritten);
                next += 1;
            }
        }
        if failed.is_some_and(|failed| next - 1 > failed) {
            after.extend(batch);
        }
    }
    sink.close().await.unwrap();
    assert!(sink.counts().connections() >= 2);
    let found = wait_for(&server, "gauges", |gauges| after.iter().all(|element| gauges.contains_key(&key(element))));
    assert!(after.len() > 49 * 20);
    assert!(after.iter().all(|element| found[&key(element)] == element.value));
}

#[tokio::test]
async fn over_tcp_what_is_written_when_it_is_back_comes() {
    check_killed(tcp).await;
}

#[tokio::test]
async fn over_udp_what_is_written_when_it_is_back_comes() {
    check_killed(udp).await;
}
