//! [`GroupBy`]: a fold for every key.

use std::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, HashTable};

use super::{Fold, Merge};
use crate::macros::opaque_debug;

/// Folds the items of each key apart, with a state of `fold` for every key that comes.
///
/// The result is a `Vec` of keys and what their items came to, in the order in which the keys first appeared. Merging
/// keeps that order: the later state's new keys follow. Memory: one key and one state for every distinct key, and about
/// 32 bytes more; bound the keys where they are not your own.
///
/// ```
/// use metrix_core::fold::{self, Fold, Sum};
///
/// let bytes_by_host = fold::group_by(|&(host, _): &(&'static str, u32)| host, Sum.premap(|(_, bytes)| bytes));
/// let bytes = bytes_by_host.fold([("b", 2), ("a", 5), ("b", 1)]);
/// assert_eq!(bytes, [("b", 3.0), ("a", 5.0)]);
/// ```
pub fn group_by<T, K, F, G>(key: F, fold: G) -> GroupBy<F, G>
where
    F: Fn(&T) -> K,
    K: Hash + Eq,
    G: Fold<T>,
{
    GroupBy { key, fold, hasher: DefaultHashBuilder::default() }
}

/// The fold made by [`group_by`].
#[derive(Clone)]
pub struct GroupBy<F, G> {
    key: F,
    fold: G,
    hasher: DefaultHashBuilder,
}

opaque_debug!(GroupBy < F, G > {});

/// The keys seen so far and their states, in the order of first appearance: the state of [`GroupBy`].
#[derive(Clone, Debug)]
pub struct Groups<K, S> {
    /// Each group's place in `groups`.
    places: HashTable<usize>,
    groups: Vec<Group<K, S>>,
    /// Its own, because states are merged that recipes with other hashers have made.
    hasher: DefaultHashBuilder,
}

#[derive(Clone, Debug)]
struct Group<K, S> {
    key: K,
    state: S,
    /// Kept so that the table can grow without hashing all keys again.
    hash: u64,
}

impl<K, S> Groups<K, S> {
    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// Whether no item has come yet.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }
}

impl<K: Hash + Eq, S> Groups<K, S> {
    pub(super) fn new(hasher: DefaultHashBuilder) -> Self {
        Self { places: HashTable::new(), groups: Vec::new(), hasher }
    }

    /// The hash of a key, and the place of its group if there is one.
    #[inline]
    pub(super) fn find(&self, key: &K) -> (u64, Option<usize>) {
        let hash = self.hasher.hash_one(key);
        (hash, self.places.find(hash, |&place| self.groups[place].key == *key).copied())
    }

    #[inline]
    pub(super) fn state_mut(&mut self, place: usize) -> &mut S {
        &mut self.groups[place].state
    }

    /// Adds a group whose key [`find`](Self::find) has hashed and not found.
    #[inline]
    pub(super) fn push(&mut self, hash: u64, key: K, state: S) {
        let Self { places, groups, .. } = self;
        places.insert_unique(hash, groups.len(), |&place| groups[place].hash);
        groups.push(Group { key, state, hash });
    }

    /// Drops the groups that `keep` does not hold for.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&mut S) -> bool) {
        let Self { places, groups, .. } = self;
        groups.retain_mut(|group| keep(&mut group.state));
        places.clear();
        for (place, group) in groups.iter().enumerate() {
            places.insert_unique(group.hash, place, |&place| groups[place].hash);
        }
    }

    pub(super) fn states(&self) -> impl Iterator<Item = &S> {
        self.groups.iter().map(|group| &group.state)
    }

    pub(super) fn into_pairs(self) -> impl Iterator<Item = (K, S)> {
        self.groups.into_iter().map(|group| (group.key, group.state))
    }
}

impl<F, G> GroupBy<F, G> {
    /// Begins a group with its first item. Apart from [`step`](Fold::step), so that what the table needs to grow takes
    /// no registers from the loop over the items.
    #[cold]
    #[inline(never)]
    fn begin<T, K>(&self, groups: &mut Groups<K, G::State>, hash: u64, key: K, item: T)
    where
        K: Hash + Eq,
        G: Fold<T>,
    {
        let mut state = self.fold.init();
        self.fold.step(&mut state, item);
        groups.push(hash, key, state);
    }
}

impl<T, K, F, G> Fold<T> for GroupBy<F, G>
where
    F: Fn(&T) -> K,
    K: Hash + Eq,
    G: Fold<T>,
{
    type State = Groups<K, G::State>;
    type Out = Vec<(K, G::Out)>;

    fn init(&self) -> Self::State {
        Groups::new(self.hasher.clone())
    }

    #[inline]
    fn step(&self, state: &mut Self::State, item: T) {
        let key = (self.key)(&item);
        match state.find(&key) {
            (_, Some(place)) => self.fold.step(state.state_mut(place), item),
            (hash, None) => self.begin(state, hash, key, item),
        }
    }

    fn finish(&self, state: Self::State) -> Self::Out {
        state.into_pairs().map(|(key, state)| (key, self.fold.finish(state))).collect()
    }
}

impl<T, K, F, G> Merge<T> for GroupBy<F, G>
where
    F: Fn(&T) -> K,
    K: Hash + Eq,
    G: Merge<T>,
{
    fn merge(&self, into: &mut Self::State, later: Self::State) {
        if into.is_empty() {
            *into = later;
            return;
        }
        for (key, state) in later.into_pairs() {
            match into.find(&key) {
                (_, Some(place)) => self.fold.merge(into.state_mut(place), state),
                (hash, None) => into.push(hash, key, state),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::group_by;
    use crate::fold::{Count, Fold, Merge, ToVec};

    #[test]
    fn merging_keeps_the_order_of_first_appearance() {
        let words = group_by(|word: &&'static str| word.len(), ToVec);
        let mut state = words.init();
        for part in [["to", "be"], ["or", "not"], ["2", "be"]] {
            // A recipe of its own for each part, as another thread or process would have.
            let other = group_by(|word: &&'static str| word.len(), ToVec);
            let mut later = other.init();
            part.into_iter().for_each(|word| other.step(&mut later, word));
            words.merge(&mut state, later);
        }
        assert_eq!(state.len(), 3);
        assert_eq!(words.finish(state), [(2, vec!["to", "be", "or", "be"]), (3, vec!["not"]), (1, vec!["2"])]);
    }

    #[test]
    fn keys_beyond_every_growth_of_the_table_are_kept_apart() {
        let counts = group_by(|&n: &u32| n % 5000, Count).fold(0..15_000);
        assert_eq!(counts, (0..5000).map(|key| (key, 3)).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_gives_no_groups() {
        assert_eq!(group_by(|&n: &u32| n, Count).fold([]), []);
    }
}
