//! The operators with several inputs or outputs. An item is one of either input.

use std::collections::VecDeque;
use std::mem::swap;

use futures::StreamExt as Futures;
use hashbrown::HashMap;
use metrix_core::prelude::*;
use tokio_stream::StreamExt as TokioStream;

use super::by_hand;
use crate::case::{Case, Who};
use crate::digest::Digest;
use crate::input::{HOUR, ITEMS, drain, numbers, stream};

pub(super) fn cases() -> Vec<Case> {
    vec![zip(), union(), combine_latest(), zip_latest(), join(), share()]
}

/// Both halves of the items.
fn halves() -> (&'static [u32], &'static [u32]) {
    numbers().split_at(ITEMS / 2)
}

/// The halves' items in turns.
fn in_turns() -> impl Iterator<Item = u32> {
    let (left, right) = halves();
    left.iter().zip(right).flat_map(|(&l, &r)| [l, r])
}

fn zip() -> Case {
    let (left, right) = halves();
    Case::new("zip", ITEMS)
        .by(Who::Metrix, || drain(ZipExt::zip(stream(left), stream(right))))
        .by(Who::Hand, move || by_hand(|_, digest| left.iter().zip(right).for_each(|(l, r)| (*l, *r).add_to(digest))))
        .by(Who::Futures, || drain(Futures::zip(stream(left), stream(right))))
}

fn union() -> Case {
    let (left, right) = halves();
    Case::new("union", ITEMS)
        .by(Who::Metrix, || drain(stream(left).union(stream(right))))
        .by(Who::Hand, || by_hand(|_, digest| in_turns().for_each(|x| x.add_to(digest))))
        .by(Who::Futures, || drain(futures::stream::select(stream(left), stream(right))))
        .by(Who::TokioStream, || drain(TokioStream::merge(stream(left), stream(right))))
}

fn combine_latest() -> Case {
    let (left, right) = halves();
    Case::new("combine_latest", ITEMS).by(Who::Metrix, || drain(stream(left).combine_latest(stream(right)))).by(
        Who::Hand,
        move || {
            by_hand(|_, digest| {
                let mut latest = (None, None);
                for (&l, &r) in left.iter().zip(right) {
                    latest.0 = Some(l);
                    if let (Some(l), Some(r)) = latest {
                        (l, r).add_to(digest);
                    }
                    latest.1 = Some(r);
                    (l, r).add_to(digest);
                }
            })
        },
    )
}

/// The second input has one item.
fn zip_latest() -> Case {
    Case::new("zip_latest", ITEMS)
        .by(Who::Metrix, || drain(stream(numbers()).zip_latest(stream(&[7_u32]), size(1000))))
        .by(Who::Hand, || by_hand(|items, digest| items.iter().for_each(|&x| (x, 7_u32).add_to(digest))))
}

/// Items of the two inputs with the same number meet, one pair of a kind; a thousand of each input are held.
fn join() -> Case {
    const HELD: usize = 1000;
    let (items, _) = halves();
    Case::new("join", ITEMS)
        .by(Who::Metrix, || drain(stream(items).join(stream(items), HOUR, |l| *l, |r| *r, size(HELD))))
        .by(Who::Hand, || {
            by_hand(|_, digest| {
                let (mut here, mut there) = (Side::default(), Side::default());
                for x in items.iter().flat_map(|&x| [x, x]) {
                    here.hold(x, HELD);
                    there.by_key.get(&x).into_iter().flatten().for_each(|&partner| (partner, x).add_to(digest));
                    swap(&mut here, &mut there);
                }
            })
        })
}

/// What the loop holds of one input.
#[derive(Default)]
struct Side {
    by_key: HashMap<u32, Vec<u32>>,
    in_order: VecDeque<u32>,
}

impl Side {
    fn hold(&mut self, x: u32, most: usize) {
        self.by_key.entry(x).or_default().push(x);
        self.in_order.push_back(x);
        if self.in_order.len() > most
            && let Some(oldest) = self.in_order.pop_front()
        {
            self.by_key.remove(&oldest);
        }
    }
}

/// Two outputs that go in step, zipped again.
fn share() -> Case {
    Case::new("share", ITEMS)
        .by(Who::Metrix, || {
            let one = stream(numbers()).share(Slow::Lockstep);
            let other = one.subscribe();
            drain(ZipExt::zip(one, other))
        })
        .by(Who::Hand, || by_hand(|items, digest| items.iter().for_each(|&x| (x, x).add_to(digest))))
}
