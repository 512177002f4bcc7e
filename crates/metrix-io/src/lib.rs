//! The outside world of metrix: where measurements come from and where elements go, one protocol a file, each behind a feature.
//!
//! An [`Input`] gives lines, and one of the [`sources`] makes [readings](Reading) of them, as [`ParseLine`] has it.
//!
//! # Features
//! - `graphite`: the [source](sources::graphite) and the [sink](sinks::graphite) of Graphite.
//! - `gzip`, `zstd`: inputs that are compressed.
//! - `host`: the [source](sources::host) that samples this machine.
//! - `json`, `jsonl`, `lines`: [`sources`] of JSON logs, of measurements as JSON lines, and of any text log.
//! - `net`: lines from the network, over [UDP](sources::udp), [TCP](sources::tcp_lines) and [Unix datagrams](sources::unix).
//! - `sqlite`: the [sink](sinks::sqlite) that keeps elements in a file, and what reads them back.
//! - `statsd`: the [source](sources::statsd) and the [sink](sinks::statsd) of StatsD and DogStatsD.
#![forbid(unsafe_code)]

mod glob;
mod input;
mod kind;
#[cfg(any(feature = "graphite", feature = "json", feature = "jsonl", feature = "lines", feature = "statsd"))]
mod number;
mod parse;
mod reading;
mod sample;
pub mod sinks;
pub mod sources;

pub use glob::Glob;
pub use input::{Chunk, Chunks, Follow, Input, InputBuilder, InputError, Line, Progress, Step};
pub use kind::Kind;
pub use parse::{LineError, ParseLine};
pub use reading::Reading;
pub use sample::Sample;
