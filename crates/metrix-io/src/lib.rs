//! The outside world of metrix: where measurements come from and where elements go, one protocol a file, each behind a feature.
//!
//! An [`Input`] gives lines, and one of the [`sources`] makes [readings](Reading) of them, as [`ParseLine`] has it.
//!
//! # Features
//! - `graphite`: the [source](sources::graphite) and the [sink](sinks::graphite) of Graphite.
//! - `gzip`, `zstd`: inputs that are compressed.
//! - `host`: the [source](sources::host) that samples this machine.
//! - `http-server`: the [server](http_server) of the endpoints and sources that speak HTTP.
//! - `influx`: the [sink](sinks::influx) that writes to InfluxDB, and the [source](sources::influx) that takes its place.
//! - `json`, `jsonl`, `lines`: [`sources`] of JSON logs, of measurements as JSON lines, and of any text log.
//! - `kafka`: the [source](sources::kafka) and the [sink](sinks::kafka) of Kafka; `kafka-tls`: the same over TLS, by OpenSSL.
//! - `nats`: the [sink](sinks::nats) and the [source](sources::nats) of NATS JetStream.
//! - `net`: lines from the network, over [UDP](sources::udp), [TCP](sources::tcp_lines) and [Unix datagrams](sources::unix).
//! - `opentsdb`: the [sink](sinks::opentsdb::OpenTsdb) that writes to OpenTSDB over telnet or HTTP.
//! - `otlp`: the [sink](sinks::otlp) that writes to what takes OpenTelemetry's metrics, and the [source](sources::otlp) that takes them.
//! - `parquet`: the [sink](sinks::parquet) that writes Parquet files.
//! - `postgres`: the [sink](sinks::postgres) that writes to PostgreSQL.
//! - `prometheus`: the [endpoint](sinks::prometheus) that Prometheus scrapes, and the [source](sources::prometheus) that scrapes as it
//!   does.
//! - `remote_write`: the [sink](sinks::remote_write) that writes to Prometheus and others.
//! - `sqlite`: the [sink](sinks::sqlite) that keeps elements in a file, and what reads them back.
//! - `statsd`: the [source](sources::statsd) and the [sink](sinks::statsd) of StatsD and DogStatsD.
//!
//! Tokens and passwords are [`Secret`]s. URLs may begin with `https://`; [`Tls`] says whose certificates are trusted.
#![forbid(unsafe_code)]

#[cfg(any(feature = "graphite", feature = "statsd", feature = "_tls"))]
mod address;
#[cfg(any(feature = "influx", feature = "otlp", feature = "prometheus", feature = "remote_write"))]
mod authorization;
#[cfg(any(feature = "http-server", feature = "net"))]
mod bind_error;
#[cfg(any(feature = "http-server", feature = "net"))]
mod endpoint;
mod glob;
#[cfg(feature = "_http-client")]
mod http_client;
#[cfg(feature = "http-server")]
pub mod http_server;
#[cfg(any(feature = "host", feature = "prometheus"))]
mod increases;
#[cfg(feature = "influx")]
mod influx_precision;
mod input;
#[cfg(feature = "kafka")]
mod kafka;
mod kind;
#[cfg(feature = "nats")]
mod nats;
#[cfg(any(feature = "jsonl", feature = "lines"))]
mod near;
#[cfg(any(
    feature = "graphite",
    feature = "json",
    feature = "jsonl",
    feature = "lines",
    feature = "prometheus",
    feature = "statsd"
))]
#[cfg_attr(feature = "prometheus", allow(dead_code, reason = "alone it needs a part of this"))]
mod number;
#[cfg(feature = "otlp")]
mod otlp;
mod parse;
#[cfg(feature = "prometheus")]
mod prometheus_format;
#[cfg(any(feature = "prometheus", feature = "remote_write"))]
mod prometheus_series;
mod reading;
#[cfg(any(feature = "otlp", feature = "remote_write"))]
mod request_headers;
mod sample;
mod secret;
pub mod sinks;
pub mod sources;
#[cfg(feature = "_tls")]
mod tls;
#[cfg(any(feature = "influx", feature = "otlp", feature = "prometheus", feature = "remote_write"))]
mod user_error;

#[cfg(any(feature = "graphite", feature = "statsd", feature = "_tls"))]
pub use address::AddressError;
#[cfg(any(feature = "http-server", feature = "net"))]
pub use bind_error::BindError;
#[cfg(any(feature = "http-server", feature = "net"))]
pub use endpoint::Endpoint;
pub use glob::Glob;
pub use input::{Chunk, Chunks, Follow, Input, InputBuilder, InputError, Line, Progress, Step};
#[cfg(feature = "kafka")]
pub use kafka::{KafkaCluster, KafkaError, KafkaSasl};
pub use kind::Kind;
#[cfg(feature = "nats")]
pub use nats::{NatsError, NatsServer};
pub use parse::{LineError, ParseLine};
pub use reading::Reading;
#[cfg(any(feature = "otlp", feature = "remote_write"))]
pub use request_headers::HeaderError;
pub use sample::Sample;
pub use secret::{Secret, SecretError};
#[cfg(feature = "_tls")]
pub use tls::{Tls, TlsError};
#[cfg(any(feature = "influx", feature = "otlp", feature = "prometheus", feature = "remote_write"))]
pub use user_error::UserError;
