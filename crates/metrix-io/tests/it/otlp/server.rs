//! [`Server`]: what takes OTLP, and can be told what to answer.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io::Read;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use metrix_io::sinks::otlp::{Otlp, Protocol};
use prost::Message;
use tokio::net::{TcpListener, TcpStream};

/// The messages, written down once more from the protocol's definition.
#[derive(Clone, PartialEq, Message)]
pub(super) struct ExportRequest {
    #[prost(message, repeated, tag = "1")]
    pub(super) resource_metrics: Vec<ResourceMetrics>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ResourceMetrics {
    #[prost(message, optional, tag = "1")]
    pub(super) resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    pub(super) scope_metrics: Vec<ScopeMetrics>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Resource {
    #[prost(message, repeated, tag = "1")]
    pub(super) attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ScopeMetrics {
    #[prost(message, repeated, tag = "2")]
    pub(super) metrics: Vec<Metric>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Metric {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(oneof = "Data", tags = "5, 7")]
    pub(super) data: Option<Data>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(super) enum Data {
    #[prost(message, tag = "5")]
    Gauge(Numbers),
    #[prost(message, tag = "7")]
    Sum(Numbers),
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Numbers {
    #[prost(message, repeated, tag = "1")]
    pub(super) data_points: Vec<Point>,
    #[prost(int32, tag = "2")]
    pub(super) temporality: i32,
    #[prost(bool, tag = "3")]
    pub(super) is_monotonic: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Point {
    #[prost(message, repeated, tag = "7")]
    pub(super) attributes: Vec<KeyValue>,
    #[prost(fixed64, tag = "2")]
    pub(super) start: u64,
    #[prost(fixed64, tag = "3")]
    pub(super) time: u64,
    #[prost(double, tag = "4")]
    pub(super) value: f64,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct KeyValue {
    #[prost(string, tag = "1")]
    pub(super) key: String,
    #[prost(message, optional, tag = "2")]
    pub(super) value: Option<AnyValue>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct AnyValue {
    #[prost(string, tag = "1")]
    pub(super) text: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ExportResponse {
    #[prost(message, optional, tag = "1")]
    pub(super) partial: Option<Partial>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Partial {
    #[prost(int64, tag = "1")]
    pub(super) rejected: i64,
    #[prost(string, tag = "2")]
    pub(super) message: String,
}

/// What is answered.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// All was taken, but for so many points.
    Taken(i64, &'static str),
    /// A status of HTTP, or a code of gRPC.
    Says(u16, &'static str),
    /// The connection is closed.
    Nothing,
}

/// What takes OTLP until the runtime ends, over gRPC or HTTP.
#[derive(Clone)]
pub(super) struct Server {
    protocol: Protocol,
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    answers: VecDeque<Answer>,
    /// Requests of more elements are too large.
    most: Option<usize>,
    requests: Vec<(HeaderMap, String, ExportRequest)>,
}

impl Server {
    pub(super) async fn start(protocol: Protocol) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self { protocol, address: listener.local_addr().unwrap(), seen: Arc::default() };
        let shared = server.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(shared.clone().serve(connection));
            }
        });
        server
    }

    pub(super) fn answering(self, answers: impl IntoIterator<Item = Answer>) -> Self {
        self.seen.lock().unwrap().answers.extend(answers);
        self
    }

    pub(super) fn at_most(self, elements: usize) -> Self {
        self.seen.lock().unwrap().most = Some(elements);
        self
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn sink(&self) -> Otlp {
        Otlp::new(&self.url(), self.protocol).unwrap()
    }

    /// Headers, paths and messages.
    pub(super) fn requests(&self) -> Vec<(HeaderMap, String, ExportRequest)> {
        self.seen.lock().unwrap().requests.clone()
    }

    /// How many points each request had.
    pub(super) fn sizes(&self) -> Vec<usize> {
        self.requests().iter().map(|(_, _, message)| points(message).len()).collect()
    }

    async fn serve(self, connection: TcpStream) {
        let protocol = self.protocol;
        let service = service_fn(move |request| {
            let server = self.clone();
            async move { server.answer(request).await }
        });
        let io = TokioIo::new(connection);
        // That a client goes is no fault.
        let _ended = match protocol {
            Protocol::Grpc => http2::Builder::new(TokioExecutor::new()).serve_connection(io, service).await,
            _ => http1::Builder::new().serve_connection(io, service).await,
        };
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<impl hyper::body::Body<Data = Bytes, Error = Infallible> + use<>>, &'static str> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| "it broke off")?.to_bytes();
        let message = self.read(&head.headers, &body);
        let size = points(&message).len();
        let mut seen = self.seen.lock().unwrap();
        seen.requests.push((head.headers, head.uri.path().to_owned(), message));
        let answer = match seen.most {
            Some(most) if size > most => {
                Answer::Says(if self.protocol == Protocol::Grpc { 8 } else { 413 }, "too large")
            }
            _ => seen.answers.pop_front().unwrap_or(Answer::Taken(0, "")),
        };
        let mut trailers = HeaderMap::new();
        let (mut status, mut body) = (200, Vec::new());
        match (answer, self.protocol) {
            (Answer::Nothing, _) => return Err("nothing is answered"),
            (Answer::Taken(rejected, words), protocol) => {
                let partial =
                    (rejected > 0 || !words.is_empty()).then(|| Partial { rejected, message: words.to_owned() });
                match protocol {
                    Protocol::Grpc => {
                        let message = ExportResponse { partial }.encode_to_vec();
                        body = [&[0, 0, 0, 0, message.len() as u8], &*message].concat();
                        trailers.insert("grpc-status", "0".parse().unwrap());
                    }
                    Protocol::HttpJson => {
                        let partial = partial.map(|partial| {
                            serde_json::json!({"rejectedDataPoints": partial.rejected.to_string(), "errorMessage": partial.message})
                        });
                        body = serde_json::json!({"partialSuccess": partial}).to_string().into_bytes();
                    }
                    _ => body = ExportResponse { partial }.encode_to_vec(),
                }
            }
            (Answer::Says(code, words), Protocol::Grpc) => {
                trailers.insert("grpc-status", code.into());
                trailers.insert("grpc-message", words.parse().unwrap());
            }
            (Answer::Says(code, words), Protocol::HttpJson) => {
                status = code;
                body = serde_json::json!({"code": 3, "message": words}).to_string().into_bytes();
            }
            (Answer::Says(code, words), _) => {
                status = code;
                body = [&[0x12, words.len() as u8], words.as_bytes()].concat();
            }
        }
        let kind = match self.protocol {
            Protocol::Grpc => "application/grpc",
            Protocol::HttpJson => "application/json",
            _ => "application/x-protobuf",
        };
        let mut response = Response::builder().status(status).header("content-type", kind);
        if body.is_empty() {
            // Without a body, gRPC has all in its head.
            response.headers_mut().unwrap().extend(trailers.clone());
        }
        let body = Full::new(Bytes::from(body)).with_trailers(async move { Some(Ok(trailers)) });
        Ok(response.body(body).unwrap())
    }

    fn read(&self, headers: &HeaderMap, body: &[u8]) -> ExportRequest {
        let is_packed = ["content-encoding", "grpc-encoding"].iter().any(|name| headers.contains_key(*name));
        let unpack = |body: &[u8]| {
            let mut plain = Vec::new();
            flate2::read::GzDecoder::new(body).read_to_end(&mut plain).unwrap();
            plain
        };
        match self.protocol {
            Protocol::Grpc => {
                assert_eq!(body[0], u8::from(is_packed));
                assert_eq!(u32::from_be_bytes(body[1..5].try_into().unwrap()) as usize, body.len() - 5);
                let message = if is_packed { unpack(&body[5..]) } else { body[5..].to_vec() };
                ExportRequest::decode(&*message).unwrap()
            }
            Protocol::HttpProtobuf => {
                let message = if is_packed { unpack(body) } else { body.to_vec() };
                ExportRequest::decode(&*message).unwrap()
            }
            Protocol::HttpJson => {
                let message = if is_packed { unpack(body) } else { body.to_vec() };
                of_json(&serde_json::from_slice(&message).unwrap())
            }
        }
    }
}

/// All points of a message, in order.
pub(super) fn points(message: &ExportRequest) -> Vec<&Point> {
    let metrics =
        message.resource_metrics.iter().flat_map(|resource| &resource.scope_metrics).flat_map(|scope| &scope.metrics);
    let data = metrics.filter_map(|metric| metric.data.as_ref());
    data.flat_map(|(Data::Gauge(numbers) | Data::Sum(numbers))| &numbers.data_points).collect()
}

/// The points of a message in JSON, as far as they are looked at.
fn of_json(message: &serde_json::Value) -> ExportRequest {
    let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
    let resource = &message["resourceMetrics"][0];
    let metrics = list(&resource["scopeMetrics"][0]["metrics"])
        .iter()
        .map(|metric| {
            let numbers = |data: &serde_json::Value| Numbers {
                data_points: list(&data["dataPoints"])
                    .iter()
                    .map(|point| Point {
                        value: point["asDouble"].as_f64().unwrap(),
                        time: point["timeUnixNano"].as_str().unwrap().parse().unwrap(),
                        ..Point::default()
                    })
                    .collect(),
                temporality: data["aggregationTemporality"].as_i64().unwrap_or(0) as i32,
                is_monotonic: data["isMonotonic"].as_bool().unwrap_or(false),
            };
            let data = match metric.get("sum") {
                Some(sum) => Data::Sum(numbers(sum)),
                None => Data::Gauge(numbers(&metric["gauge"])),
            };
            Metric { name: metric["name"].as_str().unwrap().to_owned(), data: Some(data) }
        })
        .collect();
    let scope_metrics = vec![ScopeMetrics { metrics }];
    ExportRequest { resource_metrics: vec![ResourceMetrics { resource: None, scope_metrics }] }
}
