//! [`Load`]: which series there are, and in what order values come for them.

use std::time::Duration;

/// The names of the tags.
pub(super) const TAGS: [&str; 3] = ["host", "section", "lang"];

/// How many values an order has before it begins anew.
const ORDER: usize = 16_384;

/// Whether threads send to the same series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// Each thread to series of its own.
    Own,
    /// All threads to the same.
    Shared,
}

/// What is sent, and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setup {
    /// How many threads send.
    pub threads: usize,
    /// How many series each of them sends to.
    pub series: usize,
    /// Whether these are the same.
    pub sharing: Sharing,
    /// How many tags each series has, three at most.
    pub tags: usize,
}

impl Setup {
    /// One thread that sends to so many series with three tags.
    pub const fn one(series: usize) -> Self {
        Self { threads: 1, series, sharing: Sharing::Shared, tags: TAGS.len() }
    }

    /// Two threads that send to so many series with three tags.
    pub const fn two(series: usize, sharing: Sharing) -> Self {
        Self { threads: 2, series, sharing, tags: TAGS.len() }
    }

    /// How long windows of time are: 10 ms, and longer where there are many series, so that each gets values.
    pub fn window(&self) -> Duration {
        Duration::from_micros((4 * self.series as u64).max(10_000))
    }

    /// How many values a batch has: 1000, and ten a series where these are many.
    pub fn batch(&self) -> usize {
        (10 * self.series).max(1000)
    }
}

/// A value for a series.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    series: u32,
    value: f32,
}

impl Item {
    /// The place of its series in [`Load::series`].
    #[inline]
    pub fn series(self) -> usize {
        self.series as usize
    }

    /// The value, between 0 and 10.
    #[inline]
    pub fn value(self) -> f64 {
        self.value.into()
    }
}

/// The series, and the order in which each thread sends to them.
#[derive(Debug)]
pub struct Load {
    /// How it was asked for.
    pub setup: Setup,
    /// The values of the three tags of each series. The first differs from series to series.
    pub series: Vec<[String; 3]>,
    orders: Vec<Vec<Item>>,
}

impl Load {
    /// Random numbers of a fixed seed, so that all runs get the same.
    pub fn new(setup: Setup) -> Self {
        let mut random = xorshift();
        let sets = if setup.sharing == Sharing::Own { setup.threads } else { 1 };
        let name = |i: usize| [format!("web-{i:05}"), format!("section-{}", i % 10), format!("lang-{}", i / 10 % 10)];
        let order = |thread: usize| {
            let first = thread % sets * setup.series;
            let values = ORDER.max(4 * setup.series);
            let item = |_| Item {
                series: (first + random() as usize % setup.series) as u32,
                value: (random() % 10_000) as f32 / 1000.0,
            };
            // The last ones are for `firsts`.
            let once = (first..first + setup.series).map(|series| Item { series: series as u32, value: 1.0 });
            (0..values).map(item).chain(once).collect()
        };
        Self {
            setup,
            series: (0..sets * setup.series).map(name).collect(),
            orders: (0..setup.threads).map(order).collect(),
        }
    }

    /// The names and values of an item's tags.
    #[inline]
    pub fn tags(&self, item: Item) -> [(&str, &str); 3] {
        let values = &self.series[item.series()];
        [(TAGS[0], &values[0]), (TAGS[1], &values[1]), (TAGS[2], &values[2])]
    }

    /// A value for each of the thread's series, for them to be known.
    pub fn firsts(&self, thread: usize) -> &[Item] {
        let order = &self.orders[thread];
        &order[order.len() - self.setup.series..]
    }

    /// Of what a thread sends so many values, in parts.
    pub fn parts(&self, thread: usize, mut values: usize) -> impl Iterator<Item = &[Item]> {
        let order = &self.orders[thread];
        let order = &order[..order.len() - self.setup.series];
        std::iter::from_fn(move || {
            let part = &order[..values.min(order.len())];
            values -= part.len();
            (!part.is_empty()).then_some(part)
        })
    }
}

/// Marsaglia 2003.
fn xorshift() -> impl FnMut() -> u32 {
    let mut state: u32 = 2_463_534_242;
    move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn threads_with_series_of_their_own_share_none() {
        let load = Load::new(Setup::two(50, Sharing::Own));
        let of = |thread| -> BTreeSet<_> { load.parts(thread, 20_000).flatten().map(|item| item.series()).collect() };
        assert_eq!((load.series.len(), of(0).len(), of(1).len()), (100, 50, 50));
        assert!(of(0).is_disjoint(&of(1)));
        assert_eq!(load.firsts(1).iter().map(|item| item.series()).collect::<BTreeSet<_>>(), of(1));
    }

    #[test]
    fn parts_have_as_many_values_as_were_asked_for() {
        let load = Load::new(Setup::one(100));
        for values in [0, 1, ORDER, 3 * ORDER + 7] {
            assert_eq!(load.parts(0, values).map(<[Item]>::len).sum::<usize>(), values);
        }
        assert!(load.parts(0, ORDER).flatten().all(|item| (0.0..10.0).contains(&item.value())));
    }
}
