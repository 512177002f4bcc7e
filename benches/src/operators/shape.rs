//! The operators that make something else of each item, or let some pass.

use std::cell::Cell;

use futures::StreamExt as Futures;
use futures::future::ready;
use hashbrown::HashSet;
use metrix_core::prelude::*;
use timely::dataflow::operators::vec::{Filter, Map};
use tokio_stream::StreamExt as TokioStream;

use super::{by_hand, each, keep, triple};
use crate::case::{Case, Who};
use crate::dataflow;
use crate::digest::Digest;
use crate::input::{ITEMS, drain, numbers, stream};

pub(super) fn cases() -> Vec<Case> {
    vec![map(), filter(), filter_map(), flatten(), scan(), slice(), unique(), changed(), inspect(), then(), map_async()]
}

fn map() -> Case {
    Case::new("map", ITEMS)
        .by(Who::Metrix, || drain(MapExt::map(stream(numbers()), triple)))
        .by(Who::Hand, || each(|items| items.map(|&x| triple(x))))
        .by(Who::Futures, || drain(Futures::map(stream(numbers()), triple)))
        .by(Who::TokioStream, || drain(TokioStream::map(stream(numbers()), triple)))
        .by(Who::Timely, || dataflow::drain(numbers(), |items| items.map_in_place(|x| *x = triple(*x))))
}

fn filter() -> Case {
    Case::new("filter", ITEMS)
        .by(Who::Metrix, || drain(FilterExt::filter(stream(numbers()), keep)))
        .by(Who::Hand, || each(|items| items.filter(|x| keep(x))))
        .by(Who::Futures, || drain(Futures::filter(stream(numbers()), |x| ready(keep(x)))))
        .by(Who::TokioStream, || drain(TokioStream::filter(stream(numbers()), keep)))
        .by(Who::Timely, || dataflow::drain(numbers(), |items| items.filter(keep)))
}

fn filter_map() -> Case {
    fn f(x: u32) -> Option<u32> {
        keep(&x).then(|| triple(x))
    }
    Case::new("filter_map", ITEMS)
        .by(Who::Metrix, || drain(FilterMapExt::filter_map(stream(numbers()), f)))
        .by(Who::Hand, || each(|items| items.filter_map(|&x| f(x))))
        .by(Who::Futures, || drain(Futures::filter_map(stream(numbers()), |x| ready(f(x)))))
        .by(Who::TokioStream, || drain(TokioStream::filter_map(stream(numbers()), f)))
        .by(Who::Timely, || dataflow::drain(numbers(), |items| items.flat_map(f)))
}

/// Collections of four, so that an item is one of their elements.
fn flatten() -> Case {
    fn fours() -> &'static [[u32; 4]] {
        numbers().as_chunks().0
    }
    Case::new("flatten", ITEMS)
        .by(Who::Metrix, || drain(FlattenExt::flatten(stream(fours()))))
        .by(Who::Hand, || by_hand(|_, digest| fours().iter().flatten().for_each(|x| x.add_to(digest))))
        .by(Who::Futures, || drain(Futures::flat_map(stream(fours()), futures::stream::iter)))
        .by(Who::Timely, || dataflow::drain(fours(), |fours| fours.flat_map(|four| four)))
}

fn scan() -> Case {
    fn f(sum: &mut u32, x: u32) -> u32 {
        *sum = sum.wrapping_add(x);
        *sum
    }
    Case::new("scan", ITEMS)
        .by(Who::Metrix, || drain(ScanExt::scan(stream(numbers()), 0, f)))
        .by(Who::Hand, || each(|items| items.scan(0, |sum, &x| Some(f(sum, x)))))
        .by(Who::Futures, || drain(Futures::scan(stream(numbers()), 0, |sum, x| ready(Some(f(sum, x))))))
        .by(Who::Timely, || {
            dataflow::drain(numbers(), |items| {
                let mut sum = 0;
                items.map_in_place(move |x| *x = f(&mut sum, *x))
            })
        })
}

