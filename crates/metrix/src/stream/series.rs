//! [`Series`]: what is known under the stream's lock of the series of a window or batch.

use std::num::NonZeroUsize;

use crate::Tags;
use crate::agg::AggsState;
use crate::shard::{Cell, Ranks, Table};

/// The series of a window or batch that are not in any shard, and those of all shards where there may be too many.
#[derive(Debug, Default)]
pub(super) struct Series {
    /// Whether anything has come.
    pub(super) any: bool,
    /// What came from no shard, or from that of a thread that has ended, or was too much.
    pub(super) loose: Table<AggsState>,
    /// All series, once more may have come than there may be.
    all: Option<Table<()>>,
}

impl Series {
    /// The rank of a series that comes to a shard, or comes loose, if it is not one too many. `gather` gives all that are in shards, to
    /// which none comes any more without asking here, as no rank is free.
    pub(super) fn admit(
        &mut self,
        tags: &Tags,
        most: NonZeroUsize,
        ranks: &Ranks,
        gather: impl FnOnce(&mut dyn FnMut(&Tags)),
    ) -> Option<u64> {
        let rank = ranks.take();
        let all = match &mut self.all {
            // There are no more series than ranks.
            None if ranks.is_free(rank) => return Some(rank),
            None => {
                let mut all = Table::default();
                let mut put = |tags: &Tags| all.put(cell(tags), |(), ()| {});
                self.loose.tags().for_each(&mut put);
                gather(&mut put);
                self.all.insert(all)
            }
            Some(all) => all,
        };
        if all.find(tags).is_none() {
            if all.len() >= most.get() {
                return None;
            }
            all.put(cell(tags), |(), ()| {});
        }
        Some(rank)
    }

    /// All series, where more have come than there may be.
    pub(super) fn all(&self) -> impl Iterator<Item = &Tags> {
        self.all.iter().flat_map(Table::tags)
    }
}

fn cell(tags: &Tags) -> Cell<()> {
    Cell { state: (), tags: tags.clone(), rank: 0 }
}
