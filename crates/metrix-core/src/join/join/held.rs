//! The items that a join holds of one side.

use std::collections::VecDeque;
use std::time::Duration;

use hashbrown::{HashTable, hash_table::Entry};

use crate::Timestamp;

/// The items held of one side, by key, and their order by time over all keys.
pub(super) struct Held<K, T> {
    groups: HashTable<Group<K, T>>,
    order: VecDeque<Place>,
    next_number: u64,
}

/// The items of one key, at least one, in the order of their times.
struct Group<K, T> {
    hash: u64,
    key: K,
    items: VecDeque<(Place, T)>,
}

/// Where an item is: in time, among those of the same time, and in the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    at: Timestamp,
    number: u64,
    hash: u64,
}

impl<K, T> Held<K, T> {
    pub(super) fn new() -> Self {
        Self { groups: HashTable::new(), order: VecDeque::new(), next_number: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// When the oldest expires: the first moment at which it can't have a partner any more. An item exactly `within`
    /// later still is one.
    pub(super) fn expiry(&self, within: Duration) -> Option<Timestamp> {
        self.order.front().map(|oldest| oldest.at + within + Duration::from_nanos(1))
    }

    pub(super) fn expire(&mut self, now: Timestamp, within: Duration) {
        while self.expiry(within).is_some_and(|expiry| expiry <= now) {
            self.drop_oldest();
        }
    }

    /// Drops the oldest items until no more than this many are left. Gives the count of those dropped.
    pub(super) fn evict(&mut self, max_items: usize) -> u64 {
        let mut evicted = 0;
        while self.order.len() > max_items {
            self.drop_oldest();
            evicted += 1;
        }
        evicted
    }

    fn drop_oldest(&mut self) {
        let Some(oldest) = self.order.pop_front() else { return };
        // The oldest of all is the oldest of its key.
        let is_first = |group: &Group<K, T>| group.items.front().is_some_and(|(place, _)| *place == oldest);
        if let Ok(mut entry) = self.groups.find_entry(oldest.hash, is_first) {
            let items = &mut entry.get_mut().items;
            items.pop_front();
            if items.is_empty() {
                entry.remove();
            } else if items.capacity() > 4 * items.len() + 4 {
                // Keys that were busy one after the other would else keep room for `max_items` each.
                items.shrink_to(2 * items.len());
            }
        }
    }
}

impl<K: Eq, T> Held<K, T> {
    /// The items of this key whose times are at most `within` from `at`.
    pub(super) fn near(&self, hash: u64, key: &K, at: Timestamp, within: Duration) -> impl Iterator<Item = &T> {
        let (first, last) = (at.saturating_sub(within), at + within);
        let items = self.groups.find(hash, |group| group.key == *key).map(|group| &group.items);
        let near = items.into_iter().flat_map(move |items| {
            let start = items.partition_point(|(place, _)| place.at < first);
            items.range(start..)
        });
        near.take_while(move |(place, _)| place.at <= last).map(|(_, item)| item)
    }

    pub(super) fn insert(&mut self, hash: u64, key: K, at: Timestamp, item: T) {
        let place = Place { at, number: self.next_number, hash };
        self.next_number += 1;
        self.order.insert(self.order.partition_point(|other| *other < place), place);
        match self.groups.entry(hash, |group| group.key == key, |group| group.hash) {
            Entry::Occupied(mut entry) => {
                let items = &mut entry.get_mut().items;
                items.insert(items.partition_point(|(other, _)| *other < place), (place, item));
            }
            Entry::Vacant(entry) => {
                entry.insert(Group { hash, key, items: VecDeque::from([(place, item)]) });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Held;
    use crate::Timestamp;

    #[test]
    fn keys_that_were_busy_give_their_room_back() {
        let mut held = Held::new();
        let mut insert = |second, key: u64| {
            held.insert(key, key, Timestamp::from_secs(second), ());
            held.evict(1000);
        };
        // Each key has its burst, and goes on with few items while the others have theirs.
        let mut now = 0;
        for busy in 0..50 {
            for i in 0..800 {
                insert(now, busy);
                insert(now, i % (busy + 1));
                now += 1;
            }
        }
        let room: usize = held.groups.iter().map(|group| group.items.capacity()).sum();
        assert_eq!(held.len(), 1000);
        assert!(room <= 4 * 1000 + 50 * 4, "room for {room}");
    }
}
