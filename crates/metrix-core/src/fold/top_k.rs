//! [`TopK`]: the most frequent items.

use std::hash::Hash;
use std::num::NonZeroUsize;

use hashbrown::DefaultHashBuilder;

use super::{Fold, Groups, Merge};

/// Finds the most frequent items in bounded memory.
///
/// The result is a list of at most k items, the most frequent first; of equally frequent ones, the one that was seen
/// first. Each comes with the least and the most that its count can be. The two are the same as long as there are no
/// more distinct items than counters (ten for each of the k, unless you [choose](Self::counters)); beyond, they are at
/// most `n / (counters + 1)` apart after n items, so that no item more frequent than that is missed.
///
/// It is Misra and Gries' summary (*Finding Repeated Elements*, 1982), merged as in Agarwal et al., *Mergeable
/// Summaries*, 2012, theorem 1, which proves the bound also for merged states. Memory: one item and about 40 bytes a
/// counter, twice that while states are merged. A step takes constant time on average.
///
/// ```
/// use metrix_core::{fold::{Fold, TopK}, size};
///
/// let pages = ["/", "/about", "/", "/login", "/", "/login"];
/// let top = TopK::new(size(2)).fold(pages);
/// assert_eq!((top[0].item, top[0].at_least, top[0].at_most), ("/", 3, 3));
/// assert_eq!((top[1].item, top[1].at_least, top[1].at_most), ("/login", 2, 2));
/// ```
#[derive(Clone, Debug)]
pub struct TopK {
    k: usize,
    counters: usize,
    hasher: DefaultHashBuilder,
}

impl TopK {
    /// Finds the `k` most frequent items, with ten counters for each.
    pub fn new(k: NonZeroUsize) -> Self {
        let k = k.get();
        Self { k, counters: k.saturating_mul(10), hasher: DefaultHashBuilder::default() }
    }

    /// Keeps this many counters: the more, the closer the counts. It never keeps fewer than k.
    pub fn counters(self, counters: NonZeroUsize) -> Self {
        Self { counters: counters.get().max(self.k), ..self }
    }
}

/// An item of [`TopK`], and how often it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Frequent<T> {
    /// The item.
    pub item: T,
    /// It came this often or more.
    pub at_least: u64,
    /// It came this often or less.
    pub at_most: u64,
}

/// The state of [`TopK`].
#[derive(Clone, Debug)]
pub struct Frequencies<T> {
    counts: Groups<T, u64>,
    /// How much each count may be too low by, also that of an item that is not there.
    missed: u64,
}

impl<T: Hash + Eq> Frequencies<T> {
    /// Takes `cut` off every count, and forgets the items that nothing is left of.
    fn cut(&mut self, cut: u64) {
        self.missed += cut;
        self.counts.retain(|count| {
            *count = count.saturating_sub(cut);
            *count > 0
        });
    }
}

impl<T: Hash + Eq> Fold<T> for TopK {
    type State = Frequencies<T>;
    type Out = Vec<Frequent<T>>;

    fn init(&self) -> Frequencies<T> {
        Frequencies { counts: Groups::new(self.hasher.clone()), missed: 0 }
    }

    #[inline]
    fn step(&self, state: &mut Frequencies<T>, item: T) {
        let is_full = state.counts.len() >= self.counters;
        match state.counts.find(&item) {
            (_, Some(count)) => *count += 1,
            (hash, None) if !is_full => state.counts.push(hash, item, 1),
            // The item's own count of one is cut to nothing with the others'.
            (_, None) => state.cut(1),
        }
    }

    fn finish(&self, state: Frequencies<T>) -> Vec<Frequent<T>> {
        let missed = state.missed;
        let frequent = |(item, count)| Frequent { item, at_least: count, at_most: count + missed };
        let mut top: Vec<_> = state.counts.into_pairs().map(frequent).collect();
        top.sort_by_key(|frequent| std::cmp::Reverse(frequent.at_least));
        top.truncate(self.k);
        top
    }
}

impl<T: Hash + Eq> Merge<T> for TopK {
    fn merge(&self, into: &mut Frequencies<T>, later: Frequencies<T>) {
        into.missed += later.missed;
        for (item, count) in later.counts.into_pairs() {
            match into.counts.find(&item) {
                (_, Some(sum)) => *sum += count,
                (hash, None) => into.counts.push(hash, item, count),
            }
        }
        if into.counts.len() > self.counters {
            let mut counts: Vec<u64> = into.counts.states().copied().collect();
            // The largest of those that there is no counter for.
            let (_, &mut cut, _) = counts.select_nth_unstable_by(self.counters, |a, b| b.cmp(a));
            into.cut(cut);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TopK;
    use crate::fold::Fold;
    use crate::size;

    #[test]
    fn the_first_seen_of_equals_comes_first() {
        let top = TopK::new(size(2)).fold(["c", "b", "a", "b"]);
        assert_eq!(top.iter().map(|frequent| frequent.item).collect::<Vec<_>>(), ["b", "c"]);
    }

    #[test]
    fn one_counter_finds_the_majority() {
        let top = TopK::new(size(1)).counters(size(1)).fold([7, 1, 7, 2, 7, 3, 7]);
        assert_eq!(top[0].item, 7);
        assert!(top[0].at_least <= 4 && 4 <= top[0].at_most);
    }

    #[test]
    fn memory_is_bounded() {
        let top_k = TopK::new(size(3)).counters(size(5));
        let mut state = top_k.init();
        for item in 0..1000 {
            top_k.step(&mut state, item);
            assert!(state.counts.len() <= 5);
        }
    }
}
