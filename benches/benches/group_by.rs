//! See `benches::group_by`.
#![allow(missing_docs)]

use criterion::{Criterion, criterion_group, criterion_main};

fn group_by(criterion: &mut Criterion) {
    for keys in benches::group_by::KEYS {
        benches::group_by::case(keys).bench(criterion);
    }
}

criterion_group!(benches, group_by);
criterion_main!(benches);
