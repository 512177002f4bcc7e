//! Every public type is `Send`, `Sync` and `Unpin` where its parts are: one row a type.

use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::Stream;
use metrix_core::{fold, join, ops};

/// A part of the given auto traits: a closure, key, item, state or stream.
#[derive(Clone)]
struct Part<P>(PhantomData<P>);

/// Also a stream of such parts.
impl<P> Stream for Part<P> {
    type Item = Part<P>;

    fn poll_next(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Option<Part<P>>> {
        Poll::Pending
    }
}

fn is_send<T: Send>() {}
fn is_sync<T: Sync>() {}
fn is_unpin<T: Unpin>() {}

/// Every row is checked with parts `P` that are `Send` but not `Sync`, that are both, and that are only `Unpin`.
macro_rules! auto_traits {
    ($($row:ty;)*) => {
        const ROWS: &[&str] = &[$(stringify!($row)),*];

        #[test]
        fn send_where_the_parts_are() {
            type P = Part<std::cell::Cell<u8>>;
            $(is_send::<$row>();)*
        }

        #[test]
        fn sync_where_the_parts_are() {
            type P = Part<u8>;
            $(is_sync::<$row>();)*
        }

        #[test]
        fn unpin_where_the_parts_are() {
            type P = Part<*const u8>;
            $(is_unpin::<$row>();)*
        }
    };
}

/// Any operator will do that is made of the part.
type Operator<P> = ops::Partition<P>;

auto_traits! {
    metrix_core::ArrivalTime;
    metrix_core::EmitError<P>;
    metrix_core::Emitter<P>;
    metrix_core::EventTime<P, P>;
    metrix_core::EventTimeDomain<P, P>;
    metrix_core::Interval;
    metrix_core::IntervalError;
    metrix_core::Late<P>;
    metrix_core::LateCounter;
    metrix_core::Operate<P, Operator<P>, P>;
    metrix_core::Elements<P, Operator<P>, P>;
    metrix_core::Pushed<P, Operator<P>, P>;
    metrix_core::Pusher<P, Operator<P>, P>;
    metrix_core::Source<P>;
    metrix_core::Then<P, P>;
    metrix_core::Timestamp;
    metrix_core::Wait;
    metrix_core::Window<P>;
    ops::Buffer<P>;
    ops::Changed<P>;
    ops::ChangedBy<P, P>;
    ops::CollectOn<P, P>;
    ops::Debounce<P>;
    ops::Delay<P>;
    ops::Filter<P>;
    ops::FilterMap<P>;
    ops::Flatten<P>;
    ops::GroupBy<P>;
    ops::HoppingWindow<P>;
    ops::Inspect<P>;
    ops::Keep;
    ops::Keyed<P, P, P, Operator<P>>;
    ops::Latest<P>;
    ops::LiveVec<P>;
    ops::Map<P>;
    ops::MapAsync<P, P, P>;
    ops::Overflow;
    ops::Partition<P>;
    ops::PartitionBy<P, P, P>;
    ops::PartitionUnique<P, P, P>;
    ops::RateLimit<P>;
    ops::Sample<P>;
    ops::Scan<P, P>;
    ops::SessionWindow<P>;
    ops::SinkFn<P, P, P>;
    ops::SinkInto<P, P>;
    ops::SinkToVec<P>;
    ops::Slice<P>;
    ops::SlidingWindow<P>;
    ops::SlidingWindowWith<P, fold::ToVec>;
    ops::ThenAsync<P, P, P>;
    ops::TimedWindow<P>;
    ops::TimedWindowUnique<P, fn(&P) -> u8>;
    ops::Unique<P>;
    ops::UniqueBy<P, P>;
    join::CombineLatest<(P, P)>;
    join::CombineLatest<Vec<P>>;
    join::Either<P, P>;
    join::Join<P, P, P, P, P>;
    join::Joined<P, P, u8, fn(&P) -> u8, fn(&P) -> u8>;
    join::Share<P>;
    join::Side<P, P, P>;
    join::Slow;
    join::Union<(P, P)>;
    join::Union<Vec<P>>;
    join::Zip<(P, P)>;
    join::Zip<Vec<P>>;
    join::ZipLatest<(P, P)>;
    join::ZipLatest<Vec<P>>;
    fold::AtMost<P, P, P>;
    fold::BoundsError;
    fold::Compensated;
    fold::Count;
    fold::Distinct;
    fold::Distribution;
    fold::ExactQuantile;
    fold::Filter<P, P>;
    fold::First;
    fold::Frequencies<P>;
    fold::Frequent<P>;
    fold::FromFn<P, P, P>;
    fold::GroupBy<P, P>;
    fold::Groups<P, P>;
    fold::Histogram;
    fold::Last;
    fold::Map<P, P>;
    fold::Max;
    fold::Mean;
    fold::Median;
    fold::Min;
    fold::Moments;
    fold::PopulationStdev;
    fold::PopulationVariance;
    fold::Premap<P, P>;
    fold::Quantile;
    fold::Quantiles<2>;
    fold::Range;
    fold::Seen;
    fold::Sketch;
    fold::Stdev;
    fold::Sum;
    fold::ToVec;
    fold::TopK;
    fold::UniqueBy<P>;
    fold::UniqueItems<P, P>;
    fold::Variance;
}

/// The types that an index exports: what begins like a type, but for the traits.
fn exported(module: &str, index: &str) -> Vec<String> {
    const TRAITS: [&str; 8] = ["Emit", "Fold", "Inputs", "Merge", "Operator", "TimeDomain", "EndExt", "OperateExt"];
    let lines = index.lines().filter(|line| line.starts_with("pub use "));
    let names =
        lines.flat_map(|line| line.trim_start_matches("pub use ").split(|c: char| !c.is_alphanumeric() && c != '_'));
    let types = names.filter(|name| name.starts_with(char::is_uppercase));
    let types = types.filter(|name| !TRAITS.contains(name) && !name.ends_with("Ext"));
    types.map(|name| format!("{module}::{name}")).collect()
}

#[test]
fn every_public_type_has_a_row() {
    let rows: Vec<&str> = ROWS.iter().map(|row| row.split('<').next().unwrap_or(row).trim()).collect();
    let indexes = [
        ("metrix_core", include_str!("../../src/lib.rs")),
        ("ops", include_str!("../../src/ops.rs")),
        ("join", include_str!("../../src/join.rs")),
        ("fold", include_str!("../../src/fold.rs")),
    ];
    let types: Vec<String> = indexes.iter().flat_map(|(module, index)| exported(module, index)).collect();
    assert!(types.len() > 80, "the indexes are read wrongly: {types:?}");
    let missing: Vec<&String> = types.iter().filter(|name| !rows.contains(&name.as_str())).collect();
    assert!(missing.is_empty(), "no row for {missing:?}");
}

/// The futures that the ends of a pipeline give are made of streams and closures like the rest, so a pipeline can be
/// spawned.
#[test]
fn a_pipeline_can_be_spawned() {
    use metrix_core::prelude::*;

    fn spawnable<T: Send + 'static>(_: T) {}

    let name: Arc<str> = "load".into();
    let readings = futures::stream::iter([1.0, 2.0]).map(move |load| (Arc::clone(&name), load));
    let windows = readings.timed_window_with(std::time::Duration::from_secs(1), fold::Count);
    let counts = windows.share(Slow::Lockstep);
    spawnable(counts.subscribe().zip(counts).for_each(|_| async {}));
}
