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

use super::messages::{ExportRequest, ExportResponse, Partial, points};

/// A `google.rpc.Status` with a `RetryInfo` of seven seconds.
const IN_SEVEN_SECONDS: &str = "CA4aMAoodHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUucnBjLlJldHJ5SW5mbxIECgIIBw";

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
                if code == 14 {
                    trailers.insert("grpc-status-details-bin", IN_SEVEN_SECONDS.parse().unwrap());
                }
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
        if status == 503 {
            response = response.header("retry-after", "7");
        }
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
                ExportRequest::of_json(&serde_json::from_slice(&message).unwrap())
            }
        }
    }
}
