//! [`Http`]: lines over HTTP.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use form_urlencoded::Serializer;
use http_body_util::Full;
use hyper::Method;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use serde_json::Value;

use crate::http_client::{Answer, Fault, HttpClient, HttpUrl, Limits, gzip};
use crate::influx_precision::Precision;

/// Posts lines.
#[derive(Debug)]
pub(super) struct Http {
    pub(super) client: HttpClient,
    pub(super) place: Place,
    /// Marked as sensitive, so that it isn't shown.
    pub(super) authorization: Option<HeaderValue>,
    pub(super) gzip: bool,
}

/// Where a server puts the lines.
#[derive(Clone, Debug)]
pub(super) enum Place {
    V1 { database: String, retention_policy: Option<String> },
    V2 { organization: String, bucket: String },
}

impl Http {
    /// `connections` counts those that it makes.
    pub(super) fn new(url: HttpUrl, place: Place, connections: Arc<AtomicU64>) -> Self {
        Self { client: HttpClient::new(url, connections), place, authorization: None, gzip: false }
    }

    /// Posts lines in one request. If it is dropped, so is the connection.
    pub(super) async fn post(&mut self, lines: &[u8], precision: Precision, limits: Limits) -> Result<Answer, Fault> {
        let mut request = self.client.request(Method::POST, &self.place.path(precision));
        request = request.header(CONTENT_TYPE, "text/plain; charset=utf-8");
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let body = if self.gzip {
            request = request.header(CONTENT_ENCODING, "gzip");
            gzip::pack(lines)
        } else {
            lines.to_vec()
        };
        self.client.send(request.body(Full::new(Bytes::from(body)))?, limits).await
    }
}

impl Place {
    /// What is asked for, below the URL of the server.
    fn path(&self, precision: Precision) -> String {
        let mut query = Serializer::new(String::new());
        match self {
            Self::V1 { database, retention_policy } => {
                query.append_pair("db", database);
                if let Some(policy) = retention_policy {
                    query.append_pair("rp", policy);
                }
                query.append_pair("precision", precision.of_v1());
                format!("/write?{}", query.finish())
            }
            Self::V2 { organization, bucket } => {
                query.append_pair("org", organization).append_pair("bucket", bucket);
                query.append_pair("precision", precision.of_v2());
                format!("/api/v2/write?{}", query.finish())
            }
        }
    }
}

/// Whether a refusal may be of some lines only, so that others pass without them.
pub(super) fn is_of_lines(answer: &Answer, lines: usize) -> bool {
    // Bad lines, too much of them, and what version 2 says of a part.
    lines > 1 && matches!(answer.status.as_u16(), 400 | 413 | 422) && dropped(answer) != Some(lines)
}

/// How many lines a server says it has dropped, as InfluxDB 1 does at the end of its words.
fn dropped(answer: &Answer) -> Option<usize> {
    let words = words(answer)?;
    let (_, number) = words.rsplit_once(" dropped=")?;
    number.trim().parse().ok()
}

/// The server's words, as it says why.
pub(super) fn said(answer: &Answer) -> String {
    answer.said(words(answer).as_deref())
}

/// Version 1 has an `error`, version 2 a `message`.
fn words(answer: &Answer) -> Option<String> {
    let parsed: Value = serde_json::from_slice(&answer.body).ok()?;
    parsed["error"].as_str().or(parsed["message"].as_str()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use hyper::{HeaderMap, StatusCode};

    use super::*;

    #[test]
    fn paths_carry_any_name() {
        let v1 = Place::V1 { database: "a b&c=ü".to_owned(), retention_policy: Some("a week".to_owned()) };
        assert_eq!(v1.path(Precision::Microseconds), "/write?db=a+b%26c%3D%C3%BC&rp=a+week&precision=u");
        let v2 = Place::V2 { organization: "o".to_owned(), bucket: "db/rp".to_owned() };
        assert_eq!(v2.path(Precision::Nanoseconds), "/api/v2/write?org=o&bucket=db%2Frp&precision=ns");
    }

    fn answer(status: u16, body: &'static str) -> Answer {
        let status = StatusCode::from_u16(status).expect("it is one");
        let (headers, trailers) = (HeaderMap::new(), HeaderMap::new());
        Answer { status, headers, body: Bytes::from(body), trailers, is_whole: true }
    }

    #[test]
    fn some_refusals_are_of_some_lines() {
        let partial = r#"{"error":"partial write: field type conflict dropped=1"}"#;
        assert!(is_of_lines(&answer(400, partial), 2));
        assert!(is_of_lines(&answer(413, ""), 2));
        assert!(is_of_lines(&answer(422, r#"{"code":"unprocessable entity","message":"..."}"#), 2));
        assert!(!is_of_lines(&answer(400, partial), 1));
        assert!(!is_of_lines(&answer(401, r#"{"error":"authorization failed"}"#), 2));
        assert!(!is_of_lines(&answer(404, r#"{"error":"database not found: \"x\""}"#), 2));
    }

    #[test]
    fn words_are_those_of_either_version() {
        let v1 = answer(404, r#"{"error":"database not found: \"x\""}"#);
        assert_eq!(said(&v1), r#"the server says 404 Not Found: "database not found: \"x\"""#);
        let v2 = answer(400, r#"{"code":"invalid","message":"missing fields"}"#);
        assert_eq!(said(&v2), r#"the server says 400 Bad Request: "missing fields""#);
        assert_eq!(said(&answer(400, "oops")), r#"the server says 400 Bad Request: "oops""#);
    }
}
