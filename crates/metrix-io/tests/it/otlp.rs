//! OpenTelemetry's metrics: the sink and the source.

mod conformance;
mod durable;
mod faults;
mod fuzz;
mod grpc;
mod messages;
mod peers;
mod refused;
mod server;
mod source;
mod tls;
