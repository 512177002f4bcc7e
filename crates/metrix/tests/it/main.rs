//! The behaviour of `metrix`, through its public API.

mod agg;
mod agg_panics;
mod chain;
mod golden;
mod hostile_tags;
mod log;
mod naive;
mod numeric_edge;
mod series;
mod sink_conformance;
mod sinks;
mod stream;
mod tags;
