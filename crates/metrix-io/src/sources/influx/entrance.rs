//! [`Entrance`]: where requests come in.

use hyper::body::Bytes;
use hyper::header::AUTHORIZATION;
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode, Uri};
use serde_json::json;

use super::answer::{Version, json};
use super::body::Place;
use super::{InfluxLines, InfluxWrite};
use crate::sources::handover::Handover;
use crate::{Secret, authorization};

const STRANGER: &str = "the token or the password is another";

/// Where requests come in.
pub(super) struct Entrance {
    pub(super) handover: Handover<InfluxWrite>,
    pub(super) lines: InfluxLines,
    pub(super) token: Option<Secret>,
}

impl Entrance {
    /// The answer to those who have no token, before anything of their bodies is kept.
    pub(super) fn check(&self, head: &Parts) -> Option<Response<Bytes>> {
        let is_open = matches!(head.uri.path(), "/ping" | "/health");
        let refusal = || Version::of(head.uri.path()).error(StatusCode::UNAUTHORIZED, STRANGER);
        (!is_open && !self.lets_in(head)).then(refusal)
    }

    pub(super) async fn write(&self, version: Version, request: Request<Bytes>) -> Response<Bytes> {
        let unit = match unit(request.uri()) {
            Ok(unit) => unit,
            Err(message) => return version.error(StatusCode::BAD_REQUEST, &message),
        };
        let write = |reply| InfluxWrite {
            body: request.into_body(),
            place: Place::default(),
            lines: self.lines.clone().unit(unit),
            version,
            reply,
            wrong: (0, String::new()),
        };
        let busy = || version.error(StatusCode::SERVICE_UNAVAILABLE, "what was written before is still to be read");
        self.handover.give(write).await.unwrap_or_else(busy)
    }

    pub(super) fn query(&self, request: &Request<Bytes>) -> Response<Bytes> {
        // It may stand in a form, too.
        let asked = parameter(request.uri(), "q").or_else(|| {
            let mut form = form_urlencoded::parse(request.body());
            form.find(|(name, _)| name == "q").map(|(_, value)| value.into_owned())
        });
        let creates = asked.is_some_and(|query| {
            query.trim_start().get(..15).is_some_and(|start| start.eq_ignore_ascii_case("create database"))
        });
        match creates {
            true => json(&json!({"results": [{"statement_id": 0}]})),
            false => Version::One.error(StatusCode::BAD_REQUEST, "there is nothing to query here, only to write"),
        }
    }

    fn lets_in(&self, head: &Parts) -> bool {
        let Some(token) = &self.token else { return true };
        match head.headers.get(AUTHORIZATION) {
            Some(given) => {
                authorization::credential(given.as_bytes()).is_some_and(|given| authorization::same(&given, token))
            }
            None => parameter(&head.uri, "p").is_some_and(|given| authorization::same(given.as_bytes(), token)),
        }
    }
}

/// What the query of a request has under a name.
fn parameter(uri: &Uri, name: &str) -> Option<String> {
    let query = uri.query()?;
    form_urlencoded::parse(query.as_bytes()).find(|(other, _)| other == name).map(|(_, value)| value.into_owned())
}

/// How many nanoseconds the unit has in which the times of a request are.
fn unit(uri: &Uri) -> Result<i64, String> {
    let Some(precision) = parameter(uri, "precision") else { return Ok(1) };
    Ok(match &*precision {
        "" | "n" | "ns" => 1,
        "u" | "us" | "µ" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60 * 1_000_000_000,
        "h" => 60 * 60 * 1_000_000_000,
        _ => {
            let precision: String = precision.chars().take(20).collect();
            return Err(format!("{precision:?} is no precision: take ns, us, ms, s, m or h"));
        }
    })
}
