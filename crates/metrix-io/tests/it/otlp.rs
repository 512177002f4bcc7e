//! OpenTelemetry's metrics: the sink and the source.

mod conformance;
mod faults;
mod fuzz;
mod grpc;
mod peers;
mod server;
mod source;
