//! What the sinks of protocols of lines have in common: how text is cleaned, and how bytes are sent.

#[cfg(any(feature = "graphite", feature = "statsd"))]
mod clean;
#[cfg(any(feature = "graphite", feature = "statsd"))]
mod counts;
#[cfg(any(feature = "graphite", feature = "influx", feature = "statsd"))]
mod datagrams;
#[cfg(any(feature = "graphite", feature = "statsd"))]
mod encoded;
#[cfg(any(feature = "graphite", feature = "opentsdb", feature = "statsd"))]
mod framing;
#[cfg(any(feature = "graphite", feature = "opentsdb", feature = "statsd"))]
mod history;
mod notes;
#[cfg(any(feature = "graphite", feature = "statsd"))]
mod pack;
#[cfg(any(feature = "graphite", feature = "opentsdb", feature = "statsd"))]
mod stream;
#[cfg(any(feature = "graphite", feature = "statsd"))]
mod tags;
mod timeouts;

#[cfg(any(feature = "graphite", feature = "statsd"))]
pub(super) use self::clean::clean;
#[cfg(any(feature = "graphite", feature = "statsd"))]
pub use self::counts::WireCounts;
#[cfg(feature = "influx")]
pub(super) use self::datagrams::Unsent;
#[cfg(any(feature = "graphite", feature = "influx", feature = "statsd"))]
pub(super) use self::datagrams::{Datagrams, Peer};
#[cfg(any(feature = "graphite", feature = "statsd"))]
pub(super) use self::encoded::Encoded;
#[cfg(any(feature = "graphite", feature = "opentsdb", feature = "statsd"))]
pub(super) use self::framing::Framing;
#[cfg(any(feature = "influx", feature = "opentsdb"))]
pub(super) use self::notes::Notes;
#[cfg(any(feature = "graphite", feature = "statsd"))]
pub(super) use self::pack::Break;
#[cfg(any(feature = "graphite", feature = "opentsdb", feature = "statsd"))]
pub(super) use self::stream::Stream;
#[cfg(any(feature = "graphite", feature = "statsd"))]
pub(super) use self::tags::CleanTags;
pub(super) use self::timeouts::Timeouts;
