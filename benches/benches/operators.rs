//! See `benches::operators`.
#![allow(missing_docs)]

use criterion::{Criterion, criterion_group, criterion_main};

fn operators(criterion: &mut Criterion) {
    for case in benches::operators::cases() {
        case.bench(criterion);
    }
}

criterion_group!(benches, operators);
criterion_main!(benches);
