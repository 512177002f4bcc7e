//! The end of the server: what it has begun, and how long that may take.

use metrix_io::http_server::HttpLimits;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::yield_now;
use tokio::time::timeout;

use super::{PATIENCE, check, rest, serve};

#[tokio::test]
async fn when_it_stops_it_answers_what_it_has_begun() {
    let mut served = serve(HttpLimits::default());
    let mut stream = served.connect().await;
    stream.write_all(b"POST /length HTTP/1.1\r\ncontent-length: 4\r\n\r\nab").await.unwrap();
    let mut silent = served.connect().await;
    while served.meter.stats().received < 2 {
        yield_now().await;
    }
    drop(served.stop.take());
    assert_eq!(rest(&mut silent).await, "");
    stream.write_all(b"cd").await.unwrap();
    check(&rest(&mut stream).await, "200", &["connection: close\r\n", "\r\n\r\n4"]);
    let stats = timeout(PATIENCE, served.task).await.expect("it ends").unwrap();
    assert_eq!((stats.connections, stats.requests, stats.received), (2, 1, 4));
    assert!(TcpStream::connect(served.address).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn what_does_not_end_in_time_is_cut_off() {
    let mut served = serve(HttpLimits::default());
    let mut stream = served.connect().await;
    stream.write_all(b"POST /held HTTP/1.1\r\ncontent-length: 2\r\n\r\nab").await.unwrap();
    while served.meter.stats().received < 2 {
        yield_now().await;
    }
    let begin = tokio::time::Instant::now();
    drop(served.stop.take());
    served.task.await.unwrap();
    assert!((5..6).contains(&begin.elapsed().as_secs()));
    assert_eq!(rest(&mut stream).await, "");
}