fn slice() -> Case {
    const FROM: usize = 1000;
    const TO: usize = ITEMS - 1000;
    Case::new("slice", ITEMS)
        .by(Who::Metrix, || drain(stream(numbers()).slice(FROM..TO)))
        .by(Who::Hand, || each(|items| items.take(TO).skip(FROM)))
        .by(Who::Futures, || drain(Futures::skip(Futures::take(stream(numbers()), TO), FROM)))
        .by(Who::TokioStream, || drain(TokioStream::skip(TokioStream::take(stream(numbers()), TO), FROM)))
}

/// A thousand keys, again and again. The peers and the loop never forget one, as our operator would have to.
fn unique() -> Case {
    Case::new("unique_by, 1000 keys", ITEMS)
        .by(Who::Metrix, || drain(stream(numbers()).unique_by(size(2000), |x| x % 1000)))
        .by(Who::Hand, || {
            let mut seen = HashSet::new();
            each(|items| items.filter(|&x| seen.insert(x % 1000)))
        })
        .by(Who::Futures, || {
            let mut seen = HashSet::new();
            drain(Futures::filter(stream(numbers()), |x| ready(seen.insert(x % 1000))))
        })
        .by(Who::TokioStream, || {
            let mut seen = HashSet::new();
            drain(TokioStream::filter(stream(numbers()), |x| seen.insert(x % 1000)))
        })
        .by(Who::Timely, || {
            dataflow::drain(numbers(), |items| {
                let mut seen = HashSet::new();
                items.filter(move |x| seen.insert(x % 1000))
            })
        })
}

/// Every key comes four times in a row.
fn changed() -> Case {
    fn is_new(before: &mut Option<u32>, x: u32) -> bool {
        before.replace(x / 4) != Some(x / 4)
    }
    Case::new("changed_by", ITEMS)
        .by(Who::Metrix, || drain(stream(numbers()).changed_by(|x| x / 4)))
        .by(Who::Hand, || {
            let mut before = None;
            each(|items| items.filter(|&&x| is_new(&mut before, x)))
        })
        .by(Who::Futures, || {
            let mut before = None;
            drain(Futures::filter(stream(numbers()), |&x| ready(is_new(&mut before, x))))
        })
        .by(Who::TokioStream, || {
            let mut before = None;
            drain(TokioStream::filter(stream(numbers()), |&x| is_new(&mut before, x)))
        })
        .by(Who::Timely, || {
            dataflow::drain(numbers(), |items| {
                let mut before = None;
                items.filter(move |&x| is_new(&mut before, x))
            })
        })
}

/// Adds up what it sees.
fn inspect() -> Case {
    fn see(sum: &Cell<u64>, x: u32) {
        sum.set(sum.get() + u64::from(x));
    }
    Case::new("inspect", ITEMS)
        .by(Who::Metrix, || {
            let sum = Cell::new(0);
            drain(InspectExt::inspect(stream(numbers()), |&x| see(&sum, x))) ^ sum.get()
        })
        .by(Who::Hand, || {
            let sum = Cell::new(0);
            each(|items| items.inspect(|&&x| see(&sum, x))) ^ sum.get()
        })
        .by(Who::Futures, || {
            let sum = Cell::new(0);
            drain(Futures::inspect(stream(numbers()), |&x| see(&sum, x))) ^ sum.get()
        })
}

/// Futures that are ready at once.
fn then() -> Case {
    Case::new("then", ITEMS)
        .by(Who::Metrix, || drain(ThenExt::then(stream(numbers()), |x| ready(triple(x)))))
        .by(Who::Hand, || each(|items| items.map(|&x| triple(x))))
        .by(Who::Futures, || drain(Futures::then(stream(numbers()), |x| ready(triple(x)))))
        .by(Who::TokioStream, || drain(TokioStream::then(stream(numbers()), |x| ready(triple(x)))))
}

/// As `then`, with up to eight futures at a time.
fn map_async() -> Case {
    Case::new("map_async(8)", ITEMS)
        .by(Who::Metrix, || drain(stream(numbers()).map_async(size(8), |x| ready(triple(x)))))
        .by(Who::Hand, || each(|items| items.map(|&x| triple(x))))
        .by(Who::Futures, || {
            let futures = Futures::map(stream(numbers()), |x| ready(triple(x)));
            drain(Futures::buffered(futures, 8))
        })
}
