//! [`Recent`]: the keys seen last, up to a number.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::num::NonZeroUsize;

use hashbrown::{DefaultHashBuilder, HashTable};

/// The keys seen last: a ring of slots in the order of when they were seen, and a table of where each key's slot is.
#[derive(Clone)]
pub(super) struct Recent<K> {
    capacity: NonZeroUsize,
    hasher: DefaultHashBuilder,
    table: HashTable<usize>,
    slots: Vec<Slot<K>>,
    /// The place of the key seen last. The ring closes behind it: the next newer one is the oldest.
    newest: usize,
}

#[derive(Clone)]
struct Slot<K> {
    key: K,
    /// Kept, so that neither a growing table nor a key that is forgotten has to be hashed again.
    hash: u64,
    older: usize,
    newer: usize,
}

impl<K> Recent<K> {
    pub(super) fn new(capacity: NonZeroUsize) -> Self {
        Self { capacity, hasher: DefaultHashBuilder::default(), table: HashTable::new(), slots: Vec::new(), newest: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Makes the slot at `at`, which no link leads to, the newest.
    fn link(&mut self, at: usize) {
        let newest = self.newest;
        let oldest = self.slots[newest].newer;
        self.slots[newest].newer = at;
        self.slots[oldest].older = at;
        self.slots[at].older = newest;
        self.slots[at].newer = oldest;
        self.newest = at;
    }

    fn refresh(&mut self, at: usize) {
        if at == self.newest {
            return;
        }
        let Slot { older, newer, .. } = self.slots[at];
        self.slots[older].newer = newer;
        self.slots[newer].older = older;
        self.link(at);
    }
}

impl<K: Hash + Eq> Recent<K> {
    /// Makes this key the one seen last, and says whether it is new, which is when `own` makes it a key to keep.
    #[inline]
    pub(super) fn see<Q: Borrow<K>>(&mut self, key: Q, own: impl FnOnce(Q) -> K) -> bool {
        let hash = self.hasher.hash_one(key.borrow());
        let seen = self.table.find(hash, |at| self.slots[*at].key == *key.borrow());
        match seen.copied() {
            Some(at) => {
                self.refresh(at);
                false
            }
            None => {
                self.insert(own(key), hash);
                true
            }
        }
    }

    fn insert(&mut self, key: K, hash: u64) {
        let at = if self.slots.len() < self.capacity.get() {
            let at = self.slots.len();
            self.slots.push(Slot { key, hash, older: at, newer: at });
            self.link(at);
            at
        } else {
            // The oldest becomes the newest by turning the ring.
            let oldest = self.slots[self.newest].newer;
            if let Ok(entry) = self.table.find_entry(self.slots[oldest].hash, |at| *at == oldest) {
                entry.remove();
            }
            self.slots[oldest].key = key;
            self.slots[oldest].hash = hash;
            self.newest = oldest;
            oldest
        };
        self.table.insert_unique(hash, at, |at| self.slots[*at].hash);
    }
}

impl<K> fmt::Debug for Recent<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recent").field("capacity", &self.capacity).field("keys", &self.slots.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// As a list with the newest key in front, cut to the capacity.
        #[test]
        fn agrees_with_a_list(capacity in 1_usize..8, keys in vec(0_u8..12, 0..200)) {
            let mut recent = Recent::new(NonZeroUsize::new(capacity).unwrap());
            let mut list: Vec<u8> = Vec::new();
            for key in keys {
                let place = list.iter().position(|seen| *seen == key);
                if let Some(place) = place {
                    list.remove(place);
                }
                list.insert(0, key);
                list.truncate(capacity);
                prop_assert_eq!(recent.see(key, |key| key), place.is_none());
                prop_assert_eq!(recent.slots.len(), list.len());
                prop_assert_eq!(recent.table.len(), list.len());

                let (mut newer, mut older) = (Vec::new(), Vec::new());
                let (mut up, mut down) = (recent.slots[recent.newest].newer, recent.newest);
                for _ in 0..list.len() {
                    older.push(recent.slots[down].key);
                    newer.push(recent.slots[up].key);
                    (down, up) = (recent.slots[down].older, recent.slots[up].newer);
                }
                prop_assert_eq!(&older, &list);
                newer.reverse();
                prop_assert_eq!(&newer, &list);
            }
        }
    }
}
