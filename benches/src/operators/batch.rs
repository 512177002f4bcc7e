//! The operators that make batches.

use futures::StreamExt as Futures;
use hashbrown::HashSet;
use metrix_core::fold::Sum;
use metrix_core::ops::Keep;
use metrix_core::prelude::*;
use tokio_stream::StreamExt as TokioStream;

use super::by_hand;
use crate::case::{Case, Who};
use crate::digest::Digest;
use crate::input::{HOUR, ITEMS, drain, numbers, stream};

const N: usize = 1000;
const SLIDING: usize = 10;

pub(super) fn cases() -> Vec<Case> {
    vec![partition(), partition_with(), partition_unique(), sliding_window(), sliding_window_with(), collect_on_with()]
}

fn sum(items: &[u32]) -> f64 {
    Sum.fold(items.iter().copied())
}

/// A batch made item by item, as all must who do not know beforehand how many will come.
fn push_each(items: &[u32]) -> Vec<u32> {
    let mut batch = Vec::with_capacity(N);
    for &x in items {
        batch.push(x);
    }
    batch
}

fn partition() -> Case {
    Case::new("partition", ITEMS)
        .by(Who::Metrix, || drain(stream(numbers()).partition(size(N))))
        .by(Who::Hand, || by_hand(|items, digest| items.chunks(N).for_each(|batch| push_each(batch).add_to(digest))))
        .by(Who::Futures, || drain(Futures::chunks(stream(numbers()), N)))
        .by(Who::TokioStream, || drain(TokioStream::chunks_timeout(stream(numbers()), N, HOUR)))
}

fn partition_with() -> Case {
    Case::new("partition_with, sum", ITEMS)
        .by(Who::Metrix, || drain(stream(numbers()).partition_with(size(N), Sum)))
        .by(Who::Hand, || by_hand(|items, digest| items.chunks(N).for_each(|batch| sum(batch).add_to(digest))))
        .by(Who::Futures, || drain(Futures::map(Futures::chunks(stream(numbers()), N), |batch| sum(&batch))))
        .by(Who::TokioStream, || {
            let batches = TokioStream::chunks_timeout(stream(numbers()), N, HOUR);
            drain(TokioStream::map(batches, |batch| sum(&batch)))
        })
}

/// Every key comes twice in a row.
fn partition_unique() -> Case {
    Case::new("partition_unique", ITEMS)
        .by(Who::Metrix, || drain(stream(numbers()).partition_unique(size(N), |x| x / 2, Keep::First)))
        .by(Who::Hand, || {
            by_hand(|items, digest| {
                let (mut keys, mut batch) = (HashSet::new(), Vec::new());
                for &x in items {
                    if keys.insert(x / 2) {
                        batch.push(x);
                        if batch.len() == N {
                            std::mem::take(&mut batch).add_to(digest);
                            keys.clear();
                        }
                    }
                }
                if !batch.is_empty() {
                    batch.add_to(digest);
                }
            })
        })
}

fn sliding_window() -> Case {
    Case::new("sliding_window(10)", ITEMS)
        .by(Who::Metrix, || drain(stream(numbers()).sliding_window(size(SLIDING))))
        .by(Who::Hand, || {
            by_hand(|items, digest| items.windows(SLIDING).for_each(|window| window.to_vec().add_to(digest)))
        })
}

/// The loop adds up every window anew.
fn sliding_window_with() -> Case {
    Case::new("sliding_window_with(10), sum", ITEMS)
        .by(Who::Metrix, || drain(stream(numbers()).sliding_window_with(size(SLIDING), Sum)))
        .by(Who::Hand, || by_hand(|items, digest| items.windows(SLIDING).for_each(|window| sum(window).add_to(digest))))
}

/// The trigger stays silent, so that all comes out at the end.
fn collect_on_with() -> Case {
    Case::new("collect_on_with, sum", ITEMS)
        .by(Who::Metrix, || drain(stream(numbers()).collect_on_with(futures::stream::pending::<()>(), Sum)))
        .by(Who::Hand, || by_hand(|items, digest| sum(items).add_to(digest)))
}
