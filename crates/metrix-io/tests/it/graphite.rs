//! Graphite: lines, the sink's connections, and what real peers make of what it writes.

mod carbon;
mod conformance;
mod connection;
mod databases;
mod expected;
mod lines;
mod python;
mod relay;
