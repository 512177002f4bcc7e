//! A table of keys that knows which of them has not been used for longest.

use std::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, HashTable};

/// Keys with their values, in the order of their last use. Looking up, using, adding and removing one takes constant
/// time. A key keeps its place, a number, until it is removed.
#[derive(Clone)]
pub(super) struct Slots<K, V> {
    places: HashTable<usize>,
    /// Nothing where a place is free.
    entries: Vec<Option<(K, V)>>,
    /// Apart from the entries, so that using a key reaches for no other key's entry.
    links: Vec<Link>,
    /// The places of removed keys.
    free: Vec<usize>,
    oldest: usize,
    newest: usize,
    hasher: DefaultHashBuilder,
}

/// The places of the keys that were used before and after.
#[derive(Clone, Copy)]
struct Link {
    older: usize,
    newer: usize,
}

/// The place of no key.
const NOWHERE: usize = usize::MAX;

impl<K: Hash + Eq, V> Slots<K, V> {
    pub(super) fn new() -> Self {
        Self {
            places: HashTable::new(),
            entries: Vec::new(),
            links: Vec::new(),
            free: Vec::new(),
            oldest: NOWHERE,
            newest: NOWHERE,
            hasher: DefaultHashBuilder::default(),
        }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The place of `key`, which is now the newest.
    #[inline]
    pub(super) fn use_key(&mut self, key: &K) -> Option<usize> {
        let is_key = |place: &usize| self.entries[*place].as_ref().is_some_and(|(other, _)| other == key);
        let place = *self.places.find(self.hasher.hash_one(key), is_key)?;
        if place != self.newest {
            self.unlink(place);
            self.link(place);
        }
        Some(place)
    }

    /// Adds a key that is not there yet, as the newest.
    pub(super) fn insert(&mut self, key: K, value: V) -> usize {
        let hash = self.hasher.hash_one(&key);
        let place = self.free.pop().unwrap_or(self.entries.len());
        if place == self.entries.len() {
            self.entries.push(None);
            self.links.push(Link { older: NOWHERE, newer: NOWHERE });
        }
        self.entries[place] = Some((key, value));
        let Self { places, entries, hasher, .. } = self;
        let hash_at = |place: &usize| entries[*place].as_ref().map_or(0, |(key, _)| hasher.hash_one(key));
        places.insert_unique(hash, place, hash_at);
        self.link(place);
        place
    }

    pub(super) fn remove(&mut self, place: usize) -> Option<(K, V)> {
        let (key, value) = self.entries[place].take()?;
        if let Ok(entry) = self.places.find_entry(self.hasher.hash_one(&key), |other| *other == place) {
            entry.remove();
        }
        self.unlink(place);
        self.free.push(place);
        Some((key, value))
    }

    /// The place of the key that has not been used for longest.
    #[inline]
    pub(super) fn oldest(&self) -> Option<usize> {
        Some(self.oldest).filter(|place| *place != NOWHERE)
    }

    #[inline]
    pub(super) fn get(&self, place: usize) -> Option<&(K, V)> {
        self.entries.get(place)?.as_ref()
    }

    #[inline]
    pub(super) fn get_mut(&mut self, place: usize) -> Option<&mut (K, V)> {
        self.entries.get_mut(place)?.as_mut()
    }

    /// The places of all keys.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        self.places.iter().copied()
    }

    #[inline]
    fn link(&mut self, place: usize) {
        let older = std::mem::replace(&mut self.newest, place);
        self.links[place] = Link { older, newer: NOWHERE };
        match self.links.get_mut(older) {
            Some(link) => link.newer = place,
            None => self.oldest = place,
        }
    }

    #[inline]
    fn unlink(&mut self, place: usize) {
        let Link { older, newer } = self.links[place];
        match self.links.get_mut(older) {
            Some(link) => link.newer = newer,
            None => self.oldest = newer,
        }
        match self.links.get_mut(newer) {
            Some(link) => link.older = older,
            None => self.newest = older,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn remembers_keys_in_the_order_of_their_last_use(steps in prop::collection::vec((0..20_u8, 0..4_u8), 0..300)) {
            let mut slots = Slots::new();
            let mut naive: Vec<u8> = Vec::new();
            for (key, step) in steps {
                let known = naive.iter().position(|other| *other == key);
                if step == 0 {
                    let oldest = slots.oldest().and_then(|place| slots.remove(place));
                    prop_assert_eq!(oldest.map(|(key, _)| key), (!naive.is_empty()).then(|| naive.remove(0)));
                    continue;
                }
                let place = slots.use_key(&key);
                prop_assert_eq!(place.is_some(), known.is_some());
                if let Some(known) = known {
                    naive.remove(known);
                }
                let place = place.unwrap_or_else(|| slots.insert(key, key));
                if step == 1 {
                    slots.remove(place);
                } else {
                    naive.push(key);
                    prop_assert_eq!(slots.get(place), Some(&(key, key)));
                }
                prop_assert_eq!(slots.len(), naive.len());
            }
            while let Some(place) = slots.oldest() {
                prop_assert_eq!(slots.remove(place).map(|(key, _)| key), Some(naive.remove(0)));
            }
            prop_assert!(naive.is_empty() && slots.places().next().is_none());
        }
    }
}
