//! The sink for OpenTSDB against real servers that speak its protocols: what was written is read back through their own
//! queries.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use metrix::{MElement, tags};
use metrix_io::sinks::opentsdb::OpenTsdb;

use crate::arrival::{
    Way, check_all_arrive, check_all_arrive_through_a_coordinator, check_only_the_last_are_lost, kill_in_the_middle,
};
use crate::peers::database::Database;
use crate::peers::stored::{self, Stored};

/// What InfluxDB has in the database of its OpenTSDB listener, in seconds.
fn by_influxdb(server: &Database) -> Stored {
    stored::by_influxdb(server, "otsdb", "s")
}

/// What VictoriaMetrics has, in seconds.
fn by_victoria_metrics(server: &Database) -> Stored {
    let seconds = |((name, tags, millis), values)| ((name, tags, millis / 1000), values);
    stored::by_victoria_metrics(server).into_iter().map(seconds).collect()
}

/// What a server should have stored, by the table of the docs.
fn expected(elements: &[MElement]) -> Stored {
    let allowed = |char: char| matches!(char, 'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' | '/');
    let clean = |text: &str| {
        let clean = text.replace(|char| !allowed(char), "_");
        if clean.is_empty() { "_".to_owned() } else { clean }
    };
    let mut stored = Stored::new();
    for element in elements {
        let mut tags = BTreeMap::from([("host".to_owned(), "here".to_owned())]);
        tags.extend(element.tags.iter().map(|(name, value)| (clean(name), clean(value))));
        let key = (clean(&element.name), tags, element.at.as_nanos() / 1_000_000_000);
        stored.entry(key).or_default().push(element.value);
    }
    stored
}

pub(super) fn influxdb() -> Way {
    Way { server: Database::influxdb(), stored: by_influxdb, expected }
}

fn victoria_metrics() -> Way {
    Way { server: Database::victoria_metrics(), stored: by_victoria_metrics, expected }
}

fn telnet(way: &Way) -> OpenTsdb {
    let sink = OpenTsdb::telnet(&format!("127.0.0.1:{}", way.server.telnet)).expect("it is an address");
    sink.default_tags(tags! { "host" => "here" })
}

fn http(way: &Way) -> OpenTsdb {
    http_at(&format!("http://127.0.0.1:{}", way.server.put))
}

pub(super) fn http_at(url: &str) -> OpenTsdb {
    let sink = OpenTsdb::http(url).expect("it is a URL");
    sink.default_tags(tags! { "host" => "here" }).points_per_request(NonZeroUsize::new(300).expect("it isn't zero"))
}

/// Over one connection, without a complaint.
async fn all_arrive(way: Way, mut sink: OpenTsdb) {
    check_all_arrive(&way, &mut sink).await;
    assert_eq!((sink.counts().connections(), sink.counts().replies()), (1, 0));
}

#[tokio::test]
async fn all_arrive_at_influxdb_over_telnet() {
    let way = influxdb();
    let sink = telnet(&way);
    all_arrive(way, sink).await;
}

#[tokio::test]
async fn all_arrive_at_influxdb_over_http() {
    let way = influxdb();
    let sink = http(&way);
    all_arrive(way, sink).await;
}

#[tokio::test]
async fn all_arrive_at_victoria_metrics_over_telnet() {
    let way = victoria_metrics();
    let sink = telnet(&way);
    all_arrive(way, sink).await;
}

#[tokio::test]
async fn all_arrive_at_victoria_metrics_over_http() {
    let way = victoria_metrics();
    let sink = http(&way);
    all_arrive(way, sink).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_http_nothing_is_lost_on_the_way_through_a_coordinator() {
    let mut way = influxdb();
    let sink = http(&way);
    check_all_arrive_through_a_coordinator(&mut way, sink).await;
}

#[tokio::test]
async fn over_http_nothing_is_lost_when_influxdb_is_killed() {
    let mut way = influxdb();
    let mut sink = http(&way);
    let (_, found, expected) = kill_in_the_middle(&mut way, &mut sink).await;
    assert_eq!(found, expected);
    assert!(sink.counts().connections() >= 2);
}

#[tokio::test]
async fn over_telnet_only_the_last_lines_are_lost_when_influxdb_is_killed() {
    let mut way = influxdb();
    let mut sink = telnet(&way);
    check_only_the_last_are_lost(&mut way, &mut sink).await;
}

fn once_by_victoria_metrics(server: &Database) -> Stored {
    stored::kept_once(server, by_victoria_metrics(server))
}

#[tokio::test]
async fn over_http_only_what_was_in_memory_is_lost_when_victoria_metrics_is_killed() {
    let mut way = Way { stored: once_by_victoria_metrics, ..victoria_metrics() };
    let mut sink = http(&way);
    check_only_the_last_are_lost(&mut way, &mut sink).await;
}

#[tokio::test]
async fn over_telnet_only_the_last_lines_are_lost_when_victoria_metrics_is_killed() {
    let mut way = Way { stored: once_by_victoria_metrics, ..victoria_metrics() };
    let mut sink = telnet(&way);
    check_only_the_last_are_lost(&mut way, &mut sink).await;
}
