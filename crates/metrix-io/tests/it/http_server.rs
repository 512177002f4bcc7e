//! The HTTP server: what it answers by itself, and what it does not let clients take.

use std::future::pending;
use std::io::Write;
use std::num::NonZeroUsize;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::Bytes;
use hyper::{Method, Request, Response};
use metrix_io::http_server::{HttpLimits, HttpMeter, HttpServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, yield_now};
use tokio::time::timeout;

mod stop;

/// What hangs fails after this.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server that has a few routes, and stops when it is dropped.
struct Served {
    address: std::net::SocketAddr,
    meter: HttpMeter,
    task: JoinHandle<metrix_io::http_server::HttpStats>,
    stop: Option<oneshot::Sender<()>>,
}

fn serve(limits: HttpLimits) -> Served {
    let server = HttpServer::bind("127.0.0.1:0".parse().unwrap())
        .unwrap()
        .limits(limits)
        .passes("snappy")
        .route(Method::GET, "/", async |_| Response::new(Bytes::from("hello")))
        .route(Method::POST, "/length", async |request: Request<Bytes>| {
            Response::new(Bytes::from(request.body().len().to_string()))
        })
        .route(Method::GET, "/panic", async |_| panic!("as it was asked to"))
        .route(Method::GET, "/long", async |_| Response::new(Bytes::from(vec![b'x'; 64 << 20])))
        .route(Method::GET, "/never", async |_| pending().await)
        .route(Method::POST, "/held", async |_| pending().await);
    let (address, meter) = (server.address(), server.meter());
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(server.serve(async {
        let _dropped = stopped.await;
    }));
    Served { address, meter, task, stop: Some(stop) }
}

impl Served {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// What is answered to bytes, until the server hangs up.
    async fn answer(&self, request: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request.as_ref()).await.unwrap();
        rest(&mut stream).await
    }
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the server hangs up").unwrap();
    String::from_utf8(answer).unwrap()
}

