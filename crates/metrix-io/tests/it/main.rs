//! The behaviour of `metrix-io`, through its public API.

#[cfg(all(feature = "gzip", feature = "lines"))]
mod apache;
#[cfg(any(feature = "influx", feature = "opentsdb"))]
mod arrival;
#[cfg(any(feature = "influx", feature = "opentsdb"))]
mod chain;
mod enrolled;
#[cfg(feature = "host")]
mod every;
#[cfg(feature = "host")]
mod host;
#[cfg(any(feature = "influx", feature = "opentsdb"))]
mod hostile;
#[cfg(feature = "http-server")]
mod http_server;
#[cfg(feature = "influx")]
mod influx;
#[cfg(feature = "opentsdb")]
mod opentsdb;
#[cfg(any(feature = "influx", feature = "opentsdb"))]
#[cfg_attr(not(all(feature = "influx", feature = "opentsdb")), allow(dead_code))]
mod peers;
#[cfg(feature = "prometheus")]
mod prometheus;
#[cfg(all(feature = "jsonl", feature = "lines", feature = "statsd"))]
mod samples;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(feature = "statsd")]
mod statsd;
#[cfg(feature = "statsd")]
mod udp;
