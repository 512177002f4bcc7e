//! Where measurements come from: this is the index of the protocols.

#[cfg(feature = "net")]
mod datagrams;
#[cfg(feature = "host")]
pub mod every;
#[cfg(any(feature = "graphite", feature = "json", feature = "jsonl", feature = "lines", feature = "prometheus"))]
mod excerpt;
#[cfg(any(feature = "json", feature = "lines"))]
mod fields;
#[cfg(feature = "graphite")]
pub mod graphite;
#[cfg(any(feature = "influx", feature = "otlp"))]
mod handover;
#[cfg(feature = "host")]
pub mod host;
#[cfg(feature = "influx")]
pub mod influx;
#[cfg(feature = "json")]
mod json;
#[cfg(feature = "jsonl")]
mod jsonl;
#[cfg(feature = "kafka")]
pub mod kafka;
#[cfg(feature = "lines")]
mod lines;
#[cfg(feature = "nats")]
pub mod nats;
#[cfg(feature = "otlp")]
pub mod otlp;
#[cfg(any(feature = "json", feature = "jsonl"))]
mod pointers;
#[cfg(feature = "prometheus")]
pub mod prometheus;
#[cfg(any(feature = "influx", feature = "otlp"))]
mod requests;
#[cfg(feature = "statsd")]
pub mod statsd;
#[cfg(feature = "net")]
pub mod tcp_lines;
#[cfg(any(feature = "json", feature = "jsonl", feature = "lines"))]
mod time_format;
#[cfg(feature = "net")]
pub mod udp;
#[cfg(all(feature = "net", unix))]
pub mod unix;
#[cfg(any(feature = "json", feature = "jsonl", feature = "lines", feature = "prometheus"))]
mod unix_time;

#[cfg(feature = "net")]
pub use datagrams::{DatagramMeter, DatagramStats};
#[cfg(any(feature = "json", feature = "lines"))]
pub use fields::{Fields, FieldsError, Metric};
#[cfg(feature = "json")]
pub use json::Json;
#[cfg(feature = "jsonl")]
pub use jsonl::Jsonl;
#[cfg(feature = "lines")]
pub use lines::Lines;
#[cfg(any(feature = "influx", feature = "otlp"))]
pub use requests::Requests;
#[cfg(any(feature = "json", feature = "jsonl", feature = "lines"))]
pub use time_format::{FormatError, Strptime, TimeError, TimeFormat};
