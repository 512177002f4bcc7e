//! The operators that tell items apart by a key.

use hashbrown::HashMap;
use metrix_core::fold::Sum;
use metrix_core::ops::Partition;
use metrix_core::prelude::*;

use super::by_hand;
use crate::case::{Case, Who};
use crate::digest::Digest;
use crate::input::{HOUR, ITEMS, drain, numbers, stream};

const KEYS: u32 = 100;
const N: usize = 1000;

pub(super) fn cases() -> Vec<Case> {
    vec![group_by(), keyed(), partition_by()]
}

fn key(x: &u32) -> u32 {
    x % KEYS
}

/// Batches of a thousand items.
fn group_by() -> Case {
    let batches: &'static [&'static [u32]] = Vec::leak(numbers().chunks(1000).collect());
    fn some_of(groups: Vec<(u32, Vec<&u32>)>) -> (usize, Option<(u32, Vec<&u32>)>) {
        (groups.len(), groups.into_iter().next_back())
    }
    Case::new("group_by, 100 keys", ITEMS)
        .by(Who::Metrix, move || drain(stream(batches).group_by(|x| key(x)).map(some_of)))
        .by(Who::Hand, move || {
            by_hand(|_, digest| {
                for &batch in batches {
                    let (mut places, mut groups) = (HashMap::new(), Vec::new());
                    for x in batch {
                        let place = *places.entry(key(x)).or_insert_with(|| {
                            groups.push((key(x), Vec::new()));
                            groups.len() - 1
                        });
                        groups[place].1.push(x);
                    }
                    some_of(groups).add_to(digest);
                }
            })
        })
}

/// Batches of a thousand items of one key, summed.
fn keyed() -> Case {
    Case::new("keyed, 100 keys", ITEMS)
        .by(Who::Metrix, || drain(stream(numbers()).keyed(key, size(1000), HOUR, Partition::with(size(N), Sum))))
        .by(Who::Hand, || {
            by_hand(|items, digest| {
                let mut held = HashMap::new();
                for &x in items {
                    let (sum, n) = held.entry(key(&x)).or_insert_with(|| (Fold::<u32>::init(&Sum), 0));
                    Sum.step(sum, x);
                    *n += 1;
                    if *n == N {
                        *n = 0;
                        (key(&x), std::mem::take(sum).value()).add_to(digest);
                    }
                }
            })
        })
}

fn partition_by() -> Case {
    Case::new("partition_by, 100 keys", ITEMS)
        .by(Who::Metrix, || drain(stream(numbers()).partition_by(size(N), key, size(1000), HOUR)))
        .by(Who::Hand, || {
            by_hand(|items, digest| {
                let mut held = HashMap::<u32, Vec<u32>>::new();
                for &x in items {
                    let batch = held.entry(key(&x)).or_default();
                    batch.push(x);
                    if batch.len() == N {
                        std::mem::take(batch).add_to(digest);
                    }
                }
            })
        })
}
