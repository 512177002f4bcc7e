//! [`Version`]: answers, as either version of InfluxDB gives them.

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::{Response, StatusCode};
use serde_json::json;

/// Which version's answers a client expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    One,
    Two,
}

impl Version {
    /// The version that has such a path.
    pub(super) fn of(path: &str) -> Self {
        if path.starts_with("/api/v2/") { Self::Two } else { Self::One }
    }

    /// What the server refuses by itself.
    pub(super) fn refusal(self, status: StatusCode) -> Response<Bytes> {
        let message = match status {
            StatusCode::PAYLOAD_TOO_LARGE => "the body is too large: write fewer lines in a request",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "the body has an encoding that is not known: take gzip, or none",
            StatusCode::TOO_MANY_REQUESTS => "there is no room for the body now: come again",
            StatusCode::REQUEST_TIMEOUT => "the body has not come in time",
            StatusCode::BAD_REQUEST => "the body is not the gzip that it says it is",
            StatusCode::NOT_FOUND => "there is nothing here: write to /write or to /api/v2/write",
            StatusCode::METHOD_NOT_ALLOWED => "this path has other methods",
            _ => "something has gone wrong here",
        };
        self.error(status, message)
    }

    /// An answer that says what is wrong.
    pub(super) fn error(self, status: StatusCode, message: &str) -> Response<Bytes> {
        let body = match self {
            Self::One => json!({"error": message}),
            Self::Two => json!({"code": code(status), "message": message}),
        };
        let mut answer = Response::new(Bytes::from(format!("{body}\n")));
        *answer.status_mut() = status;
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        // Clients of version 1 show this one.
        if let Ok(value) = HeaderValue::from_str(message) {
            headers.insert(HeaderName::from_static("x-influxdb-error"), value);
        }
        match status {
            StatusCode::SERVICE_UNAVAILABLE => headers.insert(RETRY_AFTER, HeaderValue::from_static("1")),
            StatusCode::UNAUTHORIZED => headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Token")),
            _ => None,
        };
        answer
    }
}

/// What version 2 calls a status.
fn code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "unauthorized",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable",
        StatusCode::TOO_MANY_REQUESTS => "too many requests",
        StatusCode::PAYLOAD_TOO_LARGE => "request too large",
        StatusCode::NOT_FOUND => "not found",
        StatusCode::METHOD_NOT_ALLOWED => "method not allowed",
        StatusCode::INTERNAL_SERVER_ERROR => "internal error",
        _ => "invalid",
    }
}

/// An answer without a word: all is well.
pub(super) fn well() -> Response<Bytes> {
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer.headers_mut().insert(
        HeaderName::from_static("x-influxdb-version"),
        HeaderValue::from_static(concat!("metrix-", env!("CARGO_PKG_VERSION"))),
    );
    answer
}

/// An answer in JSON.
pub(super) fn json(body: &serde_json::Value) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from(format!("{body}\n")));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_the_form_of_their_version() {
        let body = |version: Version| {
            let answer = version.error(StatusCode::BAD_REQUEST, "line 2: \"x\"");
            assert_eq!(answer.headers()["x-influxdb-error"], "line 2: \"x\"");
            String::from_utf8(answer.into_body().to_vec()).unwrap()
        };
        assert_eq!(body(Version::One), "{\"error\":\"line 2: \\\"x\\\"\"}\n");
        assert_eq!(body(Version::Two), "{\"code\":\"invalid\",\"message\":\"line 2: \\\"x\\\"\"}\n");
        // A message that no header can have stands in the body alone.
        let answer = Version::One.error(StatusCode::SERVICE_UNAVAILABLE, "a\nb");
        assert!(!answer.headers().contains_key("x-influxdb-error"));
        assert_eq!(answer.headers()["retry-after"], "1");
    }
}
