//! The behaviour of `metrix`, through its public API.

mod agg;
mod agg_panics;
mod chain;
mod coordinator;
mod golden;
mod hostile_tags;
mod log;
mod naive;
mod numeric_edge;
mod opentsdb;
mod opentsdb_peers;
mod peers;
mod recorder;
mod series;
mod sink_conformance;
mod sinks;
mod stream;
mod tags;
