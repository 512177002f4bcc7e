//! The behaviour of `metrix`, through its public API.

mod agg;
mod agg_laws;
mod agg_panics;
mod auto_traits;
mod bad_input;
mod chain;
mod coordinator;
mod faults;
mod golden;
mod hostile_tags;
mod interleavings;
mod load;
mod log;
mod naive;
mod not_finite;
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
mod weighted;
