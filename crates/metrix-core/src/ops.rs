//! The operators, one file each; this is their index.

mod filter;
mod map;
mod partition;
mod timed_window;

pub use filter::{Filter, FilterExt};
pub use map::{Map, MapExt};
pub use partition::{Partition, PartitionExt};
pub use timed_window::{TimedWindow, TimedWindowExt};
