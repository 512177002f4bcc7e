//! The source over gRPC: what calls are answered, and the sink as its client.

mod bounds;
mod frames;

use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes};
use hyper::client::conn::http2;
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use metrix::Sink;
use metrix_io::http_server::HttpLimits;
use metrix_io::sinks::otlp::{Otlp, Protocol};
use metrix_io::sources::otlp::OtlpServer;
use metrix_io::{Kind, Secret};
use prost::Message;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use super::fuzz::{COUNT, mutated, random};
use super::messages::{ExportResponse, Partial};
use crate::hostile::{Random, hostile_elements};

const PATH: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

fn server() -> OtlpServer {
    OtlpServer::grpc("127.0.0.1:0".parse().unwrap()).unwrap()
}

fn frame(message: &[u8], is_packed: bool) -> Vec<u8> {
    [&[u8::from(is_packed)][..], &(message.len() as u32).to_be_bytes(), message].concat()
}

/// What a call is answered: the status of HTTP, the code of gRPC, its words, and the body.
type Answer = (StatusCode, Option<String>, String, Bytes);

struct Client<B = Full<Bytes>>(http2::SendRequest<B>, String);

impl<B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + Send + Unpin + 'static> Client<B> {
    async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (requests, transport) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        tokio::spawn(transport);
        Self(requests, format!("http://{address}"))
    }

    async fn send(&mut self, path: &str, headers: &[(&str, &str)], body: B) -> Result<Answer, hyper::Error> {
        let mut request = Request::post(format!("{}{path}", self.1)).header("te", "trailers");
        if headers.iter().all(|(name, _)| *name != "content-type") {
            request = request.header("content-type", "application/grpc+proto");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.0.send_request(request.body(body).unwrap()).await?;
        let (head, body) = response.into_parts();
        let body = body.collect().await?;
        let trailers: HeaderMap = body.trailers().cloned().unwrap_or_default();
        let header = |name| {
            let value = trailers.get(name).or_else(|| head.headers.get(name));
            value.map(|value| value.to_str().unwrap().to_owned())
        };
        Ok((head.status, header("grpc-status"), header("grpc-message").unwrap_or_default(), body.to_bytes()))
    }
}

impl Client {
    async fn call(&mut self, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        self.send(path, headers, Full::from(body)).await.unwrap()
    }
}

#[tokio::test]
async fn wrong_calls_are_answered_by_grpcs_own_errors() {
    let mut limits = HttpLimits::default();
    limits.body = 1000;
    let exports =
        server().limits(limits).token(Secret::new("open sesame").unwrap()).patience(Duration::from_millis(20)).start();
    let mut client = Client::connect(exports.address()).await;
    let token = ("authorization", "Bearer open sesame");
    let gzip = ("grpc-encoding", "gzip");
    for (path, headers, body, code, words) in [
        (PATH, &[][..], frame(b"", false), "16", "the token is another"),
        (PATH, &[token], frame(b"\x0a\xff", false), "3", "the body is no ExportMetricsServiceRequest"),
        (PATH, &[token], b"\0\0\0\0".to_vec(), "3", "the body is not what it says it is"),
        (PATH, &[token], frame(b"", true), "3", "the body is not what it says it is"),
        (PATH, &[token, gzip], frame(b"no gzip", true), "3", "the body is not what it says it is"),
        (PATH, &[token], [frame(b"", false), frame(b"", false)].concat(), "3", "the body is not what it says it is"),
        (PATH, &[token], frame(&[0; 2000], false), "8", "the body is too large"),
        (PATH, &[token], frame(&[0; 999], false), "8", "the body is too large"),
        (
            PATH,
            &[token, ("grpc-encoding", "br")],
            frame(b"", false),
            "12",
            "the body has an encoding that is not known",
        ),
        ("/a.B/C", &[token], frame(b"", false), "12", "there is nothing here"),
        // Nobody reads it.
        (PATH, &[token], frame(b"", false), "14", "what was sent before is still to be read"),
    ] {
        let (status, found, said, body) = client.call(path, headers, body).await;
        assert_eq!((status, found.as_deref()), (StatusCode::OK, Some(code)), "{words} {said}");
        assert!(said.starts_with(words) && body.is_empty(), "{said}");
    }
    // What is no call of gRPC at all.
    let (status, code, ..) = client.call(PATH, &[token, ("content-type", "text/plain")], Vec::new()).await;
    assert_eq!((status, code), (StatusCode::UNSUPPORTED_MEDIA_TYPE, None));
}

#[tokio::test]
async fn what_was_taken_is_confirmed() {
    let mut exports = server().start();
    let mut client = Client::connect(exports.address()).await;
    // One point without a value, of the metric `m`.
    let message = b"\x0a\x0b\x12\x09\x12\x07\x0a\x01m\x2a\x02\x0a\x00";
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(message).unwrap();
    let packed = packed.finish().unwrap();
    let message_of = "a point of \"m\": it has no value".to_owned();
    let rejected = ExportResponse { partial: Some(Partial { rejected: 1, message: message_of }) };
    for (headers, body, expected) in [
        (&[][..], frame(b"", false), ExportResponse::default()),
        (&[], frame(message, false), rejected.clone()),
        (&[("grpc-encoding", "gzip")], frame(&packed, true), rejected),
    ] {
        let take = async {
            let mut export = exports.next().await.unwrap();
            export.read(|_| ());
            export.confirm();
        };
        let ((status, code, words, body), ()) = tokio::join!(client.call(PATH, headers, body), take);
        assert_eq!((status, code.as_deref(), &*words), (StatusCode::OK, Some("0"), ""));
        assert_eq!(body, frame(&expected.encode_to_vec(), false));
    }
}

