//! The kit for testing sinks of your own, and what uses sinks (feature `testing`).
//!
//! - [`sink_conformance`] runs a sink through everything that a coordinator can do to it, in one line;
//! - [`Scripted`] is a sink that does what the test says: it fails, is slow, hangs or panics, and [`Recorded`] tells
//!   what was done to it.
//!
//! ```
//! use metrix::sink::Memory;
//! use metrix::testing::sink_conformance;
//! use std::num::NonZeroUsize;
//!
//! let make = || {
//!     let sink = Memory::new(NonZeroUsize::new(1000).unwrap());
//!     (sink.clone(), sink)
//! };
//! sink_conformance(make, async |kept: Memory| kept.take());
//! ```

mod batches;
mod calls;
mod cut;
mod received;
mod scenarios;
mod scripted;
mod sink_conformance;

pub use scripted::{Act, Event, Recorded, Scripted};
pub use sink_conformance::{Arrival, Order, SinkConformance, sink_conformance};
