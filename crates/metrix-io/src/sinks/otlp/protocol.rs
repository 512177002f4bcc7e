//! [`Protocol`]: in which way OTLP is spoken.

use std::fmt;

use crate::otlp::{HTTP_PATH, JSON, PROTOBUF};

/// In which way OTLP is spoken. Its [`Display`](fmt::Display) is the name that all exporters of OpenTelemetry have for it.
///
/// ```
/// use metrix_io::sinks::otlp::Protocol;
///
/// assert_eq!(Protocol::default().to_string(), "http/protobuf");
/// assert_eq!(Protocol::Grpc.url(), "http://127.0.0.1:4317");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// gRPC, over HTTP/2.
    Grpc,
    /// Protobuf, posted over HTTP/1.1.
    #[default]
    HttpProtobuf,
    /// JSON, posted over HTTP/1.1.
    HttpJson,
}

impl Protocol {
    /// Where a collector on this machine listens.
    pub fn url(self) -> &'static str {
        match self {
            Self::Grpc => "http://127.0.0.1:4317",
            Self::HttpProtobuf | Self::HttpJson => "http://127.0.0.1:4318",
        }
    }

    /// What is added to a URL.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Grpc => crate::otlp::grpc::PATH,
            Self::HttpProtobuf | Self::HttpJson => HTTP_PATH,
        }
    }

    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Grpc => "application/grpc",
            Self::HttpProtobuf => PROTOBUF,
            Self::HttpJson => JSON,
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Grpc => "grpc",
            Self::HttpProtobuf => "http/protobuf",
            Self::HttpJson => "http/json",
        })
    }
}
