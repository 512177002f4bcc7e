//! Loops written by hand, the floors: count, sum, least and largest of each series, from which the mean follows. Each
//! thread has a table of its own, except where all share one. What windows give are elements of a name, the number of a
//! series and a value, in a batch for a sink that does nothing.
//!
//! - Bound, a series is a place in a `Vec`. With 3 tags each call, their values, hashed by foldhash, lead to the place, by
//!   an exact comparison; the names are known. For **any keys** names and values come in any order: each pair is hashed,
//!   and the sum of the hashes leads there.
//! - **a lock a series** has each place behind a `Mutex` that nobody else takes.
//! - **windows of time** gives out all places every 10 ms, and begins anew; the clock is read every 256 values.
//!   **windows of 1000** does so after 1000 values of a thread, or ten a series where that is more.
//! - **batches behind one lock** has one table for all threads behind one `Mutex`, so that each batch has exactly 1000.

mod batches;
mod five;
mod keys;
mod locks;
mod windows;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use five::Table;
use keys::{Any, Declared};
use windows::{Counted, Never, Timed, Windows};

use super::Row;
use super::contestant::Contestant;
use super::load::{Item, Load};

pub(super) const ROWS: [Row; 6] = [
    Row { name: "hand-written", bound: Some(bound::<Never>), each_call: Some(declared::<Never>) },
    Row { name: "hand-written, a lock a series", bound: Some(locks::bound), each_call: None },
    Row { name: TIMED, bound: Some(bound::<Timed>), each_call: Some(declared::<Timed>) },
    Row { name: "hand-written, windows of 1000", bound: Some(bound::<Counted>), each_call: Some(declared::<Counted>) },
    Row { name: BATCHES, bound: Some(batches::bound), each_call: None },
    Row { name: "hand-written, any keys", bound: None, each_call: Some(any_keys) },
];

/// The floor of windows of time.
pub(super) const TIMED: &str = "hand-written, windows of time";
/// The floor of batches.
pub(super) const BATCHES: &str = "hand-written, batches behind one lock";

/// A table a thread, where `find` gives the place of a value.
fn tables<W: Windows, F>(load: &Arc<Load>, mut find: impl FnMut() -> F) -> Contestant
where
    F: FnMut(&Item) -> usize + Send + 'static,
{
    let total = Arc::new(AtomicU64::new(0));
    let lane = |_| {
        let (mut table, mut windows, mut find) = (Table::new(load, &total), W::new(load), find());
        move |mut items: &[Item]| {
            while !items.is_empty() {
                let (part, rest) = items.split_at(windows.part().min(items.len()));
                part.iter().for_each(|item| table.add(find(item), item.value()));
                items = rest;
                if windows.are_over(part.len()) {
                    table.emit();
                }
            }
        }
    };
    let counted = Arc::clone(&total);
    Contestant::new(load, lane, move || counted.load(Ordering::Relaxed))
}

/// What fills a window of all series, and tells how long it takes to give it out.
pub(super) fn closing(load: &Load) -> impl FnMut() -> Duration {
    let mut table = Table::new(load, &Arc::default());
    move || {
        load.firsts(0).iter().for_each(|item| table.add(item.series(), item.value()));
        let started = Instant::now();
        table.emit();
        started.elapsed()
    }
}

fn bound<W: Windows>(load: &Arc<Load>) -> Contestant {
    tables::<W, _>(load, || |item: &Item| item.series())
}

fn declared<W: Windows>(load: &Arc<Load>) -> Contestant {
    tables::<W, _>(load, || {
        let (mut keys, load) = (Declared::default(), Arc::clone(load));
        move |item: &Item| keys.place(load.series[item.series()].each_ref().map(String::as_str))
    })
}

fn any_keys(load: &Arc<Load>) -> Contestant {
    tables::<Never, _>(load, || {
        let (mut keys, load) = (Any::default(), Arc::clone(load));
        move |item: &Item| keys.place(load.tags(*item))
    })
}
