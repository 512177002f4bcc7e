//! How a [`RemoteWrite`] posts samples, and what becomes of those that are refused.

use std::sync::Arc;

use http_body_util::Full;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, USER_AGENT};
use hyper::{Method, StatusCode};
use prost::Message;
use tokio::time::Instant;

use super::RemoteWrite;
use super::outcome::Outcome;
use super::rounds::{Point, message};
use super::search::Search;
use super::unsure::Refusal;
use crate::http_client::{Answer, Fault, Verdict};

impl RemoteWrite {
    /// Posts unless the write has taken too long already; the first request of a write always has its chance.
    pub(super) async fn post_in_time(
        &mut self,
        parts: &[&[Point]],
        begin: Instant,
        is_first: bool,
    ) -> Result<Answer, Fault> {
        if !is_first && begin.elapsed() >= self.total {
            return Err(format!("the write has more requests than fit into {:?}", self.total).into());
        }
        self.unsure.ask(parts);
        self.post(parts).await
    }

    async fn post(&mut self, parts: &[&[Point]]) -> Result<Answer, Fault> {
        let body = snap::raw::Encoder::new().compress_vec(&message(parts).encode_to_vec())?;
        let mut request = self
            .client
            .request(Method::POST, "")
            .header(CONTENT_ENCODING, "snappy")
            .header(CONTENT_TYPE, "application/x-protobuf")
            .header(USER_AGENT, concat!("metrix/", env!("CARGO_PKG_VERSION")))
            .header("x-prometheus-remote-write-version", "0.1.0")
            .body(Full::from(body))?;
        self.headers.add_to(request.headers_mut());
        let answer = self.client.send(request, self.limits).await?;
        self.counts.answered();
        Ok(answer)
    }

    /// Has less sent of what was refused, or notes which elements are.
    pub(super) fn refused<'a>(
        &mut self,
        answer: &Answer,
        parts: &[&'a [Point]],
        search: &mut Search<'a>,
        outcome: &mut Outcome<'_>,
    ) {
        self.unsure.deny();
        let may_be_some = may_be_some(answer.status);
        if may_be_some && search.narrow(parts) {
            self.unsure.is_narrow = true;
            return;
        }
        let said: Arc<str> = answer.said(None).into();
        for point in parts.iter().copied().flatten() {
            if may_be_some {
                let refusal = Refusal { said: Arc::clone(&said), is_doubtful: outcome.is_doubtful(point) };
                outcome.refused_alone(point, &refusal);
                self.unsure.refuse(point, refusal);
            } else {
                outcome.refused(&point.positions, &said);
            }
        }
    }
}

/// What becomes of a request with this answer. The specification has 429 and 5xx tried again, and of 4xx nothing else: so 408, which is
/// worth another try in other protocols, is a refusal here.
pub(super) fn verdict(answer: &Answer) -> Verdict {
    match answer.status {
        StatusCode::REQUEST_TIMEOUT => Verdict::Refused,
        _ => answer.verdict(),
    }
}

/// Whether such a refusal may be of some samples only.
fn may_be_some(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::BAD_REQUEST
            // Thanos says so of samples that are out of order, and stores the others.
            | StatusCode::CONFLICT
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::UNPROCESSABLE_ENTITY
    )
}
