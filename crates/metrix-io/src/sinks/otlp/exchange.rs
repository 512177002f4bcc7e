//! [`Outcome`]: what a server has made of a request, in any of the protocols.

use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue, TE, USER_AGENT};
use hyper::{Method, Request, StatusCode};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::{Otlp, Protocol};
use crate::http_client::{Answer, Fault, gzip, in_short};
use crate::otlp::answer::Partial;
use crate::otlp::check::check;
use crate::otlp::from_json::from_json;
use crate::otlp::schema::{Message, REQUEST, RESPONSE, STATUS};
use crate::otlp::status::{RESOURCE_EXHAUSTED, Status};
use crate::otlp::to_json::to_json;
use crate::otlp::{JSON, PROTOBUF, grpc};

const GRPC_ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");
const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// What a server has made of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was taken, but maybe not all of it.
    Taken(Partial),
    /// It was taken, and what the server says of it can't be read.
    TakenUnread,
    /// It has more than the server takes at once.
    TooLarge(String),
    /// The same may be sent again, and not before this time is over if the server says so.
    Retryable(String, Option<Duration>),
    Refused(String),
}

impl Otlp {
    /// Sends a message, and reads the answer.
    pub(super) async fn post(&mut self, message: Vec<u8>) -> Result<Outcome, Fault> {
        let request = self.request(message)?;
        let answer = self.client.send(request, self.limits).await?;
        self.counts.answered();
        let outcome = match self.protocol {
            Protocol::Grpc => by_grpc(&answer)?,
            Protocol::HttpProtobuf | Protocol::HttpJson => by_http(&answer, self.protocol),
        };
        if outcome == Outcome::TakenUnread {
            self.counts.not_read();
            return Ok(Outcome::Taken(Partial::default()));
        }
        Ok(outcome)
    }

    fn request(&self, message: Vec<u8>) -> Result<Request<Full<Bytes>>, Fault> {
        let packed = |body: Vec<u8>| if self.gzip { gzip::pack(&body) } else { body };
        let (body, encoding) = match self.protocol {
            Protocol::Grpc => (grpc::frame(&packed(message), self.gzip), GRPC_ENCODING),
            Protocol::HttpProtobuf => (packed(message), CONTENT_ENCODING),
            Protocol::HttpJson => (packed(to_json(&REQUEST, &message)), CONTENT_ENCODING),
        };
        let mut request = self
            .client
            .request(Method::POST, self.path)
            .header(CONTENT_TYPE, self.protocol.media_type())
            .header(USER_AGENT, concat!("metrix/", env!("CARGO_PKG_VERSION")))
            .body(Full::from(body))?;
        let headers = request.headers_mut();
        if self.gzip {
            headers.insert(encoding, HeaderValue::from_static("gzip"));
        }
        if self.protocol == Protocol::Grpc {
            headers.insert(TE, HeaderValue::from_static("trailers"));
            // Eight digits are as many as there may be.
            let millis = self.limits.exchange.as_millis().min(99_999_999);
            headers.insert(GRPC_TIMEOUT, HeaderValue::try_from(format!("{millis}m"))?);
        }
        self.headers.add_to(headers);
        Ok(request)
    }
}

fn by_http(answer: &Answer, protocol: Protocol) -> Outcome {
    let content_type = answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    // An answer that doesn't tell its form has that of the request.
    let media_type = if media_type.is_empty() { protocol.media_type() } else { media_type };
    let is = |name: &str| media_type.eq_ignore_ascii_case(name);
    // Proxies answer in whatever form they like, which is shown as it is.
    let body = |message: &'static Message| {
        let body = match () {
            () if is(PROTOBUF) => answer.body.to_vec(),
            () if is(JSON) => from_json(message, &answer.body).ok()?,
            () => return None,
        };
        check(message, &body).is_ok().then_some(body)
    };
    if answer.status.is_success() {
        return match body(&RESPONSE) {
            // Of one that has broken off, or has too much in it, the rest may say more.
            Some(body) if answer.is_whole => Outcome::Taken(Partial::read(&body)),
            _ if answer.body.is_empty() && answer.is_whole => Outcome::Taken(Partial::default()),
            _ => Outcome::TakenUnread,
        };
    }
    let reason = body(&STATUS).map(|body| Status::read(&body).message).filter(|message| !message.is_empty());
    let said = answer.said(reason.as_deref());
    match answer.status {
        StatusCode::PAYLOAD_TOO_LARGE => Outcome::TooLarge(said),
        status if is_retryable(status) => Outcome::Retryable(said, answer.retry_after()),
        _ => Outcome::Refused(said),
    }
}

