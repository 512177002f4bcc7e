//! What metrix costs, against hand-written loops and named peers.
//!
//! Each [`Case`] is one piece of work with its contenders. They get the same items and must come to the same
//! [`Digest`](digest::Digest), or the case refuses them. The criterion benches and the program `compare` run the same
//! cases.

pub mod aggregates;
mod case;
pub mod chain;
pub mod chart;
pub mod dataflow;
pub mod digest;
pub mod group_by;
pub mod input;
pub mod lines;
pub mod operators;
pub mod page;
pub mod program;
pub mod race;
pub mod report;
pub mod send;

pub use case::{Case, Contender, Who};
