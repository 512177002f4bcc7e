//! The source, by what clients send to it.

use std::io::Write;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use futures::future::join_all;
use metrix::{MElement, Sink, Timestamp, tags};
use metrix_io::Secret;
use metrix_io::http_server::HttpLimits;
use metrix_io::sinks::influx::{Influx, Precision};
use metrix_io::sources::influx::{InfluxServer, InfluxWrites};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// A server on a free port.
pub(super) fn bind() -> InfluxServer {
    InfluxServer::bind("127.0.0.1:0".parse().unwrap()).unwrap()
}

/// Reads all that is written until the server stops; each reading as its name, tags, value and nanoseconds.
pub(super) fn read_all(
    mut writes: InfluxWrites,
) -> (SocketAddr, tokio::sync::oneshot::Sender<()>, JoinHandle<Vec<String>>) {
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let address = writes.address();
    let reading = tokio::spawn(async move {
        let mut all = Vec::new();
        loop {
            let write = tokio::select! {
                write = writes.next() => write,
                _ = &mut stopped, if !stopped.is_terminated() => {
                    writes.stop();
                    continue;
                }
            };
            let Some(mut write) = write else { return all };
            write.read(|read| match read {
                Ok(reading) => {
                    let tags: String = reading.tags.iter().map(|(name, value)| format!(",{name}={value}")).collect();
                    let at = reading.at.map_or_else(|| "now".to_owned(), |at| at.as_nanos().to_string());
                    all.push(format!("{}{tags} {} {at}", reading.name, reading.value));
                }
                Err(wrong) => all.push(format!("{}: {}", wrong.number, wrong.error.kind)),
            });
            write.confirm();
        }
    });
    (address, stop, reading)
}

/// What is answered to a request over a connection of its own.
pub(super) async fn ask(address: SocketAddr, request: impl AsRef<[u8]>) -> String {
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(request.as_ref()).await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    answer
}

