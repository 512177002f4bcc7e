//! The sink of StatsD: the contract, its transports, and StatsD itself.

mod conformance;
mod killed;
mod server;
mod transports;
