//! See `benches::send`.
#![allow(missing_docs)]

use std::hint::black_box;

use benches::send::{Load, Races};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::sync::Arc;

/// The columns of the table; an iteration is a value of each thread.
fn send(criterion: &mut Criterion) {
    for race in Races::all().columns {
        let mut group = criterion.benchmark_group(format!("send, {}", race.name));
        for &(entrant, make) in race.entrants() {
            let load = Arc::new(Load::new(entrant.setup));
            group.throughput(Throughput::Elements(entrant.setup.threads as u64));
            group.bench_function(BenchmarkId::from_parameter(entrant.row.replace('`', "")), |b| {
                b.iter_custom(|values| black_box(make(&load).run(&load, values as usize)));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, send);
criterion_main!(benches);