pub(super) fn post(target: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("POST {target} HTTP/1.0\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

#[track_caller]
pub(super) fn check(answer: &str, status: &str, body: &str) {
    assert!(answer.starts_with(&format!("HTTP/1.0 {status}\r\n")), "{answer}");
    assert_eq!(answer.split_once("\r\n\r\n").map(|(_, body)| body), Some(body), "{answer}");
}

#[tokio::test]
async fn lines_of_either_version_are_taken() {
    let (address, stop, reading) = read_all(bind().start());
    for (target, body) in [
        ("/write?db=any", "m,k=v value=1,x=2 5\n\n# a comment\nm value=3"),
        ("/write?db=any&precision=s&rp=week&u=me&p=any", "m value=4 1700000000"),
        ("/write?precision=h", "m value=5 1\n"),
        ("/api/v2/write?org=o&bucket=b&precision=us", "m value=6 7\r\nm t=\"a\nb\",value=7"),
        ("/api/v2/write", ""),
    ] {
        check(&ask(address, post(target, "", body.as_bytes())).await, "204 No Content", "");
    }
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(b"m value=8").unwrap();
    let packed = packed.finish().unwrap();
    check(&ask(address, post("/write", "content-encoding: gzip\r\n", &packed)).await, "204 No Content", "");
    drop(stop);
    let expected = [
        "m,k=v 1 5",
        "m.x,k=v 2 5",
        "m 3 now",
        "m 4 1700000000000000000",
        "m 5 3600000000000",
        "m 6 7000",
        "m 7 now",
        "m 8 now",
    ];
    assert_eq!(reading.await.unwrap(), expected);
}

#[tokio::test]
async fn what_is_wrong_is_answered_in_the_words_of_the_version() {
    let (address, stop, reading) = read_all(bind().start());
    let body = b"m value=1\nm value=x\nm\nm value=2";
    let message = "partial write: line 2, column 9: \\\"x\\\" is no value: write a number, true or false, or a text in \
                   quotation marks dropped=2";
    let answer = ask(address, post("/write", "", body)).await;
    check(&answer, "400 Bad Request", &format!("{{\"error\":\"{message}\"}}\n"));
    let answer = ask(address, post("/api/v2/write", "", body)).await;
    check(&answer, "400 Bad Request", &format!("{{\"code\":\"invalid\",\"message\":\"{message}\"}}\n"));
    let answer = ask(address, post("/write?precision=d", "", b"m value=9")).await;
    check(&answer, "400 Bad Request", "{\"error\":\"\\\"d\\\" is no precision: take ns, us, ms, s, m or h\"}\n");
    drop(stop);
    let each = ["m 1 now", "2: value", "3: field", "m 2 now"];
    assert_eq!(reading.await.unwrap(), [each, each].concat());
}

#[tokio::test]
async fn clients_that_look_around_are_content() {
    let (address, _stop, _reading) = read_all(bind().start());
    for request in ["GET /ping HTTP/1.0\r\n\r\n", "HEAD /ping HTTP/1.0\r\n\r\n"] {
        let answer = ask(address, request).await;
        assert!(answer.contains("\r\nx-influxdb-version: metrix-"), "{answer}");
        check(&answer, "204 No Content", "");
    }
    let answer = ask(address, "GET /health HTTP/1.0\r\n\r\n").await;
    check(&answer, "200 OK", "{\"checks\":[],\"name\":\"metrix\",\"status\":\"pass\"}\n");
    for request in [
        post("/query?q=CREATE+DATABASE+%22metrics%22", "", b""),
        post("/query", "content-type: application/x-www-form-urlencoded\r\n", b"q=create%20database%20metrics"),
    ] {
        check(&ask(address, request).await, "200 OK", "{\"results\":[{\"statement_id\":0}]}\n");
    }
    let answer = ask(address, post("/query?q=SELECT+1", "", b"")).await;
    check(&answer, "400 Bad Request", "{\"error\":\"there is nothing to query here, only to write\"}\n");
}

#[tokio::test]
async fn a_token_is_asked_for() {
    let (address, stop, reading) = read_all(bind().token(Secret::new("open sesame").unwrap()).start());
    let write = |target: &str, header: &str| post(target, header, b"m value=1");
    for (target, header) in [
        ("/api/v2/write", "authorization: Token open sesame\r\n"),
        ("/api/v2/write", "authorization: Bearer open sesame\r\n"),
        // Of the user `me`.
        ("/write", "authorization: Basic bWU6b3BlbiBzZXNhbWU=\r\n"),
        ("/write?u=me&p=open+sesame", ""),
    ] {
        check(&ask(address, write(target, header)).await, "204 No Content", "");
    }
    for (target, header) in [
        ("/write", ""),
        ("/write?u=me&p=open", ""),
        ("/write?u=open+sesame&p=", ""),
        ("/write", "authorization: Token close sesame\r\n"),
        ("/write", "authorization: open sesame\r\n"),
        ("/write", "authorization: Basic !\r\n"),
        ("/query?q=create+database+a", ""),
    ] {
        let answer = ask(address, write(target, header)).await;
        check(&answer, "401 Unauthorized", "{\"error\":\"the token or the password is another\"}\n");
        assert!(answer.contains("\r\nwww-authenticate: Token\r\n"), "{answer}");
    }
    drop(stop);
    assert_eq!(reading.await.unwrap().len(), 4);
}

#[tokio::test]
async fn a_pipeline_that_is_full_takes_nothing() {
    let mut writes = bind().patience(Duration::ZERO).start();
    let address = writes.address();
    // More than can wait.
    let all = (0..20).map(|_| tokio::spawn(ask(address, post("/api/v2/write", "", b"m value=1"))));
    for answer in join_all(all).await {
        let answer = answer.unwrap();
        let body = "{\"code\":\"unavailable\",\"message\":\"what was written before is still to be read\"}\n";
        check(&answer, "503 Service Unavailable", body);
        assert!(answer.contains("\r\nretry-after: 1\r\n"), "{answer}");
    }
    writes.stop();
    assert!(writes.next().await.is_none());
}

#[tokio::test]
async fn what_was_not_read_is_not_confirmed() {
    let mut writes = bind().start();
    let answer = tokio::spawn(ask(writes.address(), post("/write", "", b"m value=1")));
    drop(writes.next().await.unwrap());
    assert!(answer.await.unwrap().starts_with("HTTP/1.0 503 "));
}

#[tokio::test]
async fn what_has_come_is_given_when_it_stops() {
    let mut writes = bind().start();
    let address = writes.address();
    let answer = tokio::spawn(ask(address, post("/write", "", b"m value=1")));
    let first = writes.next().await.unwrap();
    writes.stop();
    first.confirm();
    assert!(writes.next().await.is_none());
    check(&answer.await.unwrap(), "204 No Content", "");
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_body_has_its_bounds() {
    let mut limits = HttpLimits::default();
    limits.body = 1000;
    let (address, _stop, _reading) = read_all(bind().limits(limits).start());
    let large = "m value=1\n".repeat(101);
    assert!(ask(address, post("/write", "", large.as_bytes())).await.starts_with("HTTP/1.0 413 "));
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(large.as_bytes()).unwrap();
    let bomb = post("/write", "content-encoding: gzip\r\n", &bomb.finish().unwrap());
    assert!(ask(address, bomb).await.starts_with("HTTP/1.0 413 "));
    check(&ask(address, post("/write", "", &large.as_bytes()[..1000])).await, "204 No Content", "");
}

/// The sink and the source understand each other.
#[tokio::test]
async fn what_the_sink_writes_comes_out() {
    let (address, stop, reading) = read_all(bind().token(Secret::new("t").unwrap()).start());
    let url = format!("http://{address}");
    let batch: Vec<MElement> = (0..10_i64)
        .map(|number| {
            let at = Timestamp::from_secs(1_700_000_000 + number);
            MElement::new(format!("a, b={number}"), 0.1 * number as f64, tags! { "k =" => "v ," }, at)
        })
        .collect();
    let one =
        Influx::v1(&url, "db").unwrap().user("me", &Secret::new("t").unwrap()).unwrap().precision(Precision::Seconds);
    let two = Influx::v2(&url, "org", "bucket").unwrap().token(&Secret::new("t").unwrap()).gzip();
    for mut sink in [one.lines_per_request(NonZeroUsize::new(3).unwrap()), two] {
        sink.write(&batch).await.unwrap();
    }
    let mut stranger = Influx::v2(&url, "org", "bucket").unwrap();
    assert!(!stranger.write(&batch).await.unwrap_err().is_retryable());
    drop(stop);
    let line = |element: &MElement| format!("{},k ==v , {} {}", element.name, element.value, element.at.as_nanos());
    let expected: Vec<String> = batch.iter().chain(&batch).map(line).collect();
    assert_eq!(reading.await.unwrap(), expected);
}
