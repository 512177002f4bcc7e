//! The state that a value is folded into: the aggregates of a metric stream, and quantiles.

use std::hint::black_box;

use metrix::Aggs;
use metrix_core::fold::{Compensated, Distribution, Fold, Mean, Moments, Quantile, Stdev};
use sketches_ddsketch::{Config, DDSketch};

use crate::case::{Case, Who};
use crate::digest::Digest;

/// How many series the values of the cases belong to.
const SERIES: [usize; 2] = [1, 100];

const ITEMS: usize = 500_000;

/// A value, and the place of its series.
type Reading = (usize, f64);

/// Each number of series, with each set of aggregates.
pub fn cases() -> Vec<Case> {
    SERIES.into_iter().flat_map(|series| [five(series), deviation(series), five_and_p99(series), p99(series)]).collect()
}

/// Latencies in milliseconds, from some 0.1 to 1000, of series in no order: xorshift, Marsaglia 2003.
fn readings(series: usize) -> &'static [Reading] {
    let mut state: u64 = 88_172_645_463_325_252;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let readings = (0..ITEMS).map(|_| {
        // Four dice added up come to a bell, and its exponential to a long tail.
        let bell = next().to_le_bytes().chunks(2).map(|die| f64::from(die[0])).sum::<f64>() / 255.0 - 2.0;
        (next() as usize % series, 10.0 * (2.2 * bell).exp())
    });
    black_box(Vec::leak(readings.collect()))
}

/// Steps a state of each series through the readings; `finish` adds to the digest what it comes to.
fn each_series<S>(
    readings: &[Reading],
    series: usize,
    init: impl Fn() -> S,
    step: impl Fn(&mut S, f64),
    finish: impl Fn(usize, S, &mut u64),
) -> u64 {
    let mut states: Vec<S> = (0..series).map(|_| init()).collect();
    for &(place, value) in readings {
        step(&mut states[place], value);
    }
    let mut digest = 0;
    states.into_iter().enumerate().for_each(|(place, state)| finish(place, state, &mut digest));
    digest
}