/// By the list of OTLP's specification.
fn is_retryable(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

fn by_grpc(answer: &Answer) -> Result<Outcome, Fault> {
    // What has no body has the status among its headers.
    let header = |name: &str| answer.trailers.get(name).or_else(|| answer.headers.get(name));
    let code = header("grpc-status").and_then(|code| code.to_str().ok()?.parse().ok());
    let Some(code) = code else {
        return match answer.status {
            StatusCode::OK if answer.is_whole => Err("the server has answered without a status of gRPC".into()),
            StatusCode::OK => Err("the answer has broken off, or has too much in it".into()),
            // A proxy that knows no gRPC.
            status if is_retryable(status) => Ok(Outcome::Retryable(answer.said(None), answer.retry_after())),
            _ => Ok(Outcome::Refused(answer.said(None))),
        };
    };
    let mut status =
        Status::new(code, header("grpc-message").map(|words| grpc::unescape(words.as_bytes())).unwrap_or_default());
    if status.code == 0 {
        let message = grpc::unframe(&answer.body).filter(|message| check(&RESPONSE, message).is_ok());
        return Ok(message.map_or(Outcome::TakenUnread, |message| Outcome::Taken(Partial::read(message))));
    }
    let details = header("grpc-status-details-bin").and_then(|details| {
        let unpadded = details.to_str().ok()?.trim_end_matches('=');
        STANDARD_NO_PAD.decode(unpadded).ok()
    });
    status.retry_after = details.and_then(|details| Status::read(&details).retry_after);
    let said = format!("the server says {}: {:?}", status.name(), in_short(&status.message));
    Ok(match status.is_retryable() {
        true => Outcome::Retryable(said, status.retry_after),
        // Most often by the length of a message.
        false if status.code == RESOURCE_EXHAUSTED => Outcome::TooLarge(said),
        false => Outcome::Refused(said),
    })
}

#[cfg(test)]
mod tests {
    use hyper::HeaderMap;

    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &str)], body: Vec<u8>) -> Answer {
        let mut map = HeaderMap::new();
        map.extend(
            headers.iter().map(|(name, value)| {
                (HeaderName::from_static(name), HeaderValue::try_from(*value).expect("it is one"))
            }),
        );
        let status = StatusCode::from_u16(status).expect("it is one");
        Answer { status, headers: map, body: body.into(), trailers: HeaderMap::new(), is_whole: true }
    }

    #[test]
    fn http_says_it_by_its_status_and_a_message() {
        let partial = Partial { rejected: 2, message: "no".to_owned() };
        let (protobuf, json) =
            ([("content-type", "application/x-protobuf")], [("content-type", "application/json; a=b")]);
        for (answer, expected) in [
            (answer(200, &protobuf, partial.write()), Outcome::Taken(partial.clone())),
            (answer(200, &json, partial.write_json()), Outcome::Taken(partial.clone())),
            (answer(200, &json, b"{\"partialSuccess\":null}".to_vec()), Outcome::Taken(Partial::default())),
            (answer(204, &[], Vec::new()), Outcome::Taken(Partial::default())),
            // In the form of the request, where none is told.
            (answer(200, &[], partial.write()), Outcome::Taken(partial.clone())),
            (answer(200, &[], partial.write_json()), Outcome::TakenUnread),
            (answer(200, &[("content-type", "APPLICATION/X-PROTOBUF")], partial.write()), Outcome::Taken(partial)),
            (answer(200, &[], b"what?".to_vec()), Outcome::TakenUnread),
            (answer(200, &[("content-type", "text/html")], b"<html>".to_vec()), Outcome::TakenUnread),
            (answer(200, &json, b"{".to_vec()), Outcome::TakenUnread),
            (Answer { is_whole: false, ..answer(200, &protobuf, Vec::new()) }, Outcome::TakenUnread),
        ] {
            assert_eq!(by_http(&answer, Protocol::HttpProtobuf), expected);
        }
        let status = Status::new(3, "why");
        for (headers, body) in [
            (protobuf, status.write()),
            (json, status.write_json()),
            ([("content-type", "text/plain")], b"why".to_vec()),
        ] {
            let outcome = |code| by_http(&answer(code, &headers, body.clone()), Protocol::HttpJson);
            for code in [400, 401, 404, 408, 415, 500, 501, 505, 302] {
                let Outcome::Refused(said) = outcome(code) else { panic!("{code}: {:?}", outcome(code)) };
                assert!(said.ends_with(": \"why\""), "{said}");
            }
            for code in [429, 502, 503, 504] {
                assert!(matches!(outcome(code), Outcome::Retryable(..)), "{code}");
            }
            assert!(matches!(outcome(413), Outcome::TooLarge(_)));
        }
    }

    #[test]
    fn grpc_says_it_by_headers_after_the_body() {
        let partial = Partial { rejected: 2, message: "no".to_owned() };
        let mut taken = answer(200, &[], grpc::frame(&partial.write(), false));
        taken.trailers.insert("grpc-status", HeaderValue::from_static("0"));
        assert_eq!(by_grpc(&taken).unwrap(), Outcome::Taken(partial));
        for body in [&b""[..], b"\x01\0\0\0\0", b"\0\0\0\0\x02\x0a\xff"] {
            taken.body = body.to_vec().into();
            assert_eq!(by_grpc(&taken).unwrap(), Outcome::TakenUnread, "{body:?}");
        }
        let refused = answer(200, &[("grpc-status", "3"), ("grpc-message", "a%20%C3%A9")], Vec::new());
        let said = "the server says INVALID_ARGUMENT: \"a é\"".to_owned();
        assert_eq!(by_grpc(&refused).unwrap(), Outcome::Refused(said));
        for (headers, is_retryable) in [
            (&[("grpc-status", "14")][..], true),
            (&[("grpc-status", "8")], false),
            // Details of this type and of another.
            (&[("grpc-status", "8"), ("grpc-status-details-bin", "CAgaGAoWeC9nb29nbGUucnBjLlJldHJ5SW5mbw==")], true),
            (&[("grpc-status", "8"), ("grpc-status-details-bin", "CAgaEwoReC9nb29nbGUucnBjLkhlbHA")], false),
        ] {
            let outcome = by_grpc(&answer(200, headers, Vec::new())).unwrap();
            assert_eq!(matches!(outcome, Outcome::Retryable(..)), is_retryable, "{headers:?} {outcome:?}");
        }
        let too_large = by_grpc(&answer(200, &[("grpc-status", "8")], Vec::new())).unwrap();
        assert!(matches!(too_large, Outcome::TooLarge(_)));
        assert!(matches!(by_grpc(&answer(503, &[], Vec::new())).unwrap(), Outcome::Retryable(..)));
        assert!(matches!(by_grpc(&answer(404, &[], Vec::new())).unwrap(), Outcome::Refused(_)));
        assert!(by_grpc(&answer(200, &[], Vec::new())).is_err());
    }
}
