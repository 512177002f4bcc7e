//! Telnet servers that don't take what they are sent, or not at once.

use std::time::Duration;

use metrix::{MCoordinator, MElement, MStream, Sink, size, tags};
use metrix_io::sinks::opentsdb::OpenTsdb;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use super::{elements, line, listen, unwritten};
use crate::chain::chain;

/// A server that complains of each line at length reads no further until its words are taken.
#[tokio::test]
async fn a_server_that_complains_without_end_blocks_nothing() {
    let (server, address) = listen().await;
    let complaining = tokio::spawn(async move {
        let mut connection = BufReader::new(server.accept().await.unwrap().0);
        let complaint = format!("put: {}\n", "x".repeat(1000));
        let mut line = String::new();
        let mut lines = 0;
        while connection.read_line(&mut line).await.unwrap() > 0 {
            line.clear();
            lines += 1;
            connection.write_all(complaint.as_bytes()).await.unwrap();
        }
        lines
    });
    let mut sink = OpenTsdb::telnet(&address).unwrap();
    let counts = sink.counts();
    for _ in 0..20 {
        sink.write(&elements(0..2000)).await.unwrap();
    }
    sink.close().await.unwrap();
    assert_eq!(complaining.await.unwrap(), 40_000);
    assert_eq!(counts.replies(), 40_000);
}

/// Enough for the buffers of the system to be full.
fn too_much() -> Vec<MElement> {
    let mut batch = elements(0..20_000);
    let tags = tags! { "a" => "x".repeat(900) };
    batch.iter_mut().for_each(|element| element.tags = tags.clone());
    batch
}

/// The connection has to stay, because a server could take a cut line for a whole one.
#[tokio::test]
async fn a_line_that_a_dropped_write_has_cut_is_brought_to_its_end() {
    let (server, address) = listen().await;
    let mut sink = OpenTsdb::telnet(&address).unwrap();
    let batch = too_much();
    let mut connection = tokio::select! {
        result = sink.write(&batch) => panic!("it should still be writing: {result:?}"),
        connection = async {
            let (connection, _) = server.accept().await.unwrap();
            connection.peek(&mut [0]).await.unwrap();
            connection
        } => connection,
    };
    let counts = sink.counts();
    let reading = tokio::spawn(async move {
        let mut text = String::new();
        connection.read_to_string(&mut text).await.unwrap();
        text
    });
    sink.write(&elements(0..1)).await.unwrap();
    sink.close().await.unwrap();

    let text = reading.await.unwrap();
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    assert_eq!(lines.pop(), Some(&*line(0)));
    assert!(lines.len() > 10 && lines.len() < batch.len(), "{} lines", lines.len());
    let tag = "x".repeat(900);
    for (value, line) in lines.into_iter().enumerate() {
        assert_eq!(line, format!("put m 1700000000 {value} a={tag}\n"));
    }
    assert_eq!(counts.connections(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_takes_nothing_is_given_up() {
    let (server, address) = listen().await;
    let mut sink = OpenTsdb::telnet(&address).unwrap().write_timeout(Duration::from_secs(7));
    let batch = too_much();
    let start = tokio::time::Instant::now();
    let error = sink.write(&batch).await.unwrap_err();
    assert!(error.is_retryable());
    assert_eq!(unwritten(&error, &batch).len(), batch.len());
    assert!(chain(&error).ends_with("the server has not taken anything within 7s"), "{error}");
    assert!(start.elapsed() >= Duration::from_secs(7));
    drop(server);
}

/// The kernel takes what is written, so it counts as delivered; but nobody knows whether it arrives.
#[tokio::test(start_paused = true)]
async fn a_server_that_never_reads_leaves_the_end_incomplete() {
    let (server, address) = listen().await;
    let stream = MStream::builder("m").batch(size(1)).agg("sum").default_tags(tags! { "a" => 1 });
    let sink = OpenTsdb::telnet(&address).unwrap();
    let coordinator = MCoordinator::builder().stream(stream).sink("tsdb", sink).start().unwrap();
    coordinator.send("m", 1.0).unwrap();
    let report = coordinator.shutdown(Duration::from_secs(5)).await;
    let tsdb = report.sinks["tsdb"];
    assert_eq!((tsdb.delivered, tsdb.accepted, tsdb.unclosed, report.is_complete()), (1, 1, true, false));
    assert!(report.to_string().ends_with("sink \"tsdb\": 1 delivered, not closed\n"), "{report}");
    drop(server);
}
