//! [`Answer`]: what a server has answered, and what that means.

use std::borrow::Cow;
#[cfg(any(feature = "influx", feature = "opentsdb", feature = "otlp", feature = "remote_write"))]
use std::time::{Duration, SystemTime};

use hyper::body::Bytes;
#[cfg(any(feature = "influx", feature = "opentsdb", feature = "otlp", feature = "remote_write"))]
use hyper::header::RETRY_AFTER;
use hyper::{HeaderMap, StatusCode};

/// What a server has answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Empty if there was too much of it, or it broke off.
    pub(crate) body: Bytes,
    /// Headers that came after the body.
    #[cfg_attr(not(feature = "otlp"), allow(dead_code, reason = "only gRPC has them"))]
    pub(crate) trailers: HeaderMap,
    #[cfg_attr(
        not(any(feature = "otlp", feature = "prometheus")),
        allow(dead_code, reason = "the status says enough")
    )]
    pub(crate) is_whole: bool,
}

/// What becomes of a request with such an answer.
#[cfg(any(feature = "influx", feature = "opentsdb", feature = "prometheus", feature = "remote_write"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The server has taken it.
    Taken,
    /// Another try may help: the server is busy, or unwell.
    Retryable,
    /// The server takes no such thing.
    Refused,
}

impl Answer {
    /// 2xx says that it was taken; 408, 429 and 5xx are worth another try; all else is a refusal.
    #[cfg(any(feature = "influx", feature = "opentsdb", feature = "prometheus", feature = "remote_write"))]
    pub(crate) fn verdict(&self) -> Verdict {
        match self.status {
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Verdict::Retryable,
            status if status.is_success() => Verdict::Taken,
            status if status.is_server_error() => Verdict::Retryable,
            _ => Verdict::Refused,
        }
    }

    /// When the server says to come again: `Retry-After`, in seconds or as a date.
    #[cfg(any(feature = "influx", feature = "opentsdb", feature = "otlp", feature = "remote_write"))]
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let text = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        let of_date = || httpdate::parse_http_date(text).ok()?.duration_since(SystemTime::now()).ok();
        text.parse().ok().map(Duration::from_secs).or_else(of_date)
    }

    /// The server's words: its `reason` if that was found in the body, or else the body. Of more than 300
    /// characters the middle is left out: the reason often stands at the end, after what was sent.
    pub(crate) fn said(&self, reason: Option<&str>) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let words = in_short(reason.unwrap_or(text.trim()));
        format!("the server says {}: {words:?}", self.status)
    }
}

/// Words of a server, in short.
pub(crate) fn in_short(words: &str) -> Cow<'_, str> {
    let count = words.chars().count();
    if count <= 300 {
        return Cow::Borrowed(words);
    }
    let start: String = words.chars().take(100).collect();
    let end: String = words.chars().skip(count - 200).collect();
    Cow::Owned(format!("{start} ... {end}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: StatusCode, body: Bytes) -> Answer {
        Answer { status, headers: HeaderMap::new(), body, trailers: HeaderMap::new(), is_whole: true }
    }

    #[cfg(any(feature = "influx", feature = "opentsdb", feature = "prometheus", feature = "remote_write"))]
    #[test]
    fn verdicts_are_by_the_status() {
        for (status, expected) in [
            (200, Verdict::Taken),
            (204, Verdict::Taken),
            (302, Verdict::Refused),
            (400, Verdict::Refused),
            (401, Verdict::Refused),
            (404, Verdict::Refused),
            (408, Verdict::Retryable),
            (413, Verdict::Refused),
            (429, Verdict::Retryable),
            (500, Verdict::Retryable),
            (503, Verdict::Retryable),
        ] {
            let status = StatusCode::from_u16(status).expect("it is one");
            assert_eq!(answer(status, Bytes::new()).verdict(), expected, "{status}");
        }
    }

    #[cfg(any(feature = "influx", feature = "opentsdb", feature = "otlp", feature = "remote_write"))]
    #[test]
    fn when_to_come_again_is_in_seconds_or_a_date() {
        let after = |value: &str| {
            let mut answer = answer(StatusCode::SERVICE_UNAVAILABLE, Bytes::new());
            answer.headers.insert(RETRY_AFTER, value.parse().expect("it is one"));
            answer.retry_after()
        };
        for (value, expected) in [("0", Some(0)), (" 120 ", Some(120)), ("-1", None), ("soon", None), ("1.5", None)] {
            assert_eq!(after(value), expected.map(Duration::from_secs), "{value}");
        }
        let date = |seconds| after(&httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(seconds)));
        let (near, far) = (Duration::from_secs(3500), Duration::from_secs(3600));
        assert!(date(3600).is_some_and(|after| near < after && after <= far));
        assert_eq!(after("Fri, 31 Dec 1999 23:59:59 GMT"), None);
        assert_eq!(answer(StatusCode::OK, Bytes::new()).retry_after(), None);
    }

    #[test]
    fn words_are_short_and_in_one_line() {
        let answer = answer(StatusCode::BAD_REQUEST, Bytes::from(format!(" a\nb{}", "c".repeat(999))));
        let said = answer.said(None);
        assert!(said.starts_with("the server says 400 Bad Request: \"a\\nbccc"), "{said}");
        assert!(said.len() < 400 && !said.contains('\n'));
        let words = format!("unable to parse '{}': missing fields", "é".repeat(65_000));
        let said = answer.said(Some(&words));
        assert!(said.contains("unable to parse 'éé") && said.ends_with("é': missing fields\""), "{said}");
        assert_eq!(said.chars().filter(|char| *char == 'é').count(), 300 - 17 - 17);
        assert_eq!(answer.said(Some("why")), "the server says 400 Bad Request: \"why\"");
    }
}