fn post(headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("POST /length HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn packed(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[track_caller]
fn check(answer: &str, status: &str, rest: &[&str]) {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{status}: {answer}");
    for text in rest {
        assert!(answer.contains(text), "{text}: {answer}");
    }
}

#[tokio::test]
async fn what_nobody_answers_is_refused() {
    let served = serve(HttpLimits::default());
    let ask = |line: &str| served.answer(format!("{line} HTTP/1.1\r\nconnection: close\r\n\r\n"));
    check(&ask("GET /?some=query").await, "200", &["\r\n\r\nhello"]);
    check(&ask("GET /other").await, "404", &["404 Not Found\n"]);
    check(&ask("DELETE /").await, "405", &["allow: GET, HEAD\r\n"]);
    check(&ask("GET /length").await, "405", &["allow: POST\r\n"]);
    check(&ask("GET /panic").await, "500", &[]);
    let head = ask("HEAD /").await;
    check(&head, "200", &["content-length: 5\r\n"]);
    assert!(head.ends_with("\r\n\r\n"), "{head}");
    check(&served.answer("nonsense\r\n\r\n").await, "400", &[]);
    let long = format!("GET / HTTP/1.1\r\nlong: {}\r\n\r\n", "x".repeat(20_000));
    check(&served.answer(long).await, "431", &[]);
    // hyper answers the last two itself.
    let stats = served.meter.stats();
    assert_eq!((stats.connections, stats.requests, stats.client_errors, stats.server_errors), (8, 6, 3, 1));
}

#[tokio::test]
async fn the_head_is_bounded() {
    let served = serve(HttpLimits::default());
    let head = |bytes: usize| format!("GET / HTTP/1.1\r\nconnection: close\r\nlong: {}\r\n\r\n", "x".repeat(bytes));
    check(&served.answer(head(16_000)).await, "200", &[]);
    check(&served.answer(head(16_500)).await, "431", &[]);
    let mut limits = HttpLimits::default();
    limits.head = 20_000;
    let served = serve(limits);
    check(&served.answer(head(19_900)).await, "200", &[]);
    check(&served.answer(head(20_100)).await, "431", &[]);
}

#[tokio::test]
async fn bodies_are_bounded_as_they_come_and_unpacked() {
    let mut limits = HttpLimits::default();
    limits.body = 1000;
    let served = serve(limits);
    let gzip = "content-encoding: gzip\r\n";
    check(&served.answer(post("", &[b'x'; 1000])).await, "200", &["\r\n\r\n1000"]);
    check(&served.answer(post("", &[b'x'; 1001])).await, "413", &["connection: close"]);
    check(&served.answer(post(gzip, &packed(&[b'x'; 1000]))).await, "200", &["\r\n\r\n1000"]);
    check(&served.answer(post(gzip, &packed(&[b'x'; 1001]))).await, "413", &[]);
    check(&served.answer(post(gzip, &packed(&vec![b'x'; 100_000_000]))).await, "413", &[]);
    let two = [packed(b"one"), packed(b"two")].concat();
    check(&served.answer(post(gzip, &two)).await, "200", &["\r\n\r\n6"]);
    let packed = packed(&[b'x'; 1000]);
    check(&served.answer(post(gzip, &packed[..packed.len() - 1])).await, "400", &[]);
    check(&served.answer(post(gzip, b"no gzip at all")).await, "400", &[]);
    check(&served.answer(post("content-encoding: Snappy\r\n", b"whatever")).await, "200", &["\r\n\r\n8"]);
    check(&served.answer(post("content-encoding: br\r\n", b"x")).await, "415", &["accept-encoding: gzip\r\n"]);
    // Chunks say their length only as they come.
    let chunked = "POST /length HTTP/1.1\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("1f4\r\n{}\r\n", "x".repeat(500));
    check(&served.answer(format!("{chunked}{chunk}{chunk}0\r\n\r\n")).await, "200", &["\r\n\r\n1000"]);
    check(&served.answer(format!("{chunked}{chunk}{chunk}{chunk}0\r\n\r\n")).await, "413", &[]);
}

#[tokio::test]
async fn bodies_that_are_handled_share_their_room() {
    let mut limits = HttpLimits::default();
    limits.bodies = 1000;
    let served = serve(limits);
    let mut held = served.connect().await;
    held.write_all(b"POST /held HTTP/1.1\r\ncontent-length: 600\r\n\r\n").await.unwrap();
    held.write_all(&[b'x'; 600]).await.unwrap();
    while served.meter.stats().received < 600 {
        yield_now().await;
    }
    check(&served.answer(post("", &[b'x'; 401])).await, "429", &["retry-after: 1\r\n"]);
    check(&served.answer(post("", &[b'x'; 400])).await, "200", &[]);
    drop(held);
    let again = async {
        while !served.answer(post("", &[b'x'; 1000])).await.starts_with("HTTP/1.1 200") {
            yield_now().await;
        }
    };
    timeout(PATIENCE, again).await.expect("a client that hangs up gives its room back");
}

#[tokio::test]
async fn there_are_only_so_many_connections() {
    let mut limits = HttpLimits::default();
    limits.connections = NonZeroUsize::new(2).unwrap();
    let served = serve(limits);
    let (first, _second) = (served.connect().await, served.connect().await);
    let mut third = served.connect().await;
    check(&rest(&mut third).await, "503", &["retry-after: 1\r\n", "too many connections\n"]);
    assert_eq!((served.meter.stats().connections, served.meter.stats().turned_away), (2, 1));
    drop(first);
    let again = async {
        loop {
            let mut stream = served.connect().await;
            // Who is turned away may be told so before it has asked.
            if stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await.is_err() {
                continue;
            }
            let mut answer = Vec::new();
            if stream.read_to_end(&mut answer).await.is_ok() && answer.ends_with(b"hello") {
                break;
            }
        }
    };
    timeout(PATIENCE, again).await.expect("who hangs up makes room");
}

/// The clock is paused, and goes on by itself where all wait.
#[tokio::test(start_paused = true)]
async fn who_is_too_slow_is_cut_off() {
    let mut limits = HttpLimits::default();
    check_slow(limits.clone(), 75, 30).await;
    (limits.idle, limits.body_time) = (Duration::from_secs(30), Duration::from_secs(10));
    check_slow(limits, 30, 10).await;
}

/// Clients are cut off after so many seconds without anything, and after so many in which a body does not come.
async fn check_slow(limits: HttpLimits, idle: u64, body_time: u64) {
    let served = serve(limits);
    for begun in ["", "GET / HT", "GET /never HTTP/1.1\r\n\r\n"] {
        let begin = tokio::time::Instant::now();
        let mut stream = served.connect().await;
        stream.write_all(begun.as_bytes()).await.unwrap();
        assert_eq!(rest(&mut stream).await, "", "{begun:?}");
        assert!((idle..idle + 2).contains(&begin.elapsed().as_secs()), "{begun:?}: {:?}", begin.elapsed());
    }
    let begin = tokio::time::Instant::now();
    let mut stream = served.connect().await;
    stream.write_all(b"POST /length HTTP/1.1\r\ncontent-length: 9\r\n\r\n").await.unwrap();
    check(&rest(&mut stream).await, "408", &["connection: close\r\n"]);
    assert!((body_time..body_time + 2).contains(&begin.elapsed().as_secs()), "{:?}", begin.elapsed());
}

/// A client that reads something before the server has waited too long for it, but never comes to an end.
#[tokio::test(start_paused = true)]
async fn who_reads_an_answer_slowly_is_cut_off() {
    let mut limits = HttpLimits::default();
    (limits.idle, limits.answer_time) = (Duration::from_secs(75), Duration::from_secs(100));
    let served = serve(limits);
    let mut stream = served.connect().await;
    stream.write_all(b"GET /long HTTP/1.1\r\n\r\n").await.unwrap();
    let (mut piece, mut read) = (vec![0; 1 << 19], 0);
    // What the system holds for it still comes when it has been cut off.
    loop {
        tokio::time::sleep(Duration::from_secs(10)).await;
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => break,
            Ok(bytes) => read += bytes,
        }
    }
    assert!((5 << 20..40 << 20).contains(&read), "{read}");
    check(&served.answer("GET / HTTP/1.1\r\nconnection: close\r\n\r\n").await, "200", &[]);
}

#[tokio::test]
async fn a_connection_has_many_requests() {
    let served = serve(HttpLimits::default());
    let mut stream = served.connect().await;
    for _ in 0..3 {
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"hello") {
            assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0);
        }
    }
    assert_eq!((served.meter.stats().connections, served.meter.stats().requests), (1, 3));
}

#[tokio::test]
async fn an_address_is_had_once() {
    let first = HttpServer::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let error = HttpServer::bind(first.address()).unwrap_err().to_string();
    assert_eq!(
        error,
        format!("something else listens on {} (TCP): stop it, or listen on another port", first.address())
    );
}
