//! The chain map -> filter -> partition(1000) with sum.

use std::mem::take;

use metrix_core::fold::{Compensated, Sum};
use metrix_core::ops::{Filter, Map, Partition};
use metrix_core::{Fold, OperateExt, Operator, size};

use crate::case::{Case, Who};
use crate::dataflow;
use crate::digest::Digest;
use crate::input::{HOUR, ITEMS, drain, numbers, stream};

const BATCH: usize = 1000;

fn triple(x: u32) -> u32 {
    x.wrapping_mul(3)
}

fn keep(x: &u32) -> bool {
    x & 7 != 0
}

/// All contenders.
pub fn case() -> Case {
    Case::new("chain", ITEMS)
        .by(Who::Metrix, || {
            use metrix_core::prelude::*;
            drain(stream(numbers()).map(triple).filter(keep).partition_with(size(BATCH), Sum))
        })
        .by(Who::Fused, || {
            let fused = Map::new(triple).then(Filter::new(keep)).then(Partition::with(size(BATCH), Sum));
            drain(stream(numbers()).operate(fused))
        })
        .by(Who::Hand, by_hand)
        .by(Who::Futures, || {
            use futures::{StreamExt, future::ready};
            drain(stream(numbers()).map(triple).filter(|x| ready(keep(x))).chunks(BATCH).map(|batch| Sum.fold(batch)))
        })
        .by(Who::TokioStream, || {
            use tokio_stream::StreamExt;
            let batches = stream(numbers()).map(triple).filter(keep).chunks_timeout(BATCH, HOUR);
            drain(batches.map(|batch| Sum.fold(batch)))
        })
        .by(Who::Timely, by_timely)
}

fn by_hand() -> u64 {
    let (mut digest, mut sum, mut held) = (0, Compensated::default(), 0);
    for &x in numbers() {
        let y = triple(x);
        if keep(&y) {
            sum.add(y.into());
            held += 1;
            if held == BATCH {
                take(&mut sum).value().add_to(&mut digest);
                held = 0;
            }
        }
    }
    if held > 0 {
        sum.value().add_to(&mut digest);
    }
    digest
}

/// `timely` has no operator that makes batches of a number of items, so this one is made with the means that it gives;
/// its own operators work in place.
fn by_timely() -> u64 {
    use timely::dataflow::channels::pact::Pipeline;
    use timely::dataflow::operators::Operator;
    use timely::dataflow::operators::vec::{Filter, Map};

    dataflow::drain(numbers(), |items| {
        let kept = items.map_in_place(|x| *x = triple(*x)).filter(keep);
        kept.unary_frontier(Pipeline, "Partition", |capability, _| {
            let (mut sum, mut held, mut capability) = (Compensated::default(), 0, Some(capability));
            move |(input, frontier), output| {
                input.for_each_stamp(|time, batches| {
                    let mut session = output.session(&time);
                    for x in batches.flat_map(|batch| batch.drain(..)) {
                        sum.add(x.into());
                        held += 1;
                        if held == BATCH {
                            session.give(take(&mut sum).value());
                            held = 0;
                        }
                    }
                });
                if frontier.is_empty()
                    && let (Some(capability), 1..) = (capability.take(), held)
                {
                    output.session(&capability).give(sum.value());
                }
            }
        })
    })
}
