//! States that many threads step, each its own, and that one drains.
//!
//! Each thread that sends has a [`Shard`]: a state of each series, to which it goes with plain stores. Nobody else goes there
//! until a window ends; then whoever ends it, under the stream's lock, shuts the [`Gate`] and drains all shards.

mod barrier;
mod cells;
mod gate;
mod index;
#[cfg(all(test, metrix_loom))]
mod loom;
mod mine;
mod owned;
mod ranks;
mod shards;
mod slot;
mod table;
mod thread;
mod turns;

pub(crate) use cells::{Cell, Cells, Found};
pub(crate) use gate::Gate;
pub(crate) use index::Index;
pub(crate) use mine::{Mine, with_mine, with_mine_made};
pub(crate) use owned::{Key, Owned, Visit};
pub(crate) use ranks::Ranks;
pub(crate) use shards::{Shard, Shards};
pub(crate) use table::Table;
