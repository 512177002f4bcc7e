//! Where elements go: this is the index of the stores and protocols.

#[cfg(feature = "graphite")]
pub mod graphite;
#[cfg(any(feature = "influx", feature = "remote_write"))]
mod http_counts;
#[cfg(feature = "influx")]
pub mod influx;
#[cfg(feature = "kafka")]
pub mod kafka;
#[cfg(feature = "nats")]
pub mod nats;
#[cfg(feature = "opentsdb")]
pub mod opentsdb;
#[cfg(feature = "otlp")]
pub mod otlp;
#[cfg(feature = "parquet")]
pub mod parquet;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "prometheus")]
pub mod prometheus;
#[cfg(any(feature = "graphite", feature = "kafka", feature = "statsd", feature = "_tls"))]
mod refused;
#[cfg(feature = "remote_write")]
pub mod remote_write;
#[cfg(any(feature = "influx", feature = "postgres"))]
mod search;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[cfg(feature = "statsd")]
pub mod statsd;
#[cfg(any(feature = "graphite", feature = "influx", feature = "opentsdb", feature = "statsd"))]
mod wire;

#[cfg(any(feature = "influx", feature = "remote_write"))]
pub use http_counts::HttpCounts;
#[cfg(any(feature = "graphite", feature = "statsd"))]
pub use wire::WireCounts;
