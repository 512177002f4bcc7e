//! Whatever is done to streams and sinks in whatever order, on paused time and one thread: nothing is lost, nothing is
//! doubled, and what does not arrive is counted.
//!
//! Each value that is sent is a power of two of its own, so that every sum tells which values it is of.

use std::time::Duration;

use metrix::{MElement, MStream, MStreamBuilder, Tags, Windows, size, tags};
use proptest::prelude::*;

mod coordinator;
mod stream;

/// An `f64` holds sums of so many different powers of two.
const MOST: u32 = 52;

/// A set of values that were sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Values(u64);

impl Values {
    fn of(element: &MElement) -> Self {
        // It is a sum of powers of two below 2^52.
        Self(element.value as u64)
    }

    /// All values of all elements, none of which may come twice.
    #[track_caller]
    fn once<'a>(elements: impl IntoIterator<Item = &'a MElement>) -> Self {
        elements.into_iter().fold(Self::default(), |all, element| {
            let more = Self::of(element);
            assert_eq!(all.0 & more.0, 0, "{element:?} comes again");
            Self(all.0 | more.0)
        })
    }

    fn count(self) -> u64 {
        self.0.count_ones().into()
    }

    fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether none is missing in `other`.
    fn are_among(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }
}

/// Gives out the values.
#[derive(Debug, Default)]
struct Next(u32);

impl Next {
    fn value(&mut self) -> Option<Values> {
        let value = (self.0 < MOST).then(|| Values(1 << self.0));
        self.0 += 1;
        value
    }
}

/// A measurement to be sent.
#[derive(Clone, Copy, Debug)]
struct Send {
    tag: u8,
    second: i64,
}

impl Send {
    fn any() -> impl Strategy<Value = Self> {
        (0..4_u8, 0..60_i64).prop_map(|(tag, second)| Self { tag, second })
    }

    fn tags(self) -> Tags {
        tags! { "tag" => self.tag }
    }
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A stream of some kind, whose bounds are low enough to be reached.
#[derive(Clone, Debug)]
struct Plan {
    grouping: Grouping,
    queue: usize,
    series: usize,
}

#[derive(Clone, Debug)]
enum Grouping {
    Batches(usize),
    Windows(Windows),
}

impl Plan {
    fn any() -> impl Strategy<Value = Self> {
        let event_time =
            |every, lateness| Windows::every(Duration::from_secs(every)).event_time(Duration::from_secs(lateness));
        let grouping = prop_oneof![
            (1..4_usize).prop_map(Grouping::Batches),
            (10..50_u64).prop_map(|millis| Grouping::Windows(Windows::every(ms(millis)))),
            (1..20_u64, 0..20_u64).prop_map(move |(every, late)| Grouping::Windows(event_time(every, late))),
            (1..20_u64, 10..50_u64)
                .prop_map(move |(every, idle)| Grouping::Windows(event_time(every, 5).idle(ms(idle)))),
        ];
        (grouping, 1..5_usize, 1..4_usize).prop_map(|(grouping, queue, series)| Self { grouping, queue, series })
    }

    fn builder(self, name: &str) -> MStreamBuilder {
        let named = MStream::builder(name);
        let builder = match self.grouping {
            Grouping::Batches(n) => named.batch(size(n)),
            Grouping::Windows(windows) => named.window(windows),
        };
        builder.agg("sum").queue(size(self.queue)).max_series(size(self.series))
    }
}
