//! [`UniqueBy`]: one item for every key.

use std::hash::{BuildHasher, Hash};

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::{Fold, Merge};
use crate::macros::opaque_debug;
use crate::ops::Keep;

/// Keeps one item for every key that comes: the first of them, or the last.
///
/// The result is a `Vec` in the order in which the kept items came, so with [`Keep::Last`] an item that takes the place
/// of another goes to the back. Memory: one key and one item for every distinct key, with [`Keep::Last`] room for as
/// many again; bound the keys where they are not your own.
///
/// ```
/// use metrix_core::fold::{self, Fold};
/// use metrix_core::ops::Keep;
///
/// let words = ["f", "b", "fo", "ba", "f"];
/// assert_eq!(fold::unique_by(|word: &&str| word.len(), Keep::First).fold(words), ["f", "fo"]);
/// assert_eq!(fold::unique_by(|word: &&str| word.len(), Keep::Last).fold(words), ["ba", "f"]);
/// ```
pub fn unique_by<T, K, F>(key: F, keep: Keep) -> UniqueBy<F>
where
    F: Fn(&T) -> K,
    K: Hash + Eq,
{
    UniqueBy { key, keep, hasher: DefaultHashBuilder::default() }
}

/// The fold made by [`unique_by`].
#[derive(Clone)]
pub struct UniqueBy<F> {
    key: F,
    keep: Keep,
    hasher: DefaultHashBuilder,
}

opaque_debug!(UniqueBy<F> { keep });

/// The items kept so far, in their order: the state of [`UniqueBy`].
#[derive(Clone, Debug)]
pub struct UniqueItems<K, T> {
    /// Each key's place in `items`.
    places: HashTable<usize>,
    /// Nothing is left at the place of an item that a later one took the place of.
    items: Vec<Option<(K, T)>>,
    /// Its own, because states are merged that recipes with other hashers have made.
    hasher: DefaultHashBuilder,
}

impl<K: Hash + Eq, T> UniqueItems<K, T> {
    fn add(&mut self, key: K, item: T, keep: Keep) {
        let Self { places, items, hasher } = self;
        let is_key = |place: &usize| items[*place].as_ref().is_some_and(|(other, _)| *other == key);
        let hash_at = |place: &usize| items[*place].as_ref().map_or(0, |(key, _)| hasher.hash_one(key));
        match (places.entry(hasher.hash_one(&key), is_key, hash_at), keep) {
            (Entry::Vacant(entry), _) => {
                entry.insert(items.len());
            }
            (Entry::Occupied(_), Keep::First) => return,
            (Entry::Occupied(mut entry), Keep::Last) => {
                let place = std::mem::replace(entry.get_mut(), items.len());
                items[place] = None;
            }
        }
        items.push(Some((key, item)));
        if items.len() > 2 * places.len() {
            self.close_ranks();
        }
    }

    /// Drops the empty places, at least half of which there are.
    fn close_ranks(&mut self) {
        let mut kept = 0;
        let moved_to: Vec<usize> = self
            .items
            .iter()
            .map(|item| {
                kept += usize::from(item.is_some());
                kept.saturating_sub(1)
            })
            .collect();
        for place in self.places.iter_mut() {
            *place = moved_to[*place];
        }
        self.items.retain(Option::is_some);
    }
}

impl<T, K, F> Fold<T> for UniqueBy<F>
where
    F: Fn(&T) -> K,
    K: Hash + Eq,
{
    type State = UniqueItems<K, T>;
    type Out = Vec<T>;

    fn init(&self) -> UniqueItems<K, T> {
        UniqueItems { places: HashTable::new(), items: Vec::new(), hasher: self.hasher.clone() }
    }

    fn step(&self, state: &mut UniqueItems<K, T>, item: T) {
        state.add((self.key)(&item), item, self.keep);
    }

    fn finish(&self, state: UniqueItems<K, T>) -> Vec<T> {
        state.items.into_iter().flatten().map(|(_, item)| item).collect()
    }
}

impl<T, K, F> Merge<T> for UniqueBy<F>
where
    F: Fn(&T) -> K,
    K: Hash + Eq,
{
    fn merge(&self, into: &mut UniqueItems<K, T>, later: UniqueItems<K, T>) {
        for (key, item) in later.items.into_iter().flatten() {
            into.add(key, item, self.keep);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What streamz' dict does.
    fn naive(items: &[(u8, u32)], keep: Keep) -> Vec<(u8, u32)> {
        let mut kept: Vec<(u8, u32)> = Vec::new();
        for item in items {
            let known = kept.iter().position(|(key, _)| *key == item.0);
            match (known, keep) {
                (Some(_), Keep::First) => continue,
                (Some(place), Keep::Last) => drop(kept.remove(place)),
                (None, _) => {}
            }
            kept.push(*item);
        }
        kept
    }

    proptest! {
        #[test]
        fn keeps_what_a_dict_would_and_merges(
            items in prop::collection::vec((0..12_u8, any::<u32>()), 0..200),
            cut in any::<prop::sample::Index>(),
            last in any::<bool>(),
        ) {
            let keep = if last { Keep::Last } else { Keep::First };
            let fold = |items: &[(u8, u32)]| {
                // Each part has a recipe, and so a hasher, of its own.
                let fold = unique_by(|(key, _): &(u8, u32)| *key, keep);
                let mut state = fold.init();
                items.iter().for_each(|item| fold.step(&mut state, *item));
                assert!(state.items.len() <= 2 * state.places.len());
                (fold, state)
            };
            let (whole, state) = fold(&items);
            prop_assert_eq!(whole.finish(state), naive(&items, keep));

            let (a, b) = items.split_at(cut.index(items.len() + 1));
            let ((first, mut into), (_, later)) = (fold(a), fold(b));
            first.merge(&mut into, later);
            prop_assert_eq!(first.finish(into), naive(&items, keep));
        }
    }
}
