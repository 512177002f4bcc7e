//! The sink for OpenTSDB against servers that do as a test tells them.

use std::num::NonZeroUsize;

use metrix::{MElement, Sink, Tags, Timestamp, WriteError, tags};
use metrix_io::sinks::opentsdb::OpenTsdb;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::chain::chain;

mod conformance;
mod faults;
mod http;
mod peers;
mod slow;
mod tls;

const LINES: &str = include_str!("data/opentsdb_lines.jsonl");

async fn listen() -> (TcpListener, String) {
    let server = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let address = server.local_addr().expect("it is bound").to_string();
    (server, address)
}

fn element(value: f64) -> MElement {
    MElement::new("m", value, tags! { "a" => 1 }, Timestamp::from_secs(1_700_000_000))
}

fn elements(values: std::ops::Range<u32>) -> Vec<MElement> {
    values.map(|value| element(value.into())).collect()
}

fn line(value: u32) -> String {
    format!("put m 1700000000 {value} a=1\n")
}

/// The values of the elements that an error names.
fn unwritten(error: &WriteError, batch: &[MElement]) -> Vec<f64> {
    error.unwritten(batch).map(|element| element.value).collect()
}

/// All that a client sends until it ends the connection.
async fn read_all(server: &TcpListener) -> String {
    let mut text = String::new();
    server.accept().await.expect("it connects").0.read_to_string(&mut text).await.expect("it sends text");
    text
}

#[tokio::test]
async fn sends_the_lines_that_python_sends() {
    let (server, address) = listen().await;
    let cases: Vec<Value> = LINES.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
    let batch: Vec<MElement> = cases.iter().map(from_case).collect();
    let expected: String = cases.iter().map(|case| case["line"].as_str().expect("a text")).collect();

    let mut sink = OpenTsdb::telnet(&address).unwrap();
    sink.write(&batch).await.unwrap();
    drop(sink);
    assert_eq!(cases.len(), 60);
    assert_eq!(read_all(&server).await, expected);
}

fn from_case(case: &Value) -> MElement {
    let tags = case["tags"].as_object().expect("a mapping");
    let tags: Tags = tags.iter().map(|(name, value)| (name.as_str(), value.as_str().expect("a text"))).collect();
    let at = Timestamp::from_secs(case["timestamp"].as_i64().expect("seconds"));
    MElement::new(case["name"].as_str().expect("a text"), case["value"].as_f64().expect("a number"), tags, at)
}

#[tokio::test]
async fn refused_elements_are_named_and_the_others_sent() {
    let (server, address) = listen().await;
    let mut sink = OpenTsdb::telnet(&address).unwrap().max_tags(NonZeroUsize::MIN);
    let mut batch = elements(0..5);
    batch[1].tags = Tags::NONE;
    batch[3].tags = tags! { "a" => 1, "b" => 2 };
    let error = sink.write(&batch).await.unwrap_err();
    assert!(!error.is_retryable());
    assert_eq!(unwritten(&error, &batch), [1.0, 3.0]);
    let start = "refused: 2 of 5 elements; element 1, \"m\": it has no tags";
    assert!(chain(&error).starts_with(start), "{error}");
    drop(sink);
    assert_eq!(read_all(&server).await, [0, 2, 4].map(line).concat());
}

#[tokio::test]
async fn nothing_is_sent_if_all_is_refused() {
    let mut batch = elements(0..2);
    (batch[0].tags, batch[1].tags) = (Tags::NONE, Tags::NONE);
    // Nobody listens there.
    for mut sink in [OpenTsdb::telnet("127.0.0.1:1").unwrap(), OpenTsdb::http("http://127.0.0.1:1").unwrap()] {
        let error = sink.write(&batch).await.unwrap_err();
        assert!(!error.is_retryable());
        assert_eq!(unwritten(&error, &batch), [0.0, 1.0]);
    }
}

#[tokio::test]
async fn an_absent_server_is_worth_a_retry() {
    let (server, address) = listen().await;
    drop(server);
    let batch = elements(0..2);
    let sinks = [OpenTsdb::telnet(&address).unwrap(), OpenTsdb::http(&format!("http://{address}")).unwrap()];
    for mut sink in sinks {
        let error = sink.write(&batch).await.unwrap_err();
        assert!(error.is_retryable());
        assert_eq!(unwritten(&error, &batch), [0.0, 1.0]);
        assert_eq!(sink.counts().connections(), 0);
    }
}

#[tokio::test]
async fn a_hang_up_between_two_writes_loses_nothing() {
    let (server, address) = listen().await;
    let mut sink = OpenTsdb::telnet(&address).unwrap();
    sink.write(&elements(0..1)).await.unwrap();
    let mut first = BufReader::new(server.accept().await.unwrap().0);
    let mut text = String::new();
    first.read_line(&mut text).await.unwrap();
    drop(first);
    sink.write(&elements(1..2)).await.unwrap();
    drop(sink);
    text += &read_all(&server).await;
    assert_eq!(text, [0, 1].map(line).concat());
}

#[tokio::test]
async fn complaints_are_counted() {
    let (server, address) = listen().await;
    let mut sink = OpenTsdb::telnet(&address).unwrap();
    let counts = sink.counts();
    sink.write(&elements(0..1)).await.unwrap();
    let mut connection = server.accept().await.unwrap().0;
    connection.write_all(b"put: illegal argument: no such name\nput: unknown").await.unwrap();
    connection.write_all(b" metric\n").await.unwrap();
    while counts.replies() < 2 {
        sink.write(&elements(0..1)).await.unwrap();
    }
    assert_eq!((counts.replies(), counts.connections()), (2, 1));
}

#[tokio::test]
async fn closing_waits_for_the_server_and_can_be_done_twice() {
    let (server, address) = listen().await;
    let mut telnet = OpenTsdb::telnet(&address).unwrap();
    telnet.write(&elements(0..1)).await.unwrap();
    let (closed, text) = tokio::join!(telnet.close(), read_all(&server));
    closed.unwrap();
    assert_eq!(text, line(0));
    for mut sink in [telnet, OpenTsdb::http("http://127.0.0.1:1").unwrap()] {
        sink.flush().await.unwrap();
        sink.close().await.unwrap();
        sink.close().await.unwrap();
        let error = sink.write(&elements(0..1)).await.unwrap_err();
        assert_eq!(chain(&error), "refused: the sink is closed; make a new one");
    }
}

#[tokio::test]
async fn merged_tags_are_counted() {
    let (server, address) = listen().await;
    let mut sink = OpenTsdb::telnet(&address).unwrap().milliseconds();
    let mut batch = elements(0..1);
    batch[0].tags = tags! { "a b" => 1, "a=b" => 2, "a_b" => 3 };
    sink.write(&batch).await.unwrap();
    assert_eq!(sink.counts().merged_tags(), 2);
    drop(sink);
    assert_eq!(read_all(&server).await, "put m 1700000000000 0 a_b=3\n");
}
