//! The behaviour of `metrix-io`, through its public API.

#[cfg(all(feature = "gzip", feature = "lines"))]
mod apache;
#[cfg(any(
    feature = "graphite",
    feature = "influx",
    feature = "opentsdb",
    feature = "otlp",
    feature = "postgres",
    all(feature = "http-server", feature = "remote_write")
))]
#[cfg_attr(
    not(any(feature = "graphite", feature = "influx", feature = "opentsdb", feature = "remote_write")),
    allow(dead_code)
)]
mod arrival;
#[cfg(any(
    feature = "influx",
    feature = "nats",
    feature = "opentsdb",
    feature = "otlp",
    feature = "postgres",
    feature = "prometheus",
    all(feature = "http-server", feature = "remote_write")
))]
mod chain;
#[cfg(any(feature = "graphite", feature = "statsd"))]
mod collector;
mod enrolled;
#[cfg(feature = "host")]
mod every;
#[cfg(feature = "graphite")]
mod graphite;
#[cfg(feature = "host")]
mod host;
#[cfg(any(
    feature = "graphite",
    feature = "influx",
    feature = "nats",
    feature = "kafka",
    feature = "opentsdb",
    feature = "otlp",
    feature = "parquet",
    feature = "postgres",
    feature = "prometheus",
    feature = "statsd",
    all(feature = "http-server", feature = "remote_write")
))]
#[cfg_attr(not(feature = "influx"), allow(dead_code))]
mod hostile;
#[cfg(feature = "http-server")]
mod http_server;
#[cfg(feature = "influx")]
mod influx;
#[cfg(feature = "kafka")]
mod kafka;
#[cfg(feature = "nats")]
mod nats;
#[cfg(feature = "opentsdb")]
mod opentsdb;
#[cfg(feature = "otlp")]
mod otlp;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(any(
    feature = "graphite",
    feature = "influx",
    feature = "nats",
    feature = "kafka",
    feature = "opentsdb",
    feature = "otlp",
    feature = "parquet",
    feature = "postgres",
    feature = "prometheus",
    feature = "statsd",
    all(feature = "http-server", feature = "remote_write")
))]
#[cfg_attr(
    not(all(
        feature = "graphite",
        feature = "influx",
        feature = "nats",
        feature = "opentsdb",
        feature = "otlp",
        feature = "parquet",
        feature = "postgres",
        feature = "remote_write",
        feature = "statsd"
    )),
    allow(dead_code)
)]
mod peers;
#[cfg(any(feature = "influx", feature = "otlp"))]
mod post;
#[cfg(feature = "postgres")]
mod postgres;
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
mod tcp_lines;
#[cfg(feature = "statsd")]
mod udp;
#[cfg(all(feature = "statsd", unix))]
mod unix;
