//! The sink against a server that refuses a request: it is not asked again, and what it says is told.

use std::fs;

use metrix::{MCoordinator, MElement, MStream, Overflow, Retry, Sink, SinkOptions, SinkStats, Timestamp, size, tags};
use metrix_io::sinks::otlp::{Otlp, Protocol};

use super::peers::elements;
use crate::chain::chain;
use crate::delivery::wait_for_stats;
use crate::peers::PATIENCE;
use crate::peers::database::Database;
use crate::peers::otlp_store::by_otlp_store;

/// How many points each request had that was refused.
fn refused(server: &Database) -> String {
    fs::read_to_string(server.peer.folder().join("refused")).unwrap_or_default()
}

async fn check(protocol: Protocol, says: &str) {
    let server = Database::otlp_store(protocol, None, |_| ());
    let sink = || Otlp::new(&format!("http://127.0.0.1:{}", server.http), protocol).unwrap();

    let mut batch = elements(3);
    batch[1] = MElement::new("secret.mean", 1.0, tags! {}, Timestamp::from_secs(60));
    let error = sink().write(&batch).await.unwrap_err();
    assert!(!error.is_retryable());
    assert_eq!(error.positions(), Some(&[0, 1, 2][..]));
    let said = chain(&error);
    assert!(said.contains(says) && said.contains("\"no metric may tell a secret\""), "{said}");
    assert_eq!(refused(&server), "3\n");

    // It would be tried for ever.
    let options = SinkOptions::default().overflow(Overflow::Block).retry(Retry::forever());
    let stream = |name: &str| MStream::builder(name).batch(size(1)).agg("sum");
    let coordinator = MCoordinator::builder()
        .stream(stream("open"))
        .stream(stream("secret"))
        .sink_with("store", sink(), options)
        .start()
        .unwrap();
    let send = async |name: &str, count: u32, delivered: u64, refused: u64| {
        for number in 0..count {
            coordinator.send(name, f64::from(number)).unwrap();
        }
        let is_so = |stats: &SinkStats| (stats.delivered, stats.refused) == (delivered, refused);
        wait_for_stats(&coordinator, "all are settled", is_so).await;
    };
    send("open", 20, 20, 0).await;
    send("secret", 1, 20, 1).await;
    send("open", 20, 40, 1).await;
    let report = coordinator.shutdown(PATIENCE).await;
    let store = report.sinks["store"];
    assert_eq!((store.accepted, store.delivered, store.refused), (41, 40, 1), "{report}");
    assert_eq!((store.retried, store.errors, store.abandoned, store.undelivered), (0, 1, 0, 0), "{report}");
    assert_eq!(refused(&server), "3\n1\n");
    let stored = by_otlp_store(&server);
    assert_eq!(stored.values().map(Vec::len).sum::<usize>(), 40);
    assert!(stored.keys().all(|(name, ..)| name.ends_with(" open.sum")), "{stored:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_refuses_is_told_over_grpc() {
    check(Protocol::Grpc, "INVALID_ARGUMENT").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_refuses_is_told_over_http() {
    check(Protocol::HttpProtobuf, "400 Bad Request").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_refuses_is_told_as_json() {
    check(Protocol::HttpJson, "400 Bad Request").await;
}
