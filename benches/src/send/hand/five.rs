//! [`Five`] aggregates of a series, and a [`Table`] of them.

use std::hint::black_box;
use std::mem::replace;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::send::load::Load;

/// Count, sum, least and largest; the mean follows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Five {
    count: u64,
    sum: f64,
    min: f64,
    max: f64,
}

impl Five {
    pub(super) const NONE: Self = Self { count: 0, sum: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY };

    #[inline]
    pub(super) fn add(&mut self, value: f64) {
        self.count += 1;
        self.sum += value;
        // A comparison is one instruction where `f64::min`, which looks for what is no number, is three.
        self.min = if value < self.min { value } else { self.min };
        self.max = if value > self.max { value } else { self.max };
    }

    /// How many values there were.
    pub(super) fn count(&self) -> u64 {
        self.count
    }
}

/// What a sink is given.
#[derive(Clone, Copy, Debug)]
#[expect(dead_code, reason = "the sink does nothing")]
struct Element {
    name: &'static str,
    series: usize,
    value: f64,
}

/// A place for each series.
pub(super) struct Table {
    places: Vec<Five>,
    /// What a window gives out; kept for its memory.
    elements: Vec<Element>,
    given: u64,
    total: Arc<AtomicU64>,
}

impl Table {
    /// An empty one, which adds to `total` how many values it has had when it is dropped.
    pub(super) fn new(load: &Load, total: &Arc<AtomicU64>) -> Self {
        Self { places: vec![Five::NONE; load.series.len()], elements: Vec::new(), given: 0, total: Arc::clone(total) }
    }

    #[inline]
    pub(super) fn add(&mut self, place: usize, value: f64) {
        self.places[place].add(value);
    }

    /// Gives out a window, all series of the first aggregate, then all of the second, and begins anew.
    #[inline(never)]
    pub(super) fn emit(&mut self) {
        let Self { places, elements, given, .. } = self;
        column(elements, places, "n.count", |five| five.count as f64);
        column(elements, places, "n.sum", |five| five.sum);
        column(elements, places, "n.min", |five| five.min);
        column(elements, places, "n.max", |five| five.max);
        column(elements, places, "n.mean", |five| five.sum / five.count as f64);
        black_box(&elements[..]);
        elements.clear();
        *given += places.iter_mut().map(|five| replace(five, Five::NONE).count).sum::<u64>();
    }
}

/// One aggregate of all series that have had a value. It is made anew for each, so that nothing is chosen for each series.
#[inline]
fn column(elements: &mut Vec<Element>, places: &[Five], name: &'static str, of: impl Fn(&Five) -> f64) {
    let there = places.iter().enumerate().filter(|(_, five)| five.count > 0);
    elements.extend(there.map(|(series, five)| Element { name, series, value: of(five) }));
}

impl Drop for Table {
    fn drop(&mut self) {
        self.emit();
        self.total.fetch_add(self.given, Ordering::Relaxed);
    }
}
