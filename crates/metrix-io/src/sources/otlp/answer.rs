//! [`Form`]: answers, in the form of the request.

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::{Response, StatusCode};

use crate::otlp::answer::Partial;
use crate::otlp::status::Status;
use crate::otlp::{JSON, PROTOBUF};

/// In which form a request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Protobuf,
    Json,
    /// Whose server turns statuses of HTTP into its own.
    Grpc,
}

impl Form {
    /// That of a media type over HTTP.
    pub(super) fn of(content_type: Option<&str>) -> Option<Self> {
        let media_type = content_type?.split(';').next()?.trim();
        [(PROTOBUF, Self::Protobuf), (JSON, Self::Json)]
            .into_iter()
            .find(|(name, _)| media_type.eq_ignore_ascii_case(name))
            .map(|(_, form)| form)
    }

    /// It was taken, but for what was rejected.
    pub(super) fn taken(self, rejected: &Partial) -> Response<Bytes> {
        let body = match self {
            Self::Protobuf | Self::Grpc => rejected.write(),
            Self::Json => rejected.write_json(),
        };
        self.answer(StatusCode::OK, body)
    }

    /// An answer that says what is wrong.
    pub(super) fn error(self, status: StatusCode, message: &str) -> Response<Bytes> {
        let said = Status::new(crate::http_server::grpc_code(status), message);
        let body = match self {
            Self::Protobuf => said.write(),
            Self::Json => said.write_json(),
            Self::Grpc => message.as_bytes().to_vec(),
        };
        let mut answer = self.answer(status, body);
        let headers = answer.headers_mut();
        match status {
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("1"))
            }
            StatusCode::UNAUTHORIZED => headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
            _ => None,
        };
        answer
    }

    /// What the server refuses by itself.
    pub(super) fn refusal(self, status: StatusCode) -> Response<Bytes> {
        let message = match status {
            StatusCode::PAYLOAD_TOO_LARGE => "the body is too large: send fewer points in a request",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "the body has an encoding that is not known: take gzip, or none",
            StatusCode::TOO_MANY_REQUESTS => "there is no room for the body now: come again",
            StatusCode::REQUEST_TIMEOUT => "the body has not come in time",
            StatusCode::BAD_REQUEST => "the body is not what it says it is: packed by gzip, or one message of gRPC",
            StatusCode::NOT_FOUND => {
                "there is nothing here: metrics are posted to /v1/metrics, or to MetricsService over gRPC"
            }
            StatusCode::METHOD_NOT_ALLOWED => "this path has other methods",
            _ => "something has gone wrong here",
        };
        self.error(status, message)
    }

    fn answer(self, status: StatusCode, body: Vec<u8>) -> Response<Bytes> {
        let mut answer = Response::new(Bytes::from(body));
        *answer.status_mut() = status;
        let media_type = match self {
            Self::Protobuf => PROTOBUF,
            Self::Json => JSON,
            Self::Grpc => "application/grpc",
        };
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        answer
    }
}
