//! The behaviour of `metrix-io`, through its public API.
// With all features, `kafka-tls` is on.
#![cfg_attr(not(feature = "kafka-tls"), allow(dead_code, reason = "few protocols need few of the servers"))]

#[cfg(all(feature = "gzip", feature = "lines"))]
mod apache;
mod arrival;
mod chain;
mod collector;
mod delivery;
mod enrolled;
#[cfg(feature = "host")]
mod every;
#[cfg(feature = "graphite")]
mod graphite;
#[cfg(feature = "host")]
mod host;
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
mod peers;
#[cfg(any(feature = "influx", feature = "otlp"))]
mod post;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "prometheus")]
mod prometheus;
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
#[cfg(any(feature = "influx", feature = "opentsdb", feature = "prometheus", feature = "remote_write"))]
mod tls_front;
#[cfg(feature = "statsd")]
mod udp;
#[cfg(all(feature = "statsd", unix))]
mod unix;
