//! The sink for Prometheus' remote-write.

mod conformance;
mod faults;
mod peers;
mod server;
mod tls;
