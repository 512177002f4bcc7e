//! The behaviour of `metrix-io`, through its public API.

#[cfg(all(feature = "gzip", feature = "lines"))]
mod apache;
#[cfg(feature = "host")]
mod every;
#[cfg(feature = "graphite")]
mod graphite;
#[cfg(feature = "host")]
mod host;
#[cfg(all(feature = "jsonl", feature = "lines", feature = "statsd"))]
mod samples;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(feature = "statsd")]
mod statsd;
#[cfg(feature = "statsd")]
mod tcp_lines;
#[cfg(feature = "statsd")]
mod udp;
#[cfg(all(feature = "statsd", unix))]
mod unix;
