//! [`Http`]: JSON over HTTP.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use http_body_util::Full;
use hyper::Method;
use hyper::header::CONTENT_TYPE;
use serde_json::Value;

use super::point::Point;
use crate::http_client::{Answer, Fault, HttpClient, HttpUrl, Limits, Tls, Verdict};
use crate::sinks::wire::Timeouts;

/// Posts points.
#[derive(Debug)]
pub(super) struct Http {
    client: HttpClient,
}

/// Why points were not written.
pub(super) enum Failure {
    /// The server is away, or busy, and may have said for how long.
    Retryable(Fault, Option<Duration>),
    /// The server has refused the points at these positions.
    Refused(String, Vec<usize>),
}

impl Http {
    /// `connections` counts those that it makes.
    pub(super) fn new(url: HttpUrl, connections: Arc<AtomicU64>) -> Self {
        Self { client: HttpClient::new(url, connections) }
    }

    pub(super) fn set_tls(&mut self, tls: Tls) {
        self.client.set_tls(tls);
    }

    /// Posts the points in one request. If it is dropped, so is the connection.
    pub(super) async fn write(&mut self, points: &[&Point<'_>], timeouts: Timeouts) -> Result<(), Failure> {
        let mut body = String::from("[");
        for (place, point) in points.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            body += &format!("{comma}{}", point.json());
        }
        body += "]";
        let request = self.client.request(Method::POST, "/api/put?details").header(CONTENT_TYPE, "application/json");
        let request = request.body(Full::from(body)).map_err(|error| Failure::Retryable(error.into(), None))?;
        let limits = Limits { connect: timeouts.connect, exchange: timeouts.write };
        let answer = self.client.send(request, limits).await.map_err(|fault| Failure::Retryable(fault, None))?;
        match answer.verdict() {
            Verdict::Taken => Ok(()),
            Verdict::Retryable => Err(Failure::Retryable(said(&answer).into(), answer.retry_after())),
            Verdict::Refused => {
                let refused = refused(&answer.body, points).unwrap_or_else(|| (0..points.len()).collect());
                Err(Failure::Refused(said(&answer), refused))
            }
        }
    }

    pub(super) fn close(&mut self) {
        self.client.close();
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Retryable(error, pause) => f.debug_tuple("Retryable").field(error).field(pause).finish(),
            Self::Refused(reason, places) => f.debug_tuple("Refused").field(reason).field(places).finish(),
        }
    }
}

/// The server's words: OpenTSDB puts its reason into the first point's, or into the message of an error.
fn said(answer: &Answer) -> String {
    let parsed: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    answer.said(parsed["errors"][0]["error"].as_str().or(parsed["error"]["message"].as_str()))
}

/// The positions of the points that the answer names as refused; `None` if it leaves any in the dark.
fn refused(answer: &[u8], points: &[&Point<'_>]) -> Option<Vec<usize>> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let errors = answer["errors"].as_array()?;
    let mut refused: Vec<usize> = Vec::new();
    for error in errors {
        let matches = |place: &usize| points[*place].is(&error["datapoint"]);
        let before = refused.len();
        refused.extend((0..points.len()).filter(matches));
        if refused.len() == before {
            return None;
        }
    }
    refused.sort_unstable();
    refused.dedup();
    // A point that is in the request twice is named once for each.
    (refused.len() as u64 == answer["failed"].as_u64()? && !refused.is_empty()).then_some(refused)
}
