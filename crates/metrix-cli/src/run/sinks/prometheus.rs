//! [`open`]: a `prometheus` sink, as the configuration has it.

use metrix_io::BindError;
use metrix_io::sinks::prometheus::Prometheus;

use crate::config::PrometheusConfig;

pub(super) fn open(config: &PrometheusConfig) -> Result<Prometheus, BindError> {
    let mut builder = Prometheus::builder().path(&*config.path);
    if let Some(counters) = &config.counters {
        builder = builder.counters(counters);
    }
    if let Some(series) = config.max_series {
        builder = builder.max_series(series);
    }
    if let Some(expiry) = config.expiry {
        builder = builder.expiry(expiry);
    }
    if let Some(expiry) = config.counter_expiry {
        builder = builder.counter_expiry(expiry);
    }
    if let Some(connections) = config.max_connections {
        builder = builder.max_connections(connections);
    }
    if let Some(limit) = config.idle_timeout {
        builder = builder.idle_timeout(limit);
    }
    builder.bind(config.listen)
}
