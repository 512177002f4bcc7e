//! Faults of the way to OpenTSDB.

use std::time::Duration;

use metrix::{MCoordinator, MElement, MStream, Sink, Tags, Timestamp, size, tags};
use metrix_io::sinks::opentsdb::OpenTsdb;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

#[tokio::test]
async fn a_line_break_forges_no_command_and_what_can_not_be_sent_is_counted() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = server.local_addr().unwrap().to_string();
    let received = tokio::spawn(async move {
        let mut text = String::new();
        server.accept().await.unwrap().0.read_to_string(&mut text).await.unwrap();
        text
    });
    let sink = OpenTsdb::telnet(&address).unwrap();
    let coordinator = MCoordinator::builder()
        .stream(MStream::builder("n").batch(size(1)).agg("sum"))
        .sink("tsdb", sink)
        .start()
        .unwrap();
    let forged = [
        tags! { "host" => "a\nput forged.value 1 1 a=b" },
        tags! { "host" => "a\r\ndropcaches\r\n" },
        tags! { "ho\nput forged.name 1 1 a=b\nst" => "a" },
    ];
    for tags in forged.iter().chain([&Tags::NONE, &tags! { "host" => "b" }]) {
        coordinator.send_with("n", 1.0, tags).unwrap();
    }
    let report = coordinator.shutdown(Duration::from_secs(60)).await;
    assert_eq!((report.sinks["tsdb"].delivered, report.sinks["tsdb"].refused), (4, 1), "{report}");

    let text = received.await.unwrap();
    let lines: Vec<&str> = text.split(['\n', '\r']).filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.len(), 4, "{text:?}");
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        assert!(matches!(words[..], ["put", "n.sum", _, "1", tag] if tag.matches('=').count() == 1), "{line}");
    }
}

/// A stream gives no such value, but a sink can be given any.
#[tokio::test]
async fn what_is_no_number_is_refused_without_a_panic() {
    let element = |value| MElement::new("n.sum", value, tags! { "host" => "a" }, Timestamp::from_secs(1));
    let mut sink = OpenTsdb::telnet("127.0.0.1:1").unwrap();
    let error = sink.write(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(element)).await.unwrap_err();
    assert!(!error.is_retryable(), "{error}");
    assert_eq!(error.positions().map_or(3, <[usize]>::len), 3);
}
