//! What clients of the endpoint can't take.

use std::time::Duration;

use metrix_io::sinks::prometheus::Prometheus;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::peers::PATIENCE;

fn start() -> Prometheus {
    Prometheus::bind("127.0.0.1:0".parse().unwrap()).unwrap()
}

/// What comes until the endpoint hangs up.
async fn rest(client: &mut TcpStream) -> String {
    let mut answer = String::new();
    // What it had not read of a request may end the connection another way.
    let _ended = timeout(PATIENCE, client.read_to_string(&mut answer)).await.expect("it hangs up");
    answer
}

#[tokio::test]
async fn there_are_32_connections_unless_told_otherwise() {
    let sink = start();
    let mut clients = Vec::new();
    for _ in 0..32 {
        let mut client = TcpStream::connect(sink.address()).await.unwrap();
        client.write_all(b"GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        let mut status = [0; 15];
        client.read_exact(&mut status).await.unwrap();
        assert_eq!(&status, b"HTTP/1.1 200 OK");
        clients.push(client);
    }
    let mut another = TcpStream::connect(sink.address()).await.unwrap();
    let answer = rest(&mut another).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    let stats = sink.meter().stats();
    assert_eq!((stats.connections, stats.turned_away), (32, 1));
}

/// Who scrapes sends nothing, so there is little room for it.
#[tokio::test]
async fn a_body_has_a_kib() {
    let sink = start();
    for (length, status) in [(1024, "200"), (1025, "413")] {
        let mut client = TcpStream::connect(sink.address()).await.unwrap();
        let head = format!("GET /metrics HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
        client.write_all(&[head.as_bytes(), &vec![b'x'; length]].concat()).await.unwrap();
        let answer = rest(&mut client).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{length}: {answer}");
    }
}

/// The clock is paused, and goes on by itself where all wait.
#[tokio::test(start_paused = true)]
async fn who_asks_nothing_is_cut_off() {
    let slow =
        Prometheus::builder().idle_timeout(Duration::from_secs(10)).bind("127.0.0.1:0".parse().unwrap()).unwrap();
    for (sink, seconds) in [(start(), 75), (slow, 10)] {
        let begin = Instant::now();
        let mut client = TcpStream::connect(sink.address()).await.unwrap();
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await.unwrap();
        assert_eq!(answer, b"");
        assert!((seconds..seconds + 2).contains(&begin.elapsed().as_secs()), "{:?}", begin.elapsed());
    }
}
