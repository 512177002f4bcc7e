//! Where elements go: this is the index of the stores and protocols.

#[cfg(feature = "graphite")]
pub mod graphite;
#[cfg(feature = "influx")]
pub mod influx;
#[cfg(feature = "kafka")]
pub mod kafka;
#[cfg(feature = "nats")]
pub mod nats;
#[cfg(feature = "opentsdb")]
pub mod opentsdb;
#[cfg(feature = "prometheus")]
pub mod prometheus;
#[cfg(any(
    feature = "graphite",
    feature = "influx",
    feature = "kafka",
    feature = "nats",
    feature = "opentsdb",
    feature = "prometheus",
    feature = "remote_write",
    feature = "statsd"
))]
mod refused;
#[cfg(feature = "remote_write")]
pub mod remote_write;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[cfg(feature = "statsd")]
pub mod statsd;
#[cfg(any(feature = "graphite", feature = "opentsdb", feature = "statsd"))]
mod wire;

#[cfg(any(feature = "graphite", feature = "statsd"))]
pub use wire::WireCounts;
