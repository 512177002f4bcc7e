//! Every operator conforms: one row each, and a test that none is missing.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use metrix_core::fold::{Count, Sum, ToVec, unique_by};
use metrix_core::ops::*;
use metrix_core::prelude::*;
use metrix_core::testing::{Conformance, Outputs, Script, StreamConformance, conformance, stream_conformance};

/// Files under `ops` and `join` that hold no operator: parts, and ends that are futures.
const NO_OPERATORS: [&str; 7] = ["inputs", "keep", "sink", "sink_fn", "sink_to_vec", "slots", "tests"];

/// One test for each file under `ops` and `join`, of the same name; a row says what conforms.
macro_rules! conforms {
    ($($file:ident: $check:expr;)*) => {
        mod rows {
            use super::*;

            $(#[test]
            fn $file() {
                $check
            })*
        }

        /// The files that have a row.
        const ROWS: &[&str] = &[$(stringify!($file)),*];
    };
}

conforms! {
    buffer: stream_conformance(|input| input.buffer(size(4)), 0..40);
    changed: conformance(Changed::new, (0..40).map(|x| x / 3));
    collect_on: StreamConformance::new(|input: Script<i64>| input.clone().collect_on(input.filter(|x| x % 5 == 0), size(8)), 0..40).outputs(Outputs::Any).check();
    combine_latest: StreamConformance::new(|input: Script<i64>| input.clone().combine_latest(input), 0..40).outputs(Outputs::Any).check();
    debounce: conformance(|| Debounce::new(SECOND), 0..40);
    delay: Conformance::new(|| Delay::new(SECOND, size(4)), 0..40).accounting(|x| *x, |x| *x).check();
    filter: Conformance::new(|| Filter::new(|x: &i64| *x > 0), 0..40).accounting(|x| *x, |x| *x).check();
    filter_map: conformance(|| FilterMap::new(|x: i64| (x % 3 == 0).then_some(x / 3)), 0..40);
    flatten: Conformance::new(Flatten::new, (0..40).map(|n| vec![n; n as usize % 4])).accounting(|items| items.iter().sum(), |x: &i64| *x).check();
    group_by: conformance(|| GroupBy::new(|x: &i64| x % 3), (0..40).map(|n| (n..n + n % 5).collect::<Vec<i64>>()));
    hopping_window: conformance(|| HoppingWindow::new(10 * SECOND, 2 * SECOND), 0..40);
    inspect: Conformance::new(|| Inspect::new(|_: &i64| {}), 0..40).accounting(|x| *x, |x| *x).check();
    join: StreamConformance::new(|input: Script<i64>| input.clone().join(input, 10 * SECOND, |x| x % 7, |x| x % 5, size(8)), 0..40).outputs(Outputs::Any).check();
    keyed: Conformance::new(|| Keyed::new(|x: &i64| x % 3, size(8), 60 * SECOND, Partition::with(size(4), ToVec)), 0..40).accounting(|x| *x, |(_, batch): &(i64, Vec<i64>)| batch.iter().sum()).check();
    latest: StreamConformance::new(|input: Script<i64>| input.latest(), 0..40).outputs(Outputs::Any).check();
    map: Conformance::new(|| Map::new(|x: i64| -x), 0..40).accounting(|x| *x, |x| -x).check();
    map_async: stream_conformance(|input| input.map_async(size(3), wait_for), 0..40);
    partition: Conformance::new(|| Partition::new(size(3)), 0..40).accounting(|x| *x, |batch| sum(batch)).check();
    partition_by: Conformance::new(|| PartitionBy::new(size(3), |x: &i64| x % 5, size(4), 10 * SECOND), 0..40).accounting(|x| *x, |batch| sum(batch)).check();
    partition_unique: conformance(|| PartitionUnique::new(size(3), |x: &i64| x % 5, Keep::Last), 0..40);
    rate_limit: Conformance::new(|| RateLimit::new(SECOND), 0..40).accounting(|x| *x, |x| *x).check();
    sample: conformance(|| Sample::new(SECOND), 0..40);
    scan: conformance(|| Scan::new(0, |sum: &mut i64, x: i64| { *sum += x; *sum }), 0..40);
    session_window: Conformance::new(|| SessionWindow::new(SECOND), 0..40).accounting(|x| *x, |window| sum(&window.value)).check();
    share: StreamConformance::new(|input: Script<i64>| { let shared = input.share(Slow::Lockstep); shared.subscribe().zip(shared) }, 0..40).check();
    slice: conformance(|| Slice::with_step(3..30, size(4)), 0..40);
    sliding_window: conformance(|| SlidingWindow::new(size(3)), 0..40);
    sliding_window_with: conformance(|| SlidingWindowWith::new(size(3), Count), 0..40);
    then: stream_conformance(|input| ThenExt::then(input, wait_for), 0..40);
    timed_window: Conformance::new(|| TimedWindow::new(10 * SECOND), 0..40).accounting(|x| *x, |window| sum(&window.value)).check();
    timed_window_unique: conformance(|| TimedWindow::with(10 * SECOND, unique_by(|x: &i64| x % 5, Keep::First)), 0..40);
    union: StreamConformance::new(|input: Script<i64>| input.clone().union(input), 0..40).outputs(Outputs::InAnyOrder).check();
    unique: conformance(|| Unique::new(size(4)), (0..40).map(|x| x % 7));
    zip: stream_conformance(|input: Script<i64>| input.clone().zip(input), 0..40);
    zip_latest: StreamConformance::new(|input: Script<i64>| input.clone().zip_latest(input, size(4)), 0..40).outputs(Outputs::Any).check();
}

