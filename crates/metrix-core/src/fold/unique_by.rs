//! [`UniqueBy`]: one item for every key.

use std::hash::Hash;

use super::{Fold, Merge};
use crate::macros::opaque_debug;
use crate::ops::Keep;

mod items;

pub use items::UniqueItems;

/// Keeps one item for every key that comes: the first of them, or the last.
///
/// The result is a `Vec` in the order in which the kept items came, so with [`Keep::Last`] an item that takes the place
/// of another goes to the back. Memory: one key and one item for every distinct key, and with [`Keep::Last`] a
/// few empty places for each; bound the keys where they are not your own.
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
    UniqueBy { key, keep }
}

/// The fold made by [`unique_by`].
#[derive(Clone)]
pub struct UniqueBy<F> {
    key: F,
    keep: Keep,
}

opaque_debug!(UniqueBy<F> { keep });

impl<T, K, F> Fold<T> for UniqueBy<F>
where
    F: Fn(&T) -> K,
    K: Hash + Eq,
{
    type State = UniqueItems<K, T>;
    type Out = Vec<T>;

    fn init(&self) -> UniqueItems<K, T> {
        UniqueItems::new()
    }

    fn step(&self, state: &mut UniqueItems<K, T>, item: T) {
        state.insert((self.key)(&item), item, self.keep);
    }

    fn finish(&self, mut state: UniqueItems<K, T>) -> Vec<T> {
        state.take()
    }
}

impl<T, K, F> Merge<T> for UniqueBy<F>
where
    F: Fn(&T) -> K,
    K: Hash + Eq,
{
    fn merge(&self, into: &mut UniqueItems<K, T>, mut later: UniqueItems<K, T>) {
        for item in later.take() {
            self.step(into, item);
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
                let fold = unique_by(|(key, _): &(u8, u32)| *key, keep);
                let mut state = fold.init();
                items.iter().for_each(|item| fold.step(&mut state, *item));
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
