//! [`GroupBy`]: a fold for every key.

use std::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, HashTable};

use super::{Fold, Merge};
use crate::macros::opaque_debug;

/// Folds the items of each key apart, with a state of `fold` for every key that comes.
///
/// The result is a `Vec` of keys and what their items came to, in the order in which the keys first appeared. Merging
/// keeps that order: the later state's new keys follow. Memory: one key and one state for every distinct key, about
/// 10 bytes more, and room for the table to grow; bound the keys with [`at_most`](GroupBy::at_most) where they are not your
/// own.
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
    pub(super) key: F,
    pub(super) fold: G,
    hasher: DefaultHashBuilder,
}

opaque_debug!(GroupBy < F, G > {});

/// The keys seen so far and their states, in the order of first appearance: the state of [`GroupBy`].
#[derive(Clone, Debug)]
pub struct Groups<K, S> {
    /// The groups themselves, and not their places in a vector that would keep the order: one look into memory an item
    /// instead of two is worth the work of putting them in order at the end.
    table: HashTable<Group<K, S>>,
    /// Its own, because states are merged that recipes with other hashers have made.
    hasher: DefaultHashBuilder,
}

#[derive(Clone, Debug)]
struct Group<K, S> {
    key: K,
    /// How many groups there were before it.
    rank: u32,
    state: S,
}

impl<K, S> Groups<K, S> {
    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether no item has come yet.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// The keys, in any order: that of the table, which differs from run to run.
    ///
    /// ```
    /// use metrix_core::fold::{self, Count, Fold};
    ///
    /// let by_length = fold::group_by(|word: &&str| word.len(), Count);
    /// let mut groups = by_length.init();
    /// for word in ["to", "be", "not"] {
    ///     by_length.step(&mut groups, word);
    /// }
    /// assert_eq!(groups.keys().max(), Some(&3));
    /// ```
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.table.iter().map(|group| &group.key)
    }
}

impl<K: Hash + Eq, S> Groups<K, S> {
    pub(super) fn new(hasher: DefaultHashBuilder) -> Self {
        Self { table: HashTable::new(), hasher }
    }

    /// The hash of a key, and the state of its group if there is one.
    #[inline]
    pub(super) fn find(&mut self, key: &K) -> (u64, Option<&mut S>) {
        let hash = self.hasher.hash_one(key);
        (hash, self.table.find_mut(hash, |group| group.key == *key).map(|group| &mut group.state))
    }

    /// Adds a group whose key [`find`](Self::find) has hashed and not found.
    #[inline]
    pub(super) fn push(&mut self, hash: u64, key: K, state: S) {
        let Self { table, hasher } = self;
        let rank = u32::try_from(table.len()).expect("four billion groups fill any memory");
        table.insert_unique(hash, Group { key, rank, state }, |group| hasher.hash_one(&group.key));
    }

    /// Drops the groups that `keep` does not hold for.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&mut S) -> bool) {
        let groups = std::mem::replace(self, Self::new(self.hasher.clone()));
        for (key, mut state) in groups.into_pairs() {
            if keep(&mut state) {
                self.push(self.hasher.hash_one(&key), key, state);
            }
        }
    }

    pub(super) fn states(&self) -> impl Iterator<Item = &S> {
        self.table.iter().map(|group| &group.state)
    }

    /// The groups in the order of first appearance.
    pub(super) fn into_pairs(self) -> impl Iterator<Item = (K, S)> {
        let mut pairs: Vec<Option<(K, S)>> = Vec::new();
        pairs.resize_with(self.len(), || None);
        for Group { key, rank, state } in self.table {
            pairs[rank as usize] = Some((key, state));
        }
        pairs.into_iter().flatten()
    }
}

impl<F, G> GroupBy<F, G> {
    /// Begins a group with its first item. Apart from [`step`](Fold::step), so that what the table needs to grow takes
    /// no registers from the loop over the items.
    #[cold]
    #[inline(never)]
    pub(super) fn begin<T, K>(&self, groups: &mut Groups<K, G::State>, hash: u64, key: K, item: T)
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
            (_, Some(state)) => self.fold.step(state, item),
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
                (_, Some(into)) => self.fold.merge(into, state),
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
