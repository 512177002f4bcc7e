//! A window that sums the values of each key.

use std::hash::BuildHasher;
use std::hint::black_box;
use std::time::Instant;

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use metrix_core::fold::{self, Compensated, Fold, Sum};
use metrix_core::prelude::*;

use crate::case::{Case, Who};
use crate::dataflow::{self, Feed};
use crate::digest::Digest;
use crate::input::{A_POLL, HOUR, drain, stream};

/// How many keys the windows of the cases have.
pub const KEYS: [u32; 4] = [1, 100, 10_000, 100_000];

/// How many readings a run takes in: ten of each key or more, so that most meet a group that is there.
fn items(keys: u32) -> usize {
    (10 * keys as usize).max(500_000)
}

/// A key and a value. A tuple, because `timely` asks of what it exchanges that it can be serialized.
type Reading = (u32, u32);

/// Readings whose keys come in no order: xorshift, Marsaglia 2003.
fn readings(keys: u32) -> &'static [Reading] {
    let mut state: u32 = 2_463_534_242;
    let readings = (0..items(keys) as u32).map(|value| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state % keys, value)
    });
    // A case lives as long as the program.
    black_box(Vec::leak(readings.collect()))
}

/// The sums of a window: their order does not count, because that of a `HashMap` is another each time.
struct Sums(Vec<(u32, f64)>);

impl Digest for Sums {
    fn add_to(&self, digest: &mut u64) {
        let odd = |(key, sum): &(u32, f64)| (sum.to_bits() ^ u64::from(*key)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0.iter().map(odd).fold(0, u64::wrapping_add).add_to(digest);
    }
}

/// All contenders, for so many keys.
pub fn case(keys: u32) -> Case {
    let readings = readings(keys);
    Case::new(format!("group_by, {keys} key{}", if keys == 1 { "" } else { "s" }), readings.len())
        .by(Who::Metrix, || {
            let sums = fold::group_by(|reading: &Reading| reading.0, Sum.premap(|reading: Reading| reading.1));
            drain(stream(readings).timed_window_with(HOUR, sums).map(|window| Sums(window.value)))
        })
        .by(Who::Hand, || by_hand(readings, Table::default(), Table::add, Table::finish))
        .by(Who::HashMap, || {
            let add = |map: &mut HashMap<u32, Compensated>, reading: Reading| {
                map.entry(reading.0).or_default().add(reading.1.into());
            };
            let finish =
                |map: HashMap<u32, Compensated>| Sums(map.into_iter().map(|(key, sum)| (key, sum.value())).collect());
            by_hand(readings, HashMap::default(), add, finish)
        })
        .by(Who::Timely, || by_timely(readings))
        .by(Who::TimelyExample, || by_timely_example(readings))
}

/// Puts all readings into `table`, and looks now and then whether the window is over.
fn by_hand<T>(readings: &[Reading], mut table: T, add: impl Fn(&mut T, Reading), finish: impl Fn(T) -> Sums) -> u64 {
    let mut digest = 0;
    let end = Instant::now() + HOUR;
    for readings in readings.chunks(A_POLL) {
        assert!(Instant::now() < end, "no bench takes an hour");
        for &reading in readings {
            add(&mut table, reading);
        }
    }
    finish(table).add_to(&mut digest);
    digest
}

/// The table that the fold uses, written out for one type of key and of state.
#[derive(Default)]
struct Table {
    groups: HashTable<Group>,
    hasher: DefaultHashBuilder,
}

struct Group {
    key: u32,
    rank: u32,
    sum: Compensated,
}

impl Table {
    #[inline]
    fn add(&mut self, (key, value): Reading) {
        let Self { groups, hasher } = self;
        let hash = hasher.hash_one(key);
        match groups.find_mut(hash, |group| group.key == key) {
            Some(group) => group.sum.add(value.into()),
            None => self.begin(hash, key, value),
        }
    }

    #[cold]
    #[inline(never)]
    fn begin(&mut self, hash: u64, key: u32, value: u32) {
        let Self { groups, hasher } = self;
        let rank = groups.len() as u32;
        let mut sum = Compensated::default();
        sum.add(value.into());
        groups.insert_unique(hash, Group { key, rank, sum }, |group| hasher.hash_one(group.key));
    }

    fn finish(self) -> Sums {
        let mut sums = vec![(0, 0.0); self.groups.len()];
        for group in self.groups {
            sums[group.rank as usize] = (group.key, group.sum.value());
        }
        Sums(sums)
    }
}

/// `timely` has no windows: here its progress tracking closes one, as is its way.
fn by_timely(readings: &'static [Reading]) -> u64 {
    use timely::dataflow::channels::pact::Pipeline;
    use timely::dataflow::operators::{Capability, Operator};

    dataflow::drain(readings, |items| {
        items.unary_frontier(Pipeline, "GroupBy", |_, _| {
            let mut windows = HashMap::<Capability<u64>, Table>::new();
            move |(input, frontier), output| {
                input.for_each_stamp(|time, batches| {
                    if let Some(time) = time.retain_least(output.output_index()) {
                        let table = windows.entry(time).or_default();
                        batches.flat_map(|batch| batch.drain(..)).for_each(|reading| table.add(reading));
                    }
                });
                for (time, table) in windows.extract_if(|time, _| !frontier.less_equal(time.time())) {
                    output.session(&time).give(table.finish());
                }
            }
        })
    })
}

/// The word-count example of `timely`, for readings: they are sent one by one and exchanged by their keys, wait in a
/// queue until their time is over, and are then put into a map of the standard library.
#[expect(clippy::mutable_key_type, reason = "so the example has it; what is mutable in a capability is not hashed")]
fn by_timely_example(readings: &'static [Reading]) -> u64 {
    use std::collections::HashMap;

    use timely::dataflow::channels::pact::Exchange;
    use timely::dataflow::operators::{Capability, Operator};

    dataflow::drain_fed(Feed::Items, readings, |items| {
        let by_key = Exchange::new(|reading: &Reading| u64::from(reading.0));
        items.unary_frontier(by_key, "GroupBy", |_, _| {
            let mut queues = HashMap::<Capability<u64>, Vec<Reading>>::new();
            move |(input, frontier), output| {
                input.for_each_stamp(|time, batches| {
                    if let Some(time) = time.retain_least(output.output_index()) {
                        queues.entry(time).or_default().extend(batches.flat_map(|batch| batch.drain(..)));
                    }
                });
                for (time, queue) in queues.extract_if(|time, _| !frontier.less_equal(time.time())) {
                    let mut sums = HashMap::<u32, Compensated>::new();
                    for (key, value) in queue {
                        sums.entry(key).or_default().add(value.into());
                    }
                    output.session(&time).give(Sums(sums.into_iter().map(|(key, sum)| (key, sum.value())).collect()));
                }
            }
        })
    })
}
