//! The sink of StatsD: the contract, its transports, and StatsD itself.

mod conformance;
#[cfg(target_os = "linux")]
mod killed;
mod server;
mod transports;
