//! [`UniqueItems`]: items with unique keys, in their order.

use std::hash::Hash;

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use crate::ops::Keep;

/// Items with unique keys, in the order of their arrival: the state of [`UniqueBy`](super::UniqueBy).
///
/// Memory: in proportion to the largest number of items held since it was made.
#[derive(Clone, Debug)]
pub struct UniqueItems<K, T> {
    /// `None` is the place of an item that has given way to a later one.
    items: Vec<Option<T>>,
    places: HashMap<K, usize>,
}

impl<K: Eq + Hash, T> UniqueItems<K, T> {
    pub(crate) fn new() -> Self {
        Self { items: Vec::new(), places: HashMap::new() }
    }

    /// How many items are held.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Adds an item, in amortised constant time, and gives back the one that goes if there are two of its key.
    #[inline]
    pub(crate) fn insert(&mut self, key: K, item: T, keep: Keep) -> Option<T> {
        let next = self.items.len();
        let gone = match (self.places.entry(key), keep) {
            (Entry::Vacant(place), Keep::First | Keep::Last) => {
                place.insert(next);
                None
            }
            (Entry::Occupied(_), Keep::First) => return Some(item),
            (Entry::Occupied(mut place), Keep::Last) => self.items[place.insert(next)].take(),
        };
        self.items.push(Some(item));
        // More places are empty than the map has room for, so this costs no more than the items did that left them.
        if self.items.len() > 2 * self.places.capacity() {
            self.close_gaps();
        }
        gone
    }

    #[cold]
    #[inline(never)]
    fn close_gaps(&mut self) {
        let mut items = 0;
        let moved: Vec<usize> = self
            .items
            .iter()
            .map(|item| {
                let place = items;
                items += usize::from(item.is_some());
                place
            })
            .collect();
        for place in self.places.values_mut() {
            *place = moved[*place];
        }
        self.items.retain(Option::is_some);
    }

    /// Hands out all items, in their order.
    pub(crate) fn take(&mut self) -> Vec<T> {
        let mut items = Vec::with_capacity(self.places.len());
        items.extend(self.items.drain(..).flatten());
        self.places.clear();
        items
    }
}

#[cfg(test)]
mod tests {
    use super::UniqueItems;
    use crate::ops::Keep;

    #[test]
    fn the_gaps_are_closed_and_the_order_stays() {
        let mut unique = UniqueItems::new();
        for i in 0..100_000_u32 {
            // 7 keys that come and come again, and one that came long ago.
            let key = if i == 10 { 99 } else { i % 7 };
            unique.insert(key, i, Keep::Last);
        }
        assert!(unique.items.len() <= 2 * unique.places.capacity() && unique.items.capacity() < 200);
        assert_eq!(unique.len(), 8);
        assert_eq!(unique.take(), [10, 99_993, 99_994, 99_995, 99_996, 99_997, 99_998, 99_999]);
        assert_eq!(unique.len(), 0);
        assert!(unique.take().is_empty());
    }

    #[test]
    fn what_gives_way_comes_back() {
        let mut unique = UniqueItems::new();
        assert_eq!(unique.insert('k', 1, Keep::First), None);
        assert_eq!(unique.insert('k', 2, Keep::First), Some(2));
        assert_eq!(unique.insert('k', 3, Keep::Last), Some(1));
        assert_eq!(unique.take(), [3]);
    }
}
