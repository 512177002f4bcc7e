//! OpenTelemetry's metrics: the sink and the source.

mod conformance;
mod faults;
mod peers;
mod server;
