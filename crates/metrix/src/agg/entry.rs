//! [`Entry`]: an aggregate in a list of them.

use std::sync::Arc;

use super::faults::Told;
use super::recipe::Recipe;
use super::stat::Stat;

/// An aggregate of the list.
pub(super) struct Entry {
    pub(super) name: Arc<str>,
    pub(super) made: Made,
    pub(super) told: Told,
}

/// How an aggregate comes about.
pub(super) enum Made {
    /// Read off the state that the group's aggregates share.
    Shared(Stat),
    /// In a slot of its own: one of ours, or somebody else's, which may panic.
    Apart { recipe: Arc<dyn Recipe>, guarded: bool },
}

impl Made {
    /// Whether it comes out the same in whatever order and parts the values come, rounding and the sign of a zero aside.
    pub(super) fn is_order_free(&self) -> bool {
        match self {
            Self::Shared(stat) => stat.is_order_free(),
            // All of ours are; of somebody else's nothing is known.
            Self::Apart { guarded, .. } => !guarded,
        }
    }
}
