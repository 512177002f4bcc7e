//! [`Exchange`]: a request and its answer.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use hyper::body::{Bytes, Incoming};
use hyper::header::{ACCEPT_ENCODING, ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{HeaderMap, Request, Response, StatusCode};

use super::body::{self, Encoding};
use super::budget::Budget;
use super::limits::HttpLimits;
use super::manners::{Asked, Manners};
#[cfg(feature = "otlp")]
use super::reader;
use super::routes::{Found, Routes};
use super::sent::Sent;
use super::stats::HttpMeter;

/// Answers requests; all connections of a server share it.
#[derive(Debug)]
pub(super) struct Exchange {
    routes: Routes,
    limits: HttpLimits,
    /// Encodings of bodies that handlers unpack.
    passes: Vec<String>,
    bodies: Arc<Budget>,
    manners: Manners,
    meter: HttpMeter,
    /// Whether it speaks gRPC, and not HTTP/1.
    pub(super) is_grpc: bool,
}

impl Exchange {
    pub(super) fn new(
        routes: Routes,
        limits: HttpLimits,
        passes: Vec<String>,
        manners: Manners,
        meter: HttpMeter,
    ) -> Self {
        let bodies = Budget::new(limits.bodies);
        Self { routes, limits, passes, bodies, manners, meter, is_grpc: false }
    }

    pub(super) fn limits(&self) -> &HttpLimits {
        &self.limits
    }

    pub(super) async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<Sent>, Infallible> {
        #[cfg(feature = "otlp")]
        let is_call = self.is_grpc && super::grpc::is_call(request.headers());
        let answer = self.handle(request).await;
        self.meter.count_answer(answer.status());
        #[cfg(feature = "otlp")]
        if is_call {
            return Ok(super::grpc::translated(answer));
        }
        Ok(answer.map(Sent::new))
    }

    /// How the body of a request is packed, if that is known.
    fn encoding(&self, headers: &HeaderMap) -> Option<Encoding> {
        #[cfg(feature = "otlp")]
        if self.is_grpc {
            return super::grpc::encoding(headers);
        }
        Encoding::of(headers, &self.passes)
    }

    async fn handle(&self, request: Request<Incoming>) -> Response<Bytes> {
        let (uri, content_type) = (request.uri().clone(), request.headers().get(CONTENT_TYPE).cloned());
        let content_type = content_type.as_ref().and_then(|value| value.to_str().ok());
        let asked = Asked { path: uri.path(), content_type };
        let refusal = |status, header| self.manners.refusal(&asked, status, header);
        let handler = match self.routes.find(request.method(), asked.path) {
            Found::Handler(handler) => handler,
            Found::Methods(methods) => {
                let methods = HeaderValue::from_str(&methods).ok();
                return refusal(StatusCode::METHOD_NOT_ALLOWED, methods.map(|methods| (ALLOW, methods)));
            }
            Found::Nothing => return refusal(StatusCode::NOT_FOUND, None),
        };
        let (head, body) = request.into_parts();
        if let Some(mut answer) = self.manners.answer_by_head(&head) {
            if !body::discard(body, &self.limits, &self.meter).await && !self.is_grpc {
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            return answer;
        }
        let encoding = self.encoding(&head.headers);
        let body = match body::read(encoding, body, &self.limits, &self.bodies, &self.meter).await {
            Ok(body) => body,
            Err(status) => {
                let hint = match status {
                    #[cfg(feature = "otlp")]
                    StatusCode::UNSUPPORTED_MEDIA_TYPE if self.is_grpc => Some(super::grpc::accepted()),
                    StatusCode::UNSUPPORTED_MEDIA_TYPE => Some((ACCEPT_ENCODING, HeaderValue::from_static("gzip"))),
                    StatusCode::TOO_MANY_REQUESTS => Some((RETRY_AFTER, HeaderValue::from_static("1"))),
                    _ => None,
                };
                let mut refusal = refusal(status, hint);
                if !self.is_grpc {
                    // The rest of the body would be taken for the next request.
                    refusal.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                }
                return refusal;
            }
        };
        let request = Request::from_parts(head, body);
        #[cfg(feature = "otlp")]
        let request = {
            let mut request = request;
            request.extensions_mut().insert(reader::Room(Arc::clone(&self.bodies)));
            request
        };
        let answer = guarded(|| handler(request)).await;
        answer.unwrap_or_else(|Panicked| refusal(StatusCode::INTERNAL_SERVER_ERROR, None))
    }
}

/// What makes an answer has panicked.
struct Panicked;

/// The answer, unless what makes it panics: that must not take the connection down without a word.
async fn guarded<F: Future<Output = Response<Bytes>>>(make: impl FnOnce() -> F) -> Result<Response<Bytes>, Panicked> {
    let mut made = pin!(catch_unwind(AssertUnwindSafe(make)).map_err(|_| Panicked)?);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| made.as_mut().poll(cx))) {
        Ok(polled) => polled.map(Ok),
        Err(_) => Poll::Ready(Err(Panicked)),
    })
    .await
}