/// The clock is paused, and goes on by itself where all wait.
#[tokio::test(start_paused = true)]
async fn pings_alone_hold_no_connection() {
    let mut limits = HttpLimits::default();
    limits.idle = Duration::from_secs(30);
    let exports = server().limits(limits).start();
    let stream = TcpStream::connect(exports.address()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder.timer(TokioTimer::new()).keep_alive_interval(Duration::from_secs(7)).keep_alive_while_idle(true);
    builder.keep_alive_timeout(Duration::from_secs(3600));
    let (requests, transport) = builder.handshake(TokioIo::new(stream)).await.unwrap();
    let begin = Instant::now();
    let transport = tokio::spawn(transport);
    let mut client = Client(requests, format!("http://{}", exports.address()));
    sleep(Duration::from_secs(20)).await;
    let (_, code, ..) = client.call("/a.B/C", &[], Vec::new()).await;
    assert_eq!(code.as_deref(), Some("12"));
    let ended = timeout(Duration::from_secs(3600), transport).await.expect("pings hold it");
    // It was told that it is over.
    assert!(ended.unwrap().is_ok() && (50..52).contains(&begin.elapsed().as_secs()), "{:?}", begin.elapsed());
}

/// Anything, of which most is no call.
#[tokio::test]
async fn any_call_is_answered() {
    let mut exports = server().start();
    let mut client = Client::connect(exports.address()).await;
    let sending = tokio::spawn(async move {
        let mut numbers = Random::new(7);
        let mut taken = [0; 4];
        for number in 0..2 * COUNT {
            // Of each, one in its frame and one without, or with pieces of that put in.
            let body = match number % 4 {
                0 => random(&mut numbers, false),
                1 => frame(&random(&mut numbers, false), false),
                2 => frame(&mutated(&mut numbers, false), false),
                _ => {
                    let mut framed = frame(&mutated(&mut numbers, false), false);
                    framed[numbers.below(5) as usize] ^= 1 << numbers.below(8);
                    framed
                }
            };
            let (status, code, ..) = client.call(PATH, &[], body).await;
            assert!(status == StatusCode::OK && matches!(code.as_deref(), Some("0" | "3" | "8")), "{code:?}");
            taken[number % 4] += usize::from(code.as_deref() == Some("0"));
        }
        // What has no right frame is never taken.
        assert!(taken[0] == 0 && taken[3] == 0 && taken[1] > 0 && taken[2] > COUNT / 40, "{taken:?}");
    });
    let take = async {
        while let Some(mut export) = exports.next().await {
            export.read(|_| ());
            export.confirm();
        }
    };
    tokio::select! {
        sent = sending => sent.unwrap(),
        () = take => unreachable!("it goes on"),
    }
}

/// What the sink writes, the source reads: hostile names, tags and all, each once.
#[tokio::test]
async fn what_the_sink_writes_comes_out() {
    for protocol in [Protocol::Grpc, Protocol::HttpProtobuf, Protocol::HttpJson] {
        let any = "127.0.0.1:0".parse().unwrap();
        let server = if protocol == Protocol::Grpc { OtlpServer::grpc(any) } else { OtlpServer::http(any) };
        let mut exports = server.unwrap().resource_attributes([""; 0]).start();
        let mut sink = Otlp::new(&format!("http://{}", exports.address()), protocol).unwrap().gzip();
        let mut elements = hostile_elements(10_000);
        for (number, element) in elements.iter_mut().enumerate() {
            if number % 2 == 0 {
                element.name = format!("{}.sum", element.name).into();
            }
        }
        let sent = elements.clone();
        let sending = tokio::spawn(async move {
            sink.write(&sent).await.unwrap();
            sink.close().await.unwrap();
        });
        let mut found = Vec::new();
        while found.len() < elements.len() {
            let mut export = exports.next().await.unwrap();
            export.read(|read| {
                let reading = read.unwrap();
                let kind = if reading.name.ends_with(".sum") { Kind::Counter } else { Kind::Gauge };
                assert_eq!(reading.kind, Some(kind));
                let tags: Vec<(String, String)> =
                    reading.to_tags().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
                found.push((reading.at.unwrap(), reading.name.to_string(), tags, reading.value));
            });
            export.confirm();
        }
        sending.await.unwrap();
        let mut expected: Vec<_> = elements
            .iter()
            .map(|element| {
                let tags: std::collections::BTreeMap<&str, &str> = element.tags.iter().collect();
                let has_underscore = tags.contains_key("_");
                let tags = tags.into_iter().filter(|(name, _)| !name.is_empty() || !has_underscore);
                let mut tags: Vec<_> = tags
                    .map(|(name, value)| (if name.is_empty() { "_" } else { name }.to_owned(), value.to_owned()))
                    .collect();
                tags.sort();
                (element.at, element.name.to_string(), tags, element.value)
            })
            .collect();
        found.sort_by(|one, other| one.partial_cmp(other).unwrap());
        expected.sort_by(|one, other| one.partial_cmp(other).unwrap());
        assert_eq!(found.len(), expected.len(), "{protocol}");
        let wrong = found.iter().zip(&expected).find(|(found, expected)| found != expected);
        assert_eq!(wrong, None, "{protocol}");
    }
}
