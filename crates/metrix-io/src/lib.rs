//! The outside world of metrix: where measurements come from and where elements go, one protocol a file, each behind a feature.
//!
//! An [`Input`] gives lines, and one of the [`sources`] makes [readings](Reading) of them, as [`ParseLine`] has it.
//!
//! # Features
//! - `gzip`, `zstd`: inputs that are compressed.
//! - `host`: the [source](sources::host) that samples this machine.
//! - `http-server`: the [server](http_server) of the endpoints and sources that speak HTTP.
//! - `json`, `jsonl`, `lines`: [`sources`] of JSON logs, of measurements as JSON lines, and of any text log.
//! - `prometheus`: the [endpoint](sinks::prometheus) that Prometheus scrapes, and a [parser](sources::prometheus) of what it reads.
//! - `sqlite`: the [sink](sinks::sqlite) that keeps elements in a file, and what reads them back.
//! - `statsd`: [`sources`] of StatsD and DogStatsD, over UDP too.
#![forbid(unsafe_code)]

#[cfg(any(feature = "http-server", feature = "statsd"))]
mod bind_error;
mod glob;
#[cfg(feature = "http-server")]
pub mod http_server;
#[cfg(feature = "host")]
mod increases;
mod input;
mod kind;
#[cfg(any(feature = "json", feature = "jsonl", feature = "lines", feature = "statsd"))]
mod number;
mod parse;
#[cfg(feature = "prometheus")]
mod prometheus_format;
#[cfg(feature = "prometheus")]
mod prometheus_series;
mod reading;
mod sample;
pub mod sinks;
pub mod sources;

#[cfg(any(feature = "http-server", feature = "statsd"))]
pub use bind_error::BindError;
pub use glob::Glob;
pub use input::{Chunk, Chunks, Follow, Input, InputBuilder, InputError, Line, Progress, Step};
pub use kind::Kind;
pub use parse::{LineError, ParseLine};
pub use reading::Reading;
pub use sample::Sample;
