//! See `benches::chain`.
#![allow(missing_docs)]

use criterion::{Criterion, criterion_group, criterion_main};

fn chain(criterion: &mut Criterion) {
    benches::chain::case().bench(criterion);
}

criterion_group!(benches, chain);
criterion_main!(benches);
