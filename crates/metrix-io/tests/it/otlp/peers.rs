//! The sink against a collector: what was written is read back from its log.

use std::collections::BTreeMap;
use std::time::Duration;

use metrix::{MElement, Timestamp};
use metrix_io::sinks::otlp::{Otlp, Protocol};

use crate::arrival::{Way, check_all_arrive_although_killed_at_rest, check_only_the_last_are_lost, check_these_arrive};
use crate::hostile::hostile_elements;
use crate::peers::database::Database;
use crate::peers::rotel::by_rotel;
use crate::peers::stored::Stored;

/// What a server should have, by the table of the docs.
pub(super) fn expected(elements: &[MElement]) -> Stored {
    let mut stored = Stored::new();
    for element in elements {
        let kind = match element.name.rsplit_once('.') {
            Some((_, "count")) => "counter",
            Some((_, "sum")) => "sum",
            _ => "gauge",
        };
        let start = element.start.map_or(0, Timestamp::as_nanos);
        let all: BTreeMap<&str, &str> = element.tags.iter().collect();
        let mut tags = BTreeMap::new();
        for (name, value) in &all {
            if !name.is_empty() {
                tags.insert((*name).to_owned(), (*value).to_owned());
            } else if !all.contains_key("_") {
                tags.insert("_".to_owned(), (*value).to_owned());
            }
        }
        let key = (format!("{kind} {start} {}", element.name), tags, element.at.as_nanos());
        stored.entry(key).or_default().push(element.value);
    }
    stored
}

/// Hostile elements of all kinds, with starts.
pub(super) fn elements(count: i64) -> Vec<MElement> {
    let mut elements = hostile_elements(count);
    for (number, element) in elements.iter_mut().enumerate() {
        let suffix = ["count", "sum", "mean"][number % 3];
        element.name = format!("{}.{suffix}", element.name).into();
        element.start = Some(element.at.saturating_sub(Duration::from_millis(9_999)));
        if suffix == "count" {
            element.value = element.value.abs();
        }
    }
    elements
}

fn way(protocol: Protocol) -> (Way, Otlp) {
    let server = Database::rotel();
    let port = if protocol == Protocol::Grpc { server.telnet } else { server.http };
    let sink = Otlp::new(&format!("http://127.0.0.1:{port}"), protocol).unwrap();
    (Way { server, stored: by_rotel, expected }, sink)
}

async fn check_arrival(protocol: Protocol, is_packed: bool) {
    let (way, mut sink) = way(protocol);
    if is_packed {
        sink = sink.gzip();
    }
    check_these_arrive(&way, &mut sink, &elements(10_000)).await;
    assert_eq!((sink.counts().connections(), sink.counts().rejected(), sink.counts().warnings()), (1, 0, 0));
    let log = std::fs::read_to_string(way.server.peer.folder().join("log")).unwrap();
    assert!(log.contains("Resource attributes:\n     -> service.name: Str(metrix)\n"));
}

#[tokio::test]
async fn all_arrive_over_grpc() {
    check_arrival(Protocol::Grpc, false).await;
}

#[tokio::test]
async fn all_arrive_packed_over_grpc() {
    check_arrival(Protocol::Grpc, true).await;
}

#[tokio::test]
async fn all_arrive_as_protobuf() {
    check_arrival(Protocol::HttpProtobuf, false).await;
}

#[tokio::test]
async fn all_arrive_as_packed_protobuf() {
    check_arrival(Protocol::HttpProtobuf, true).await;
}

#[tokio::test]
async fn all_arrive_as_json() {
    check_arrival(Protocol::HttpJson, false).await;
}

/// It confirms what it has in its memory only.
async fn check_kill(protocol: Protocol) {
    let (way, mut sink) = way(protocol);
    let once = |server: &Database| {
        let mut stored = by_rotel(server);
        // What was sent again may have arrived before.
        stored.values_mut().for_each(Vec::dedup);
        stored
    };
    check_only_the_last_are_lost(&mut Way { stored: once, ..way }, &mut sink).await;
    assert!(sink.counts().connections() >= 2);
}

#[tokio::test]
async fn only_what_was_in_memory_is_lost_over_grpc_when_the_collector_is_killed() {
    check_kill(Protocol::Grpc).await;
}

#[tokio::test]
async fn only_what_was_in_memory_is_lost_over_http_when_the_collector_is_killed() {
    check_kill(Protocol::HttpProtobuf).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_coordinator_loses_nothing_over_grpc() {
    let (mut way, sink) = way(Protocol::Grpc);
    check_all_arrive_although_killed_at_rest(&mut way, sink).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_coordinator_loses_nothing_over_http() {
    let (mut way, sink) = way(Protocol::HttpJson);
    check_all_arrive_although_killed_at_rest(&mut way, sink).await;
}
