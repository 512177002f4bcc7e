//! [`fold_laws`]: whether a fold keeps the laws of [`Merge`].

use std::any::type_name;
use std::fmt::Debug;

use crate::Merge;

/// Checks that `fold` keeps the three laws of [`Merge`] on these items: identity, split and associativity.
///
/// Two results count as the same if `same` says so: equality, or for floating-point numbers a distance within the error
/// that the fold states. The items are split at every place if there are at most 64 of them, else at 65 places spread
/// evenly, both ends among them; for associativity into three parts in 45 ways, or all there are if they are fewer. Wrap
/// it in a property test to try many items.
///
/// ```
/// use metrix_core::{fold, testing::fold_laws};
///
/// let product = fold::from_fn(|| 1.0, |product, x: f64| *product *= x, |product, later| *product *= later);
/// fold_laws(&product, &[0.5, -3.0, 4.0], |a, b| a == b);
/// ```
///
/// ```should_panic
/// use metrix_core::{fold, testing::fold_laws};
///
/// // A mean can't be merged without its count: this panics, and names the law and the split.
/// let mean = fold::from_fn(|| 0.0, |mean, x: f64| *mean = (*mean + x) / 2.0, |mean, later| *mean = (*mean + later) / 2.0);
/// fold_laws(&mean, &[1.0, 2.0, 6.0], |a, b| a == b);
/// ```
///
/// # Panics
/// If a law is broken: with the type of the fold, the law, the split and both results.
#[track_caller]
pub fn fold_laws<T, F>(fold: &F, items: &[T], same: impl Fn(&F::Out, &F::Out) -> bool)
where
    T: Clone,
    F: Merge<T>,
    F::Out: Debug,
{
    let (n, subject) = (items.len(), type_name::<F>());
    let state = |part: &[T]| {
        let mut state = fold.init();
        part.iter().for_each(|item| fold.step(&mut state, item.clone()));
        state
    };
    let merged = |mut earlier: F::State, later: F::State| {
        fold.merge(&mut earlier, later);
        fold.finish(earlier)
    };

    let whole = fold.finish(state(items));
    let before = merged(fold.init(), state(items));
    assert!(
        same(&whole, &before),
        "{subject} breaks the law of identity: {n} items give {whole:?}, and merged into an empty state {before:?}"
    );
    let after = merged(state(items), fold.init());
    assert!(
        same(&whole, &after),
        "{subject} breaks the law of identity: {n} items give {whole:?}, and with an empty state merged in {after:?}"
    );

    for at in places(n, 65) {
        let halves = merged(state(&items[..at]), state(&items[at..]));
        assert!(
            same(&whole, &halves),
            "{subject} breaks the law of split: {n} items give {whole:?}, and split at {at} {halves:?}"
        );
    }

    let places = places(n, 9);
    for &i in &places {
        for &j in places.iter().filter(|&&j| i <= j) {
            let [a, b, c] = [&items[..i], &items[i..j], &items[j..]];
            let mut left = state(a);
            fold.merge(&mut left, state(b));
            let left = merged(left, state(c));
            let mut right = state(b);
            fold.merge(&mut right, state(c));
            let right = merged(state(a), right);
            assert!(
                same(&left, &right),
                "{subject} breaks the law of associativity: {n} items split at {i} and {j} give {left:?} if the first two parts are merged first, \
                 and {right:?} if the last two are"
            );
        }
    }
}

/// All places where n items can be split, or `most` of them, spread evenly.
fn places(n: usize, most: usize) -> Vec<usize> {
    if n < most { (0..=n).collect() } else { (0..most).map(|i| i * n / (most - 1)).collect() }
}

#[cfg(test)]
mod tests {
    use super::{fold_laws, places};
    use crate::fold::{Last, from_fn};

    #[test]
    fn many_items_are_split_at_both_ends_too() {
        let places = places(1000, 65);
        assert_eq!((places.len(), places[0], places[64]), (65, 0, 1000));
    }

    #[test]
    fn no_items_are_fine() {
        fold_laws(&Last, &[0; 0], |a, b| a == b);
    }

    #[test]
    #[should_panic(expected = "split: 3 items give 6, and split at 1 5")]
    fn names_the_split() {
        let forgets_the_first = from_fn(|| 0, |sum, x: i32| *sum += x, |sum, later| *sum = later.max(*sum));
        fold_laws(&forgets_the_first, &[1, 2, 3], |a, b| a == b);
    }

    #[test]
    #[should_panic(expected = "identity: 1 items give 7, and merged into an empty state 8")]
    fn names_the_identity() {
        let counts_merges = from_fn(|| 0, |sum, x: i32| *sum += x, |sum, later: i32| *sum += later + 1);
        fold_laws(&counts_merges, &[7], |a, b| a == b);
    }

    #[test]
    #[should_panic(expected = "FromFn<")]
    fn names_the_fold() {
        let counts_merges = from_fn(|| 0, |sum, x: i32| *sum += x, |sum, later: i32| *sum += later + 1);
        fold_laws(&counts_merges, &[7], |a, b| a == b);
    }

    #[test]
    #[should_panic(expected = "associativity: 3 items split at 1 and 2 give (6, 11)")]
    fn names_the_places_of_an_association() {
        // Its state also counts merges, those of the earlier part ten times over.
        let counts_merges = from_fn(
            || (0, 0),
            |(sum, _), x: i32| *sum += x,
            |earlier: &mut (i32, i32), later: (i32, i32)| match (earlier.0, later.0) {
                (0, _) => *earlier = later,
                (_, 0) => {}
                _ => *earlier = (earlier.0 + later.0, earlier.1 * 10 + later.1 + 1),
            },
        );
        fold_laws(&counts_merges, &[1, 2, 3], |a, b| a.1.abs_diff(b.1) <= 1);
    }
}
