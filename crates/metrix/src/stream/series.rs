//! [`Series`]: which series have come in a window or batch, in the order in which they did.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use hashbrown::HashTable;

use crate::Tags;
use crate::agg::AggsState;

/// The series of a window or batch, and what has come for them from outside of any shard.
#[derive(Debug, Default)]
pub(super) struct Series {
    table: HashTable<u32>,
    /// By their ranks.
    tags: Vec<Tags>,
    /// The states of what came from no shard, or from that of a thread that has ended, or was too much, by the ranks.
    pub(super) loose: BTreeMap<u32, AggsState>,
}

/// What a window leaves to the next: memory that need not grow again.
#[derive(Debug, Default)]
pub(super) struct Room {
    /// Without an entry.
    table: HashTable<u32>,
    series: usize,
}

impl Series {
    /// The rank of a series; `overflow` says which one is to take it where there would be more than `most`. Also says whether
    /// that is so.
    pub(super) fn rank(
        &mut self,
        tags: Tags,
        most: NonZeroUsize,
        overflow: impl FnOnce(&Tags, &[Tags]) -> Tags,
    ) -> (u32, bool) {
        if let Some(rank) = self.find(&tags) {
            return (rank, false);
        }
        if self.tags.len() < most.get() {
            return (self.push(tags), false);
        }
        let tags = overflow(&tags, &self.tags);
        (self.find(&tags).unwrap_or_else(|| self.push(tags)), true)
    }

    /// Whether nothing has come.
    pub(super) fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.tags.len()
    }

    /// The tags, by the ranks, and room for the next window's series, if these are about as many again.
    pub(super) fn finish(mut self) -> (Vec<Tags>, Room) {
        let series = self.tags.len();
        self.table.clear();
        if self.table.capacity() > 4 * series {
            self.table = HashTable::new();
        }
        (self.tags, Room { table: self.table, series })
    }

    /// Takes the room that the last window left, before anything comes.
    pub(super) fn take_room(&mut self, Room { table, series }: Room) {
        self.table = table;
        self.tags = Vec::with_capacity(series);
    }

    fn find(&self, tags: &Tags) -> Option<u32> {
        self.table.find(tags.sum(), |&rank| self.tags[rank as usize] == *tags).copied()
    }

    fn push(&mut self, tags: Tags) -> u32 {
        let rank = u32::try_from(self.tags.len()).expect("four billion series fill any memory");
        let hash = tags.sum();
        self.tags.push(tags);
        let tags = &self.tags;
        self.table.insert_unique(hash, rank, |&rank| tags[rank as usize].sum());
        rank
    }
}
