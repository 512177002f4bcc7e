//! The sink against real servers: what was written is read back through their own queries.

use metrix::{MElement, Sink, Timestamp, tags};
use metrix_io::sinks::remote_write::RemoteWrite;

use crate::arrival::{
    Way, check_all_arrive, check_all_arrive_through_a_coordinator, check_only_the_last_are_lost, check_these_arrive,
    kill_in_the_middle,
};
use crate::chain::chain;
use crate::hostile::{START, hostile_elements};
use crate::peers::database::Database;
use crate::peers::prometheus::samples;
use crate::peers::stored::{self, Stored, by_victoria_metrics};
use crate::prometheus_names::names;

/// What a server should have stored, by the table of the docs.
fn expected(elements: &[MElement]) -> Stored {
    let mut stored = Stored::new();
    for element in elements {
        let (name, labels) = names(element);
        let key = (name, labels, element.at.as_nanos() / 1_000_000);
        stored.entry(key).or_default().push(element.value);
    }
    stored
}

/// Everything that Prometheus has.
fn by_prometheus(server: &Database) -> Stored {
    samples(server, "{__name__=~\".+\"}", 24, START + 20_000)
}

/// InfluxDB makes a tag of the name, too.
fn by_influxdb(server: &Database) -> Stored {
    let without_name = |((name, mut tags, at), values): ((String, std::collections::BTreeMap<_, _>, i64), _)| {
        tags.remove("__name__");
        ((name, tags, at), values)
    };
    stored::by_influxdb(server, "prom", "ms").into_iter().map(without_name).collect()
}

pub(super) fn prometheus() -> (Way, RemoteWrite) {
    let server = Database::prometheus(&[]);
    let sink = sink(server.http, "/api/v1/write");
    (Way { server, stored: by_prometheus, expected }, sink)
}

fn victoria_metrics() -> (Way, RemoteWrite) {
    let server = Database::victoria_metrics();
    let sink = sink(server.http, "/api/v1/write");
    (Way { server, stored: by_victoria_metrics, expected }, sink)
}

fn influxdb() -> (Way, RemoteWrite) {
    let server = Database::influxdb();
    server.query("/query?q=CREATE%20DATABASE%20prom");
    let sink = sink(server.http, "/api/v1/prom/write?db=prom");
    (Way { server, stored: by_influxdb, expected }, sink)
}

fn sink(port: u16, path: &str) -> RemoteWrite {
    sink_at(&format!("http://127.0.0.1:{port}{path}"))
}

pub(super) fn sink_at(url: &str) -> RemoteWrite {
    RemoteWrite::new(url).unwrap()
}

#[tokio::test]
async fn all_arrive_at_prometheus() {
    let (way, mut sink) = prometheus();
    check_all_arrive(&way, &mut sink).await;
    assert_eq!((sink.counts().connections(), sink.counts().collisions()), (1, 0));
}

#[tokio::test]
async fn all_arrive_at_victoria_metrics() {
    let (way, mut sink) = victoria_metrics();
    check_all_arrive(&way, &mut sink).await;
}

#[tokio::test]
async fn all_arrive_at_influxdb() {
    let (way, mut sink) = influxdb();
    let mut elements = hostile_elements(10_000);
    // To which it adds the tag that comes next.
    elements.retain(|element| element.tags.iter().all(|(_, value)| !value.ends_with('\\')));
    assert!(elements.len() > 9000);
    check_these_arrive(&way, &mut sink, &elements).await;
}

#[tokio::test]
async fn nothing_is_lost_when_prometheus_is_killed() {
    let (mut way, mut sink) = prometheus();
    let (_, found, expected) = kill_in_the_middle(&mut way, &mut sink).await;
    assert_eq!(found, expected);
    assert!(sink.counts().connections() >= 2);
}

#[tokio::test]
async fn nothing_is_lost_when_influxdb_is_killed() {
    let (mut way, mut sink) = influxdb();
    let (_, found, expected) = kill_in_the_middle(&mut way, &mut sink).await;
    assert_eq!(found, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_coordinator_loses_nothing_when_prometheus_is_killed() {
    let (mut way, sink) = prometheus();
    check_all_arrive_through_a_coordinator(&mut way, sink).await;
}

#[tokio::test]
async fn only_what_was_in_memory_is_lost_when_victoria_metrics_is_killed() {
    let (way, mut sink) = victoria_metrics();
    let once = |server: &Database| stored::kept_once(server, by_victoria_metrics(server));
    check_only_the_last_are_lost(&mut Way { stored: once, ..way }, &mut sink).await;
}

/// A sample that is out of order is refused with Prometheus' words, and takes no other with it; a batch that comes again is no
/// fault.
#[tokio::test]
async fn prometheus_refuses_what_is_out_of_order_and_takes_the_rest() {
    let (way, mut sink) = prometheus();
    let at = |name: &str, value, second| MElement::new(name, value, tags! {}, Timestamp::from_secs(START + second));
    let first = [at("a", 1.0, 100), at("b", 1.0, 100), at("a", 2.0, 110)];
    sink.write(&first).await.unwrap();
    sink.write(&first[1..]).await.unwrap();
    let second = [at("c", 3.0, 120), at("a", 9.0, 90), at("b", 3.0, 120), at("a", 9.0, 110), at("d", 3.0, 120)];
    let error = sink.write(&second).await.unwrap_err();
    assert!(!error.is_retryable());
    assert_eq!(error.positions(), Some(&[1, 3][..]), "{}", chain(&error));
    assert!(chain(&error).contains("the server says 400 Bad Request: \"out of order sample\""), "{}", chain(&error));
    let taken = [&first[..], &[at("c", 3.0, 120), at("b", 3.0, 120), at("d", 3.0, 120)]].concat();
    assert_eq!(by_prometheus(&way.server), expected(&taken));
}
