//! Servers that answer before they have taken a request, and read no further.

use std::time::Duration;

use metrix::{MElement, Sink, Timestamp, tags};
use metrix_io::sinks::influx::Influx;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::timeout;

/// More than the buffers of the system take.
fn large() -> Vec<MElement> {
    let name = "m".repeat(1000);
    let element = |second| MElement::new(name.clone(), 1.0, tags! { "a" => 1 }, Timestamp::from_secs(second));
    (0..12_000).map(element).collect()
}

#[tokio::test]
async fn the_next_write_does_not_wait_for_what_is_never_taken() {
    for status in ["413 Payload Too Large", "503 Service Unavailable", "401 Unauthorized"] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move {
            let mut kept = Vec::new();
            loop {
                let (mut client, _) = listener.accept().await.unwrap();
                client.read_exact(&mut [0; 100]).await.unwrap();
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
                client.write_all(answer.as_bytes()).await.unwrap();
                kept.push(client);
            }
        });
        let mut sink = Influx::v1(&url, "d").unwrap().write_timeout(Duration::from_secs(1));
        let batch = large();
        for _ in 0..2 {
            let written = timeout(Duration::from_secs(60), sink.write(&batch)).await;
            assert!(written.expect("it does not hang").is_err(), "{status}");
        }
        assert!(sink.counts().connections() >= 2, "{status}");
        serving.abort();
    }
}
