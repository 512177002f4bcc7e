//! The behaviour of `metrix-io`, through its public API.

#[cfg(all(feature = "gzip", feature = "lines"))]
mod apache;
#[cfg(any(feature = "influx", feature = "opentsdb", all(feature = "http-server", feature = "remote_write")))]
mod arrival;
#[cfg(any(
    feature = "influx",
    feature = "opentsdb",
    feature = "prometheus",
    all(feature = "http-server", feature = "remote_write")
))]
mod chain;
mod enrolled;
#[cfg(feature = "host")]
mod every;
#[cfg(feature = "host")]
mod host;
#[cfg(any(
    feature = "influx",
    feature = "opentsdb",
    feature = "prometheus",
    all(feature = "http-server", feature = "remote_write")
))]
#[cfg_attr(not(feature = "influx"), allow(dead_code))]
mod hostile;
#[cfg(feature = "http-server")]
mod http_server;
#[cfg(feature = "influx")]
mod influx;
#[cfg(feature = "opentsdb")]
mod opentsdb;
#[cfg(any(
    feature = "influx",
    feature = "opentsdb",
    feature = "prometheus",
    all(feature = "http-server", feature = "remote_write")
))]
#[cfg_attr(not(all(feature = "influx", feature = "opentsdb", feature = "remote_write")), allow(dead_code))]
mod peers;
#[cfg(feature = "prometheus")]
mod prometheus;
#[cfg(any(feature = "prometheus", all(feature = "http-server", feature = "remote_write")))]
mod prometheus_names;
#[cfg(all(feature = "http-server", feature = "remote_write"))]
mod remote_write;
#[cfg(all(feature = "jsonl", feature = "lines", feature = "statsd"))]
mod samples;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(feature = "statsd")]
mod statsd;
#[cfg(feature = "statsd")]
mod udp;
