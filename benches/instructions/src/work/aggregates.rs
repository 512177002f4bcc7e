//! Values that are folded into the aggregates of 100 groups.

use std::hint::black_box;

use metrix::Aggs;
use metrix_core::Fold;

use super::random;

const GROUPS: usize = 100;

pub(crate) fn step(names: &[&str], values: usize) {
    let aggs = Aggs::new(names.iter().copied(), None).expect("they are built in");
    let mut states: Vec<_> = (0..GROUPS).map(|_| aggs.init()).collect();
    let mut random = random();
    for _ in 0..values {
        let mixed = random();
        aggs.step(&mut states[mixed as usize % GROUPS], f64::from(mixed >> 16) / 64.0);
    }
    let found: usize = states.into_iter().map(|state| black_box(aggs.finish(state)).len()).sum();
    assert_eq!(found, names.len() * GROUPS, "each has a value for each group");
}
