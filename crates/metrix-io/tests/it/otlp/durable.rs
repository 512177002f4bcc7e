//! The sink against a server that has on its disk what it confirms: nothing is lost when it is killed.

use metrix_io::sinks::otlp::{Otlp, Protocol};

use super::peers::expected;
use crate::arrival::{Way, check_all_arrive_through_a_coordinator};
use crate::peers::database::Database;
use crate::peers::otlp_store::{by_otlp_store, kept_twice};

/// 10 000 hostile elements, in batches of 50 at most; how many of them are there twice, by request.
async fn twice(protocol: Protocol, held: Option<usize>) -> Vec<usize> {
    let server = Database::otlp_store(protocol, held, |_| ());
    let sink = Otlp::new(&format!("http://127.0.0.1:{}", server.http), protocol).unwrap();
    let mut way = Way { server, stored: by_otlp_store, expected };
    check_all_arrive_through_a_coordinator(&mut way, sink).await;
    kept_twice(&way.server)
}

/// It is killed at any time: if it had just kept a request, that one is sent again.
async fn check(protocol: Protocol) {
    let twice = twice(protocol, None).await;
    assert!(twice.len() <= 1 && twice.iter().all(|points| *points <= 50), "{twice:?}");
}

/// It is killed when it has kept a request and not answered: that one is there twice, and nothing else is.
async fn check_without_an_answer(protocol: Protocol) {
    let twice = twice(protocol, Some(500)).await;
    assert!(matches!(twice[..], [1..=50]), "{twice:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_over_grpc() {
    check(Protocol::Grpc).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_over_http() {
    check(Protocol::HttpProtobuf).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_as_json() {
    check(Protocol::HttpJson).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_confirmed_is_sent_again_over_grpc() {
    check_without_an_answer(Protocol::Grpc).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_confirmed_is_sent_again_over_http() {
    check_without_an_answer(Protocol::HttpProtobuf).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_confirmed_is_sent_again_as_json() {
    check_without_an_answer(Protocol::HttpJson).await;
}
