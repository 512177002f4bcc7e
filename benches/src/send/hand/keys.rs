//! The places that tags lead to: [`Declared`] names, or [`Any`].

use std::hash::{BuildHasher, Hasher};

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
        let hash = hash(&self.hasher, values);
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
        same(&self.bytes[..a], first) && same(&self.bytes[a..b], second) && same(&self.bytes[b..], third)
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
        let hash = tags.iter().fold(0u64, |sum, &(name, value)| sum.wrapping_add(hash(&self.hasher, [name, value])));
        let is = |key: &[(Box<str>, Box<str>); 3]| {
            let is = |(name, value): &(Box<str>, Box<str>), tag: &(&str, &str)| {
                same(name.as_bytes(), tag.0.as_bytes()) && same(value.as_bytes(), tag.1.as_bytes())
            };
            // Mostly they come in the order in which they came first. Names differ within a set, so as many pairs that are
            // there are all of them.
            key.iter().zip(&tags).all(|(pair, tag)| is(pair, tag))
                || key.iter().all(|pair| tags.iter().any(|tag| is(pair, tag)))
        };
        self.places.place(hash, is, || tags.map(|(name, value)| (Box::from(name), Box::from(value))))
    }
}

/// Without the ends of the texts: what is found is compared with all of them.
#[inline]
fn hash<const N: usize>(hasher: &RandomState, texts: [&str; N]) -> u64 {
    let mut hasher = hasher.build_hasher();
    texts.iter().for_each(|text| hasher.write(text.as_bytes()));
    hasher.finish()
}

/// Whether texts are the same; for short ones by two looks that may overlap, without a call.
#[inline]
fn same(a: &[u8], b: &[u8]) -> bool {
    fn ends<const N: usize>(a: &[u8], b: &[u8]) -> bool {
        a.first_chunk::<N>() == b.first_chunk() && a.last_chunk::<N>() == b.last_chunk()
    }
    a.len() == b.len()
        && match a.len() {
            4..8 => ends::<4>(a, b),
            8..=16 => ends::<8>(a, b),
            _ => a == b,
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
    fn texts_are_the_same_in_every_byte() {
        for length in 0..40 {
            let text = vec![b'a'; length];
            assert!(same(&text, &text.clone()) && !same(&text, &vec![b'a'; length + 1]));
            for place in 0..length {
                let mut other = text.clone();
                other[place] = b'b';
                assert!(!same(&text, &other), "{place} of {length}");
            }
        }
    }

    #[test]
    fn the_order_of_tags_does_not_count() {
        let mut keys = Any::default();
        let [a, b, c, d] = [("a", "1"), ("b", "2"), ("c", "3"), ("a", "2")];
        assert_eq!([[a, b, c], [d, b, c], [c, a, b], [b, c, d]].map(|tags| keys.place(tags)), [0, 1, 0, 1]);
    }
}
