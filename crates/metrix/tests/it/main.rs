//! The behaviour of `metrix`, through its public API.

mod agg;
mod agg_laws;
mod agg_panics;
mod auto_traits;
mod bad_input;
mod chain;
mod coordinator;
mod family;
mod faults;
mod golden;
mod hostile_tags;
mod interleavings;
mod load;
mod log;
mod naive;
mod not_finite;
mod numeric_edge;
mod recorder;
mod series;
mod shards;
mod sink_conformance;
mod sinks;
mod stream;
mod tag_set;
mod tags;
mod weighted;
