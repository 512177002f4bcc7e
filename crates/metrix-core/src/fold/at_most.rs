//! [`AtMost`]: a fold for every key, with a bound on the keys.

use std::hash::Hash;
use std::num::NonZeroUsize;

use super::{Fold, GroupBy, Groups, Merge};
use crate::macros::opaque_debug;

impl<F, G> GroupBy<F, G> {
    /// Bounds the groups: once there are `most`, the items of new keys go to the group whose key `overflow` gives.
    ///
    /// `overflow` gets the new key and the groups that there are. It is called for each such item, so it should be
    /// quick, and where it has something to tell, it must see to it that this is told once. A key that has its group keeps
    /// it, and an item of it costs no more than without a bound. A key that `overflow` gives is like any other: it begins a
    /// group, if there is none, and counts among the `most` if it comes before they are reached.
    ///
    /// When states are merged, the later one's new keys overflow likewise, and their states are merged into that of the
    /// overflow group. So the groups, their order and the items in all of them are the same however the items are split,
    /// but an item whose key had overflowed in its own part stays where it went, even if the whole has a group for that key.
    ///
    /// Memory: `most` keys and states, and one more for every different key that `overflow` gives: for one that always
    /// gives the same, `most` and one.
    ///
    /// ```
    /// use metrix_core::{fold::{self, Count, Fold}, size};
    ///
    /// let by_path = fold::group_by(|path: &&'static str| *path, Count).at_most(size(2), |_new, _groups| "other");
    /// let visits = by_path.fold(["/", "/about", "/", "/wp-login", "/phpmyadmin", "/about"]);
    /// assert_eq!(visits, [("/", 2), ("/about", 2), ("other", 2)]);
    /// ```
    pub fn at_most<T, K, V>(self, most: NonZeroUsize, overflow: V) -> AtMost<F, G, V>
    where
        F: Fn(&T) -> K,
        K: Hash + Eq,
        G: Fold<T>,
        V: Fn(&K, &Groups<K, G::State>) -> K,
    {
        AtMost { groups: self, most, overflow }
    }
}

/// The fold made by [`GroupBy::at_most`].
#[derive(Clone)]
pub struct AtMost<F, G, V> {
    groups: GroupBy<F, G>,
    most: NonZeroUsize,
    overflow: V,
}

opaque_debug!(AtMost < F, G, V > { most });

impl<F, G, V> AtMost<F, G, V> {
    /// Takes the first item of a key: begins its group, or puts it where it overflows to.
    #[cold]
    #[inline(never)]
    fn begin<T, K>(&self, groups: &mut Groups<K, G::State>, hash: u64, key: K, item: T)
    where
        K: Hash + Eq,
        G: Fold<T>,
        V: Fn(&K, &Groups<K, G::State>) -> K,
    {
        if groups.len() < self.most.get() {
            return self.groups.begin(groups, hash, key, item);
        }
        let key = (self.overflow)(&key, groups);
        match groups.find(&key) {
            (_, Some(state)) => self.groups.fold.step(state, item),
            (hash, None) => self.groups.begin(groups, hash, key, item),
        }
    }
}

impl<T, K, F, G, V> Fold<T> for AtMost<F, G, V>
where
    F: Fn(&T) -> K,
    K: Hash + Eq,
    G: Fold<T>,
    V: Fn(&K, &Groups<K, G::State>) -> K,
{
    type State = Groups<K, G::State>;
    type Out = Vec<(K, G::Out)>;

    fn init(&self) -> Self::State {
        self.groups.init()
    }

    #[inline]
    fn step(&self, state: &mut Self::State, item: T) {
        let key = (self.groups.key)(&item);
        match state.find(&key) {
            (_, Some(state)) => self.groups.fold.step(state, item),
            (hash, None) => self.begin(state, hash, key, item),
        }
    }

    fn finish(&self, state: Self::State) -> Self::Out {
        self.groups.finish(state)
    }
}

impl<T, K, F, G, V> Merge<T> for AtMost<F, G, V>
where
    F: Fn(&T) -> K,
    K: Hash + Eq,
    G: Merge<T>,
    V: Fn(&K, &Groups<K, G::State>) -> K,
{
    fn merge(&self, into: &mut Self::State, later: Self::State) {
        if into.is_empty() {
            *into = later;
            return;
        }
        for (key, state) in later.into_pairs() {
            let is_new = into.find(&key).1.is_none();
            let key = if is_new && into.len() >= self.most.get() { (self.overflow)(&key, into) } else { key };
            match into.find(&key) {
                (_, Some(into)) => self.groups.fold.merge(into, state),
                (hash, None) => into.push(hash, key, state),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use crate::fold::{self, Count, Fold, Merge};
    use crate::size;

    #[test]
    fn a_key_that_has_its_group_keeps_it() {
        let counts = fold::group_by(|&n: &u32| n, Count).at_most(size(2), |_, _| 99);
        assert_eq!(counts.fold([7, 3, 5, 7, 6, 3, 5]), [(7, 2), (3, 2), (99, 3)]);
        assert_eq!(counts.fold([7, 99, 5, 7, 6]), [(7, 2), (99, 3)]);
    }

    #[test]
    fn overflow_sees_the_new_key_and_the_groups() {
        let seen = RefCell::new(Vec::new());
        let counts = fold::group_by(|&n: &u32| n, Count).at_most(size(2), |new, groups| {
            let mut keys: Vec<u32> = groups.keys().copied().collect();
            keys.sort_unstable();
            seen.borrow_mut().push((*new, keys));
            new % 2
        });
        // One group more for every key that it gives.
        assert_eq!(counts.fold([7, 3, 5, 6]), [(7, 1), (3, 1), (1, 1), (0, 1)]);
        assert_eq!(*seen.borrow(), [(5, vec![3, 7]), (6, vec![1, 3, 7])]);
    }

    #[test]
    fn merging_keeps_the_bound() {
        let counts = fold::group_by(|&n: &u32| n, Count).at_most(size(3), |_, _| 99);
        let state = |items: &[u32]| {
            let mut state = counts.init();
            items.iter().for_each(|&item| counts.step(&mut state, item));
            state
        };
        let mut all = state(&[1, 2]);
        counts.merge(&mut all, state(&[2, 3, 4, 5, 5]));
        assert_eq!(all.len(), 4);
        counts.merge(&mut all, state(&[6, 7, 1]));
        assert_eq!(counts.finish(all), [(1, 2), (2, 2), (3, 1), (99, 5)]);
    }
}
