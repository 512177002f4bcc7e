//! Streams of numbers through operators of the core.

use std::hint::black_box;
use std::time::Duration;

use futures::stream::{Stream, iter};
use metrix_core::fold::{self, Fold, Sum};
use metrix_core::ops::{Filter, Map, Partition};
use metrix_core::prelude::*;
use metrix_core::{OperateExt, Operator, size};
use tokio::runtime::Builder;

fn triple(x: u32) -> u32 {
    x.wrapping_mul(3)
}

fn keep(x: &u32) -> bool {
    x & 7 != 0
}

pub(crate) fn chain(items: usize) {
    drain(numbers(items).map(triple).filter(keep).partition_with(size(1000), Sum));
}

pub(crate) fn fused(items: usize) {
    drain(numbers(items).operate(Map::new(triple).then(Filter::new(keep)).then(Partition::with(size(1000), Sum))));
}

pub(crate) fn group_by(items: usize) {
    let sums = fold::group_by(|x: &u32| x % 100, Sum.premap(f64::from));
    drain(numbers(items).timed_window_with(Duration::from_secs(60 * 60), sums));
}

fn numbers(items: usize) -> impl Stream<Item = u32> {
    iter(0..black_box(items as u32))
}

/// Runs a stream to its end, on time that stands still.
fn drain(stream: impl Stream) {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.expect("a runtime without I/O needs no help");
    let came = runtime.block_on(stream.map(|item| _ = black_box(item)).collect::<Vec<_>>());
    assert!(!came.is_empty(), "the end of the input flushes");
}
