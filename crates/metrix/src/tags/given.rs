//! Pairs of texts in a row as a [`TagSet`], and what a table of sets asks of them: [`hash_over`] and [`is_over`].
//!
//! Each look at a text may call code of the user, an `AsRef` that might answer otherwise the next time. Then the value goes to
//! another series than was meant, one that has the tags that were read; nothing here counts on an answer that was given before.

use super::hash::Seeds;
use super::tag_set::sealed::Sealed;
use super::{TagSet, Tags};

/// How many tags are looked for one by one; beyond, the time that this takes would grow with their square.
const FEW: usize = 32;

impl<N: AsRef<str>, V: AsRef<str>, const LEN: usize> Sealed for [(N, V); LEN] {}

/// Not as a slice: where the length is known there is no loop, and names that are literals become part of the code. That takes
/// that nobody gets the array's address, so all is done with copies of its texts.
impl<N: AsRef<str>, V: AsRef<str>, const LEN: usize> TagSet for [(N, V); LEN] {
    #[inline(always)]
    fn to_tags(&self) -> Tags {
        made(texts(self))
    }

    #[inline(always)]
    fn text_len(&self) -> usize {
        texts(self).iter().map(|(name, value)| name.len() + value.len()).sum()
    }

    #[inline(always)]
    fn hash_over(&self, defaults: &Tags) -> u64 {
        hash_over(texts(self).into_iter(), defaults)
    }

    #[inline(always)]
    fn is_over(&self, defaults: &Tags, tags: &Tags) -> bool {
        is_over(texts(self).into_iter(), defaults, tags)
    }
}

#[inline(always)]
fn texts<N: AsRef<str>, V: AsRef<str>, const LEN: usize>(pairs: &[(N, V); LEN]) -> [(&str, &str); LEN] {
    std::array::from_fn(|place| (pairs[place].0.as_ref(), pairs[place].1.as_ref()))
}

#[inline(never)]
fn made<const LEN: usize>(pairs: [(&str, &str); LEN]) -> Tags {
    Tags::of(&pairs)
}

macro_rules! pairs_in_a_row {
    ($($type:ty;)+) => {$(
        impl<N: AsRef<str>, V: AsRef<str>> Sealed for $type {}

        impl<N: AsRef<str>, V: AsRef<str>> TagSet for $type {
            fn to_tags(&self) -> Tags {
                Tags::of(&each(self).collect::<Vec<_>>())
            }

            fn text_len(&self) -> usize {
                each(self).map(|(name, value)| name.len() + value.len()).sum()
            }

            #[inline]
            fn hash_over(&self, defaults: &Tags) -> u64 {
                hash_over(each(self), defaults)
            }

            #[inline]
            fn is_over(&self, defaults: &Tags, tags: &Tags) -> bool {
                is_over(each(self), defaults, tags)
            }
        }
    )+};
}

pairs_in_a_row! {
    [(N, V)];
    Vec<(N, V)>;
}

#[inline(always)]
fn each<N: AsRef<str>, V: AsRef<str>>(pairs: &[(N, V)]) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
    pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
}

/// The hash of `given` and of those of `defaults` whose names are not among them, if no name is given twice.
#[inline(always)]
pub(super) fn hash_over<'a>(given: impl Iterator<Item = (&'a str, &'a str)>, defaults: &Tags) -> u64 {
    if !defaults.is_empty() {
        return hash_with(given, defaults);
    }
    let seeds = Seeds::get();
    given.fold(0, |hash: u64, (name, value)| hash.wrapping_add(seeds.pair(name, value)))
}

#[inline(never)]
fn hash_with<'a>(given: impl Iterator<Item = (&'a str, &'a str)>, defaults: &Tags) -> u64 {
    let seeds = Seeds::get();
    given.fold(defaults.sum(), |hash, (name, value)| {
        let replaced = defaults.get(name).map_or(0, |value| seeds.pair(name, value));
        hash.wrapping_add(seeds.pair(name, value)).wrapping_sub(replaced)
    })
}

/// Whether `tags` are `given` and those of `defaults` whose names are not among them. Where a name is given twice it is
/// `false`, or right.
#[inline(always)]
pub(super) fn is_over<'a>(
    given: impl ExactSizeIterator<Item = (&'a str, &'a str)> + Clone,
    defaults: &Tags,
    tags: &Tags,
) -> bool {
    match (&tags.0, &defaults.0) {
        (Some(set), None) => set.is_in_order(given.clone()) || is_in_any_order(given, defaults, tags),
        (Some(set), Some(before)) => {
            set.is_both_in_order(before, given.clone()) || is_in_any_order(given, defaults, tags)
        }
        (None, Some(_)) => false,
        (None, None) => given.len() == 0,
    }
}

/// As many of the names of `tags`, which differ, must be found in `given` as there are; and the others in `defaults`.
#[inline(never)]
fn is_in_any_order<'a>(
    given: impl ExactSizeIterator<Item = (&'a str, &'a str)> + Clone,
    defaults: &Tags,
    tags: &Tags,
) -> bool {
    let most = given.len() + defaults.len();
    if tags.len() > most || tags.len() < given.len().max(defaults.len()) {
        return false;
    }
    if most > FEW {
        return Tags::of(&given.collect::<Vec<_>>()).or(defaults) == *tags;
    }
    let (mut found, mut found_defaults) = (0, 0);
    for (name, value) in tags.given() {
        let default = defaults.get(name);
        let pair = given.clone().find(|pair| pair.0 == name);
        found += usize::from(pair.is_some());
        found_defaults += usize::from(default.is_some());
        if pair.map(|(_, value)| value).or(default) != Some(value) {
            return false;
        }
    }
    found == given.len() && found_defaults == defaults.len()
}
