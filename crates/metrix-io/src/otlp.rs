//! OTLP's messages, and the forms in which they travel: what its sink and its source share.

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
