//! The operators, one file each; this is their index.

mod changed;
mod filter;
mod filter_map;
mod flatten;
mod inspect;
mod map;
mod map_async;
mod partition;
mod scan;
mod slice;
mod then;
mod timed_window;
mod unique;

pub use changed::{Changed, ChangedBy, ChangedExt};
pub use filter::{Filter, FilterExt};
pub use filter_map::{FilterMap, FilterMapExt};
pub use flatten::{Flatten, FlattenExt};
pub use inspect::{Inspect, InspectExt};
pub use map::{Map, MapExt};
pub use map_async::{MapAsync, MapAsyncExt};
pub use partition::{Partition, PartitionExt};
pub use scan::{Scan, ScanExt};
pub use slice::{Slice, SliceExt};
pub use then::{ThenAsync, ThenExt};
pub use timed_window::{TimedWindow, TimedWindowExt};
pub use unique::{Unique, UniqueBy, UniqueExt};
