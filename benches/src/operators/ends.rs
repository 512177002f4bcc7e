//! Where a pipeline begins and ends.

use std::convert::Infallible;

use futures::future::{join, ready};
use futures::{SinkExt as FuturesSink, Stream, StreamExt as Futures};
use metrix_core::prelude::*;
use tokio_stream::wrappers::ReceiverStream;

use super::{by_hand, each};
use crate::case::{Case, Who};
use crate::digest::Digest;
use crate::input::{ITEMS, block_on, digest_of, numbers, stream};

const BOUND: usize = 256;

pub(super) fn cases() -> Vec<Case> {
    vec![source(), sink_fn(), sink_to_vec()]
}

/// One task gives the items, which waits when there is no room, and another takes them.
fn through(send: impl Future<Output = ()>, items: impl Stream<Item = u32>) -> u64 {
    block_on(join(send, digest_of(items))).1
}

fn source() -> Case {
    Case::new("source", ITEMS)
        .by(Who::Metrix, || {
            let (emitter, items) = metrix_core::source(size(BOUND));
            let send = async move {
                for &x in numbers() {
                    emitter.emit(x).await.expect("the stream is still there");
                }
            };
            through(send, items)
        })
        .by(Who::Hand, || each(|items| items))
        .by(Who::Futures, || {
            let (mut sender, items) = futures::channel::mpsc::channel(BOUND);
            let send = async move {
                for &x in numbers() {
                    sender.feed(x).await.expect("the stream is still there");
                }
            };
            through(send, items)
        })
        .by(Who::TokioStream, || {
            let (sender, items) = tokio::sync::mpsc::channel(BOUND);
            let send = async move {
                for &x in numbers() {
                    sender.send(x).await.expect("the stream is still there");
                }
            };
            through(send, ReceiverStream::new(items))
        })
}

fn sink_fn() -> Case {
    Case::new("sink_fn", ITEMS)
        .by(Who::Metrix, || {
            let mut digest = 0;
            let sent = stream(numbers()).sink_fn(|x| {
                x.add_to(&mut digest);
                ready(Ok::<(), Infallible>(()))
            });
            let Ok(()) = block_on(sent);
            digest
        })
        .by(Who::Hand, || each(|items| items))
        .by(Who::Futures, || {
            let mut digest = 0;
            let sent = Futures::for_each(stream(numbers()), |x| {
                x.add_to(&mut digest);
                ready(())
            });
            block_on(sent);
            digest
        })
}

fn sink_to_vec() -> Case {
    fn digest_of_all(items: Vec<u32>) -> u64 {
        let mut digest = 0;
        items.add_to(&mut digest);
        digest
    }
    Case::new("sink_to_vec", ITEMS)
        .by(Who::Metrix, || {
            let (run, list) = stream(numbers()).sink_to_vec();
            block_on(run);
            digest_of_all(list.take())
        })
        .by(Who::Hand, || {
            by_hand(|items, digest| {
                let mut list = Vec::new();
                for &x in items {
                    list.push(x);
                }
                list.add_to(digest);
            })
        })
        .by(Who::Futures, || digest_of_all(block_on(Futures::collect(stream(numbers())))))
}
