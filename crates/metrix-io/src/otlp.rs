//! OTLP's messages, and the forms in which they travel: what its sink and its source share.
//!
//! They are read where they lie, and not by prost, which makes a value of each message first: of a hostile body of 16 MiB, whose points are
//! two bytes each, those would take 8 million times the size of a point, some GiB. What is read here takes no memory but the body. It reads
//! as protobuf says: messages that come twice are merged, of fields that exclude each other the last holds, and what is not known is
//! passed over; but what has a known number and another type makes a body none, where protobuf would pass over it too.

pub(crate) mod answer;
pub(crate) mod check;
pub(crate) mod from_json;
pub(crate) mod grpc;
pub(crate) mod schema;
pub(crate) mod status;
pub(crate) mod to_json;
pub(crate) mod wire;

/// Where metrics are posted to over HTTP, unless told otherwise.
pub(crate) const HTTP_PATH: &str = "/v1/metrics";

/// The media types of HTTP's bodies.
pub(crate) const PROTOBUF: &str = "application/x-protobuf";
pub(crate) const JSON: &str = "application/json";

/// What an [`AggregationTemporality`](https://opentelemetry.io/docs/specs/otel/metrics/data-model/#temporality) is as a number.
pub(crate) const DELTA: u64 = 1;
pub(crate) const CUMULATIVE: u64 = 2;