/// As the groups of a metric stream have it.
fn by_aggs(names: &[&str], readings: &'static [Reading], series: usize) -> impl Fn() -> u64 + 'static {
    let aggs = Aggs::new(names.iter().copied(), None).expect("they are built in");
    move || {
        let finish = |_, state, digest: &mut u64| {
            let found = aggs.finish(state);
            found.iter().filter(|found| found.agg < 5).for_each(|found| found.value.add_to(digest));
        };
        each_series(readings, series, || aggs.init(), |state, value| aggs.step(state, value), finish)
    }
}

/// Four numbers of the values, from which the fifth is computed; nothing is left to choose while it runs.
#[derive(Clone, Copy)]
struct Five {
    count: u64,
    sum: Compensated,
    min: f64,
    max: f64,
}

impl Five {
    fn new() -> Self {
        Self { count: 0, sum: Compensated::default(), min: f64::INFINITY, max: f64::NEG_INFINITY }
    }

    #[inline]
    fn step(&mut self, value: f64) {
        self.count += 1;
        self.sum.add(value);
        self.min = if value < self.min { value } else { self.min };
        self.max = if value > self.max { value } else { self.max };
    }

    fn add_to(self, digest: &mut u64) {
        let mean = Fold::<f64>::finish(&Mean, (self.sum, self.count));
        [self.count as f64, self.sum.value(), self.min, self.max].iter().for_each(|value| value.add_to(digest));
        mean.iter().for_each(|value| value.add_to(digest));
    }
}

const FIVE: [&str; 5] = ["count", "sum", "min", "max", "mean"];

fn five(series: usize) -> Case {
    let readings = readings(series);
    Case::new(format!("count, sum, min, max, mean; {series} series"), ITEMS)
        .by(Who::Metrix, by_aggs(&FIVE, readings, series))
        .by(Who::Hand, move || {
            each_series(readings, series, Five::new, Five::step, |_, five, digest| five.add_to(digest))
        })
}

fn deviation(series: usize) -> Case {
    let readings = readings(series);
    Case::new(format!("count, mean, stdev; {series} series"), ITEMS)
        .by(Who::Metrix, by_aggs(&["count", "mean", "stdev"], readings, series))
        .by(Who::Hand, move || {
            let init = || (0, Compensated::default(), Moments::default());
            let step = |(count, sum, moments): &mut (u64, Compensated, Moments), value| {
                *count += 1;
                sum.add(value);
                moments.add(value);
            };
            let finish = |_, (count, sum, moments), digest: &mut u64| {
                (count as f64).add_to(digest);
                let numbers = [Fold::<f64>::finish(&Mean, (sum, count)), Fold::<f64>::finish(&Stdev, moments)];
                numbers.iter().flatten().for_each(|number| number.add_to(digest));
            };
            each_series(readings, series, init, step, finish)
        })
}

/// The estimated percentile takes no part in the digest, because no two estimate it alike.
fn five_and_p99(series: usize) -> Case {
    let readings = readings(series);
    let [count, sum, min, max, mean] = FIVE;
    Case::new(format!("the same and p99; {series} series"), ITEMS)
        .by(Who::Metrix, by_aggs(&[count, sum, min, max, mean, "p99"], readings, series))
        .by(Who::Hand, move || {
            let step = |(five, buckets): &mut (Five, Buckets), value| {
                five.step(value);
                buckets.step(value);
            };
            let finish = |_, (five, buckets): (Five, Buckets), digest: &mut u64| {
                black_box(buckets.p99());
                five.add_to(digest);
            };
            each_series(readings, series, || (Five::new(), Buckets::new()), step, finish)
        })
}

/// Each estimate is compared with the value itself; what the digest has of it is whether it is near enough. The
/// neighbours of that value are near enough too, because not all give it the same rank.
fn p99(series: usize) -> Case {
    let readings = readings(series);
    let mut values = vec![Vec::new(); series];
    readings.iter().for_each(|&(place, value)| values[place].push(value));
    let exact = values.into_iter().map(|mut values| {
        values.sort_by(f64::total_cmp);
        values[(0.99 * values.len() as f64).ceil() as usize - 1]
    });
    let exact: &'static [f64] = Vec::leak(exact.collect());
    let check = |place: usize, found: f64, digest: &mut u64| {
        u64::from((found - exact[place]).abs() <= 0.1 * exact[place]).add_to(digest);
    };
    Case::new(format!("p99; {series} series"), ITEMS)
        .by(Who::Metrix, move || {
            let quantile = Quantile::new(0.99);
            let init = || Fold::<f64>::init(&quantile);
            let step = |state: &mut Distribution, value: f64| quantile.step(state, value);
            let finish = |place, state, digest: &mut u64| {
                check(place, Fold::<f64>::finish(&quantile, state).unwrap_or(f64::NAN), digest);
            };
            each_series(readings, series, init, step, finish)
        })
        .by(Who::Hand, move || {
            let finish = |place, buckets: Buckets, digest: &mut u64| check(place, buckets.p99(), digest);
            each_series(readings, series, Buckets::new, Buckets::step, finish)
        })
        .by(Who::DdSketch, move || {
            let finish = |place, sketch: DDSketch, digest: &mut u64| {
                let found = sketch.quantile(0.99).ok().flatten();
                check(place, found.unwrap_or(f64::NAN), digest);
            };
            each_series(readings, series, || DDSketch::new(Config::defaults()), DDSketch::add, finish)
        })
}

/// A bucket for every 64th part of an octave, of a range that is known beforehand.
struct Buckets(Box<[u64]>);

impl Buckets {
    const SHIFT: u32 = 52 - 6;
    const LOWEST: u64 = (1e-3_f64).to_bits() >> Self::SHIFT;
    const HIGHEST: u64 = (1e5_f64).to_bits() >> Self::SHIFT;

    fn new() -> Self {
        Self(vec![0; (Self::HIGHEST - Self::LOWEST) as usize + 1].into())
    }

    #[inline]
    fn step(&mut self, value: f64) {
        self.0[((value.to_bits() >> Self::SHIFT) - Self::LOWEST) as usize] += 1;
    }

    fn p99(self) -> f64 {
        let rank = (0.99 * self.0.iter().sum::<u64>() as f64).ceil() as u64;
        let mut below = 0;
        let place = self.0.iter().position(|count| {
            below += count;
            below >= rank
        });
        let middle = 1 << (Self::SHIFT - 1);
        place.map_or(f64::NAN, |place| f64::from_bits(((place as u64 + Self::LOWEST) << Self::SHIFT) + middle))
    }
}
