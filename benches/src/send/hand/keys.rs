//! The places that tags lead to: [`Declared`] names, or [`Any`].

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// Places by the values of three tags, whose names are known.
#[derive(Default)]
pub(super) struct Declared {
    places: Places<Joined>,
    hasher: RandomState,
}

impl Declared {
    #[inline]
    pub(super) fn place(&mut self, values: [&str; 3]) -> usize {
        let hash = self.hasher.hash_one(values);
        self.places.place(hash, |key| key.is(values), || Joined::new(values))
    }
}

/// Three values, one after the other, so that a look at them is one look into memory.
struct Joined {
    bytes: Box<[u8]>,
    /// Where the first and the second end.
    ends: [usize; 2],
}

impl Joined {
    fn new(values: [&str; 3]) -> Self {
        let [a, b, _] = values.map(str::len);
        Self { bytes: values.concat().into_bytes().into(), ends: [a, a + b] }
    }

    #[inline]
    fn is(&self, values: [&str; 3]) -> bool {
        let [a, b] = self.ends;
        let [first, second, third] = values.map(str::as_bytes);
        self.bytes[..a] == *first && self.bytes[a..b] == *second && self.bytes[b..] == *third
    }
}

/// Places by names and values, in whatever order they come.
#[derive(Default)]
pub(super) struct Any {
    places: Places<[(Box<str>, Box<str>); 3]>,
    hasher: RandomState,
}

impl Any {
    #[inline]
    pub(super) fn place(&mut self, tags: [(&str, &str); 3]) -> usize {
        let hash = tags.iter().fold(0u64, |hash, tag| hash.wrapping_add(self.hasher.hash_one(tag)));
        // Names differ within a set, so as many pairs that are there are all of them.
        let is = |key: &[(Box<str>, Box<str>); 3]| key.iter().all(|(name, value)| tags.contains(&(&**name, &**value)));
        self.places.place(hash, is, || tags.map(|(name, value)| (Box::from(name), Box::from(value))))
    }
}

/// A place for each key, in the order in which they came.
struct Places<K>(HashTable<Known<K>>);

struct Known<K> {
    hash: u64,
    key: K,
    place: usize,
}

impl<K> Default for Places<K> {
    fn default() -> Self {
        Self(HashTable::new())
    }
}

impl<K> Places<K> {
    /// The place of the key that `is` finds, or a new one.
    #[inline]
    fn place(&mut self, hash: u64, is: impl Fn(&K) -> bool, key: impl FnOnce() -> K) -> usize {
        match self.0.find(hash, |known| is(&known.key)) {
            Some(known) => known.place,
            None => self.begin(hash, key()),
        }
    }

    #[cold]
    fn begin(&mut self, hash: u64, key: K) -> usize {
        let place = self.0.len();
        self.0.insert_unique(hash, Known { hash, key, place }, |known| known.hash);
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lead_to_their_place() {
        let mut keys = Declared::default();
        let sets = [["a", "b", "c"], ["b", "a", "c"], ["ab", "", "c"], ["a", "b", "c"]];
        assert_eq!(sets.map(|values| keys.place(values)), [0, 1, 2, 0]);
    }

    #[test]
    fn the_order_of_tags_does_not_count() {
        let mut keys = Any::default();
        let [a, b, c, d] = [("a", "1"), ("b", "2"), ("c", "3"), ("a", "2")];
        assert_eq!([[a, b, c], [d, b, c], [c, a, b], [b, c, d]].map(|tags| keys.place(tags)), [0, 1, 0, 1]);
    }
}