const SECOND: Duration = Duration::from_secs(1);

fn sum(items: &[i64]) -> i64 {
    items.iter().sum()
}

/// Takes its time, and the more the smaller its last digit.
async fn wait_for(x: i64) -> i64 {
    tokio::time::sleep(Duration::from_millis(10 - x as u64 % 10)).await;
    x
}

#[test]
fn map_async_unordered() {
    let unordered = |input: Script<i64>| input.map_async_unordered(size(3), wait_for);
    StreamConformance::new(unordered, 0..40).outputs(Outputs::InAnyOrder).check();
}

#[test]
fn buffer_dropping() {
    for overflow in [Overflow::DropNewest, Overflow::DropOldest] {
        let dropping = |input: Script<i64>| input.buffer_dropping(size(3), overflow);
        StreamConformance::new(dropping, 0..40).outputs(Outputs::Any).check();
    }
}

#[test]
fn slices_that_end_early_or_at_once() {
    conformance(|| Slice::new(..5), 0..40);
    conformance(|| Slice::new(0..0), 0..40);
    conformance(|| Slice::new(3..), 0..40);
}

#[test]
fn keyed_operators_with_deadlines() {
    let windows = || TimedWindow::with(10 * SECOND, Count);
    conformance(|| Keyed::new(|x: &i64| x % 3, size(2), SECOND, windows()), 0..40);
    conformance(|| Keyed::new(|x: &i64| x % 3, size(8), 60 * SECOND, RateLimit::new(SECOND)), 0..40);
}

#[test]
fn windows_of_unlike_lengths() {
    conformance(|| HoppingWindow::with(7 * SECOND, 2 * SECOND, Count), 0..40);
    conformance(|| HoppingWindow::with(Duration::from_nanos(7), Duration::from_nanos(1), Count), 0..40);
    conformance(|| SessionWindow::with(Duration::from_secs(3600), Count), 0..40);
    conformance(|| TimedWindow::with(Duration::from_nanos(1), Count), 0..40);
    conformance(|| TimedWindow::with(Duration::from_nanos(i64::MAX as u64), Count).aligned_to(Timestamp::EPOCH), 0..40);
}

#[test]
fn partition_with_a_timeout() {
    conformance(|| Partition::with(size(7), Sum).timeout(5 * SECOND), 0..40);
}

#[test]
fn chains() {
    conformance(
        || Map::new(|x: i32| x * 3).then(Filter::new(|x: &i32| x % 2 == 0)).then(Partition::new(size(4))),
        0..40,
    );
    conformance(|| Partition::new(size(4)).timeout(SECOND).then(TimedWindow::new(10 * SECOND)), 0..40);
}

#[test]
fn every_operator_has_a_row() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files: BTreeSet<String> =
        ["ops", "join"].iter().flat_map(|folder| operators_in(&sources.join(folder))).collect();
    assert!(files.contains("map"), "no operators found under {}", sources.display());
    let rows: BTreeSet<String> = ROWS.iter().map(|row| row.to_string()).collect();
    let missing: Vec<_> = files.difference(&rows).collect();
    assert!(missing.is_empty(), "add a row to `conforms!` for each of {missing:?}");
    let left_over: Vec<_> = rows.difference(&files).collect();
    assert!(left_over.is_empty(), "these rows have no file of their name: {left_over:?}");
}

/// The names of the source files in a folder, if there is one. An operator with files of its own beside `x.rs` keeps them in
/// the folder `x`, which is not looked into.
fn operators_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries
        .map(|entry| entry.expect("the sources are there when the tests run").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .filter(|name| !NO_OPERATORS.contains(&name.as_str()))
        .collect()
}
