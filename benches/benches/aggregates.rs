//! See `benches::aggregates`.
#![allow(missing_docs)]

use criterion::{Criterion, criterion_group, criterion_main};

fn aggregates(criterion: &mut Criterion) {
    benches::aggregates::cases().iter().for_each(|case| case.bench(criterion));
}

criterion_group!(benches, aggregates);
criterion_main!(benches);
