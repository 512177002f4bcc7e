//! What the source does not take, and does not let anybody take from others.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use metrix_io::Secret;
use metrix_io::http_server::HttpLimits;
use metrix_io::sources::influx::InfluxServer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::yield_now;

use super::server::{ask, bind, check, post, read_all};

/// Room for so much.
fn bounded(body: usize, bodies: usize) -> InfluxServer {
    let mut limits = HttpLimits::default();
    (limits.body, limits.bodies) = (body, bodies);
    bind().limits(limits)
}

/// Sends a head and the beginning of its body.
async fn begin(address: SocketAddr, length: usize, body: &[u8]) -> TcpStream {
    let mut client = TcpStream::connect(address).await.unwrap();
    let head = format!("POST /write HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n");
    client.write_all(head.as_bytes()).await.unwrap();
    client.write_all(body).await.unwrap();
    client
}

#[tokio::test]
async fn refusals_are_in_the_words_of_the_version() {
    let (address, _stop, _reading) = read_all(bounded(1000, 2000).start());
    let large = [b'#'; 1001];
    for (target, headers, body, status, code, message) in [
        ("write", "", &large[..], "413 Payload Too Large", "request too large", "write fewer lines in a request"),
        ("write", "content-encoding: br\r\n", b"m v=1", "415 Unsupported Media Type", "invalid", "take gzip, or none"),
        ("write", "content-encoding: gzip\r\n", b"m v=1", "400 Bad Request", "invalid", "not the gzip"),
        ("other", "", b"m v=1", "404 Not Found", "not found", "/write or to /api/v2/write"),
    ] {
        for (start, names_code) in [("/", false), ("/api/v2/", true)] {
            let answer = ask(address, post(&format!("{start}{target}"), headers, body)).await;
            assert!(answer.starts_with(&format!("HTTP/1.0 {status}\r\n")), "{answer}");
            assert!(answer.contains("\r\ncontent-type: application/json\r\n"), "{answer}");
            let (_, body) = answer.split_once("\r\n\r\n").unwrap();
            let said: serde_json::Value = serde_json::from_str(body).unwrap();
            let words = if names_code { &said["message"] } else { &said["error"] };
            assert!(words.as_str().unwrap().contains(message), "{said}");
            assert_eq!(said["code"].as_str(), names_code.then_some(code));
        }
    }
    let answer = ask(address, "GET /write HTTP/1.0\r\n\r\n").await;
    check(&answer, "405 Method Not Allowed", "{\"error\":\"this path has other methods\"}\n");
    assert!(answer.contains("\r\nallow: POST\r\n"), "{answer}");
}

/// Neither what it sends nor what it unpacks to is kept.
#[tokio::test]
async fn who_has_no_token_takes_no_room() {
    let token = Secret::new("t").unwrap();
    let (address, _stop, _reading) = read_all(bounded(1000, 1000).token(token).start());
    let mut strangers = Vec::new();
    for _ in 0..4 {
        strangers.push(begin(address, 1000, &[b'#'; 999]).await);
    }
    let own = post("/write", "authorization: Token t\r\n", &[b'#'; 1000]);
    check(&ask(address, own).await, "204 No Content", "");
    // They hear it when they have sent all, and can go on.
    for mut stranger in strangers {
        for rest in ["#", "POST /write HTTP/1.0\r\n\r\n"] {
            stranger.write_all(rest.as_bytes()).await.unwrap();
            let mut answer = [0; 12];
            stranger.read_exact(&mut answer).await.unwrap();
            assert!(answer.starts_with(b"HTTP/1.") && answer.ends_with(b" 401"), "{answer:?}");
            let mut rest = Vec::new();
            while !rest.ends_with(b"another\"}\n") {
                assert_ne!(stranger.read_buf(&mut rest).await.unwrap(), 0);
            }
        }
    }
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![b'#'; 10_000_000]).unwrap();
    let bomb = bomb.finish().unwrap();
    let answer = ask(address, post("/write", "content-encoding: gzip\r\n", &bomb[..1000])).await;
    assert!(answer.starts_with("HTTP/1.0 401 "), "{answer}");
}

/// A body that waits takes its room though its client has gone, and gives it back when it would have been read.
#[tokio::test]
async fn what_was_given_up_is_within_the_bound() {
    let mut writes = bounded(1000, 2000).patience(Duration::ZERO).start();
    let address = writes.address();
    for _ in 0..2 {
        let answer = ask(address, post("/write", "", &[b'#'; 1000])).await;
        assert!(answer.starts_with("HTTP/1.0 503 "), "{answer}");
    }
    let answer = ask(address, post("/write", "", &[b'#'; 1000])).await;
    let expected = "{\"error\":\"there is no room for the body now: come again\"}\n";
    check(&answer, "429 Too Many Requests", expected);
    assert!(answer.contains("\r\nretry-after: 1\r\n"), "{answer}");
    let stats = writes.meter().stats();
    assert_eq!((stats.too_many, stats.unavailable, stats.client_errors, stats.server_errors), (1, 2, 1, 2));
    let reading = tokio::spawn(async move { while writes.next().await.is_some() {} });
    while ask(address, post("/write", "", &[b'#'; 1000])).await.starts_with("HTTP/1.0 429 ") {
        yield_now().await;
    }
    reading.abort();
}
