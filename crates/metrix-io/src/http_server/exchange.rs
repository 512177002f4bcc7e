//! [`Exchange`]: a request and its answer.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ACCEPT_ENCODING, ALLOW, CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::{Request, Response, StatusCode};

use super::body::{self, Encoding};
use super::budget::Budget;
use super::limits::HttpLimits;
use super::routes::{Found, Routes};
use super::stats::HttpMeter;

/// Answers requests; all connections of a server share it.
#[derive(Debug)]
pub(super) struct Exchange {
    routes: Routes,
    limits: HttpLimits,
    /// Encodings of bodies that handlers unpack.
    passes: Vec<String>,
    bodies: Arc<Budget>,
    meter: HttpMeter,
}

impl Exchange {
    pub(super) fn new(routes: Routes, limits: HttpLimits, passes: Vec<String>, meter: HttpMeter) -> Self {
        let bodies = Budget::new(limits.bodies);
        Self { routes, limits, passes, bodies, meter }
    }

    pub(super) fn limits(&self) -> &HttpLimits {
        &self.limits
    }

    pub(super) async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let answer = self.handle(request).await;
        self.meter.count_answer(answer.status());
        Ok(answer.map(Full::new))
    }

    async fn handle(&self, request: Request<Incoming>) -> Response<Bytes> {
        let handler = match self.routes.find(request.method(), request.uri().path()) {
            Found::Handler(handler) => handler,
            Found::Methods(methods) => {
                let methods = HeaderValue::from_str(&methods).ok();
                return refusal(StatusCode::METHOD_NOT_ALLOWED, methods.map(|methods| (ALLOW, methods)));
            }
            Found::Nothing => return refusal(StatusCode::NOT_FOUND, None),
        };
        let (head, body) = request.into_parts();
        let mut lease = self.bodies.lease();
        let encoding = Encoding::of(&head.headers, &self.passes);
        let body = match body::read(encoding, body, &self.limits, &mut lease, &self.meter).await {
            Ok(body) => body,
            Err(status) => {
                let hint = match status {
                    StatusCode::UNSUPPORTED_MEDIA_TYPE => Some((ACCEPT_ENCODING, HeaderValue::from_static("gzip"))),
                    StatusCode::TOO_MANY_REQUESTS => Some((RETRY_AFTER, HeaderValue::from_static("1"))),
                    _ => None,
                };
                let mut refusal = refusal(status, hint);
                // The rest of the body would be taken for the next request.
                refusal.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                return refusal;
            }
        };
        guarded(|| handler(Request::from_parts(head, body))).await
    }
}

/// The answer, or 500 if what makes it panics: that must not take the connection down without a word.
async fn guarded<F: Future<Output = Response<Bytes>>>(make: impl FnOnce() -> F) -> Response<Bytes> {
    let failed = || refusal(StatusCode::INTERNAL_SERVER_ERROR, None);
    let Ok(made) = catch_unwind(AssertUnwindSafe(make)) else { return failed() };
    let mut made = pin!(made);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| made.as_mut().poll(cx))) {
        Ok(polled) => polled,
        Err(_) => Poll::Ready(failed()),
    })
    .await
}

/// An answer that says no more than its status does.
fn refusal(status: StatusCode, header: Option<(HeaderName, HeaderValue)>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(format!("{status}\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response.headers_mut().extend(header);
    response
}
