//! gRPC's unary calls, as exchanges of HTTP.

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};

use super::HttpServer;
use super::body::Encoding;
use super::sent::Sent;
use crate::otlp::grpc::{escape, frame};
use crate::otlp::status::{
    DEADLINE_EXCEEDED, INTERNAL, INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNAUTHENTICATED, UNAVAILABLE, UNIMPLEMENTED,
};

/// How the bodies of requests may be packed.
const ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");

/// So much of words is told: clients bound the heads of answers.
const LONGEST: usize = 1000;

impl HttpServer {
    /// Speaks gRPC: HTTP/2 alone, whose clients have to know that from the start. Bodies of requests are one message each, which
    /// handlers get without its frame, and unpacked. A handler answers with a message and 200, or with words and a status of
    /// HTTP, which becomes [the one of gRPC](grpc_code); and so does what the server answers by itself.
    #[must_use]
    pub(crate) fn grpc(self) -> Self {
        Self { is_grpc: true, ..self }
    }
}

/// Whether a request is one of gRPC.
pub(super) fn is_call(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}

/// How the message of a call is packed, if it is one and that is known.
pub(super) fn encoding(headers: &HeaderMap) -> Option<Encoding> {
    let encoding = match headers.get("grpc-encoding") {
        Some(encoding) => encoding.to_str().ok()?,
        None => "identity",
    };
    match encoding {
        _ if !is_call(headers) => None,
        "identity" => Some(Encoding::Framed { may_be_packed: false }),
        "gzip" => Some(Encoding::Framed { may_be_packed: true }),
        _ => None,
    }
}

/// The header that says how it may be packed.
pub(super) fn accepted() -> (HeaderName, HeaderValue) {
    (ACCEPT_ENCODING, HeaderValue::from_static("identity,gzip"))
}

/// An answer of HTTP, as gRPC has it.
pub(super) fn translated(answer: Response<Bytes>) -> Response<Sent> {
    let (head, body) = answer.into_parts();
    let code = grpc_code(head.status);
    let mut status = HeaderMap::new();
    status.insert("grpc-status", code.into());
    let mut response = match code {
        0 => Response::new(Sent::new(frame(&body, false).into()).with_trailers(status)),
        _ => {
            let words: String = String::from_utf8_lossy(&body).trim().chars().take(LONGEST).collect();
            if let Ok(words) = HeaderValue::try_from(escape(&words)) {
                status.insert("grpc-message", words);
            }
            let mut response = Response::new(Sent::default());
            response.headers_mut().extend(status);
            response
        }
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.extend(head.headers.get(ACCEPT_ENCODING).cloned().map(|value| (ACCEPT_ENCODING, value)));
    response
}

/// The code of gRPC that says what such a status does, to clients of OTLP: what is told to come again is `UNAVAILABLE` there.
pub(crate) fn grpc_code(status: StatusCode) -> u32 {
    match status {
        status if status.is_success() => 0,
        StatusCode::UNAUTHORIZED => UNAUTHENTICATED,
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::UNSUPPORTED_MEDIA_TYPE => UNIMPLEMENTED,
        StatusCode::REQUEST_TIMEOUT => DEADLINE_EXCEEDED,
        StatusCode::PAYLOAD_TOO_LARGE => RESOURCE_EXHAUSTED,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => UNAVAILABLE,
        status if status.is_server_error() => INTERNAL,
        _ => INVALID_ARGUMENT,
    }
}
