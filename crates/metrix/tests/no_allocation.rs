//! A `send` allocates nothing once its series has been seen in the window or batch. A binary of its own, since it has an
//! allocator that counts, for each thread what this thread allocates.

use std::array;
use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use allocation_counter::{AllocationInfo, measure};
use futures::{FutureExt, StreamExt};
use metrix::{MSender, MStream, MStreamBuilder, NamedBuilder, Tags, Timestamp, Windows, size, static_tags, tags};
use tokio::runtime::Builder;
use tokio::time::advance;

const SERIES: usize = 100;
const SENDS: usize = 10_000;
const SECOND: Duration = Duration::from_secs(1);
/// Longer than the test, and longer than it is until the next window of event time would begin.
const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Sends a value to a series.
type Form<'a> = (&'static str, Box<dyn Fn(usize, f64) + Sync + 'a>);

/// The values of the three tags of each series.
static TEXTS: LazyLock<[[String; 3]; SERIES]> = LazyLock::new(|| {
    array::from_fn(|i| [format!("web-{i:03}"), format!("section-{}", i % 10), format!("lang-{}", i / 10)])
});

fn named(series: usize) -> Tags {
    let [host, section, lang] = &TEXTS[series];
    tags! { "host" => host, "section" => section, "lang" => lang }
}

fn pairs(series: usize) -> [(&'static str, &'static str); 3] {
    let [host, section, lang] = &TEXTS[series];
    [("host", host), ("section", section), ("lang", lang)]
}

/// Those that are no more than looked at where values are folded as they come. A stream in event time makes a set of them.
fn borrowed(sender: &MSender) -> Vec<Form<'_>> {
    let on_a_host = sender.with(tags! { "host" => "a" });
    vec![
        ("3 tags", Box::new(|series, value| sender.send_with(value, pairs(series)))),
        ("2 tags, one bound", Box::new(move |series, value| on_a_host.send_with(value, &pairs(series)[1..]))),
        ("static tags", Box::new(|_, value| sender.send_with(value, static_tags! { "host" => "a", "lang" => "en" }))),
    ]
}

fn forms(sender: &MSender) -> Vec<Form<'_>> {
    let sets: [Tags; SERIES] = array::from_fn(named);
    let bound: [MSender; SERIES] = array::from_fn(|series| sender.with(named(series)));
    let twice = bound.clone().map(|sender| sender.weighted(NonZeroU32::MIN.saturating_add(1)));
    let other = bound.clone().map(|sender| sender.with(tags! { "lang" => "en" }));
    let (at, timed, now) = (bound.clone(), bound.clone(), Timestamp::now());
    vec![
        ("no tags", Box::new(|_, value| sender.send(value))),
        ("bound", Box::new(move |series, value| bound[series].send(value))),
        ("bound twice", Box::new(move |series, value| other[series].send(value))),
        ("bound, weighted", Box::new(move |series, value| twice[series].send(value))),
        ("bound, at a time", Box::new(move |series, value| at[series].send_at(value, Tags::NONE, now))),
        ("bound, a timer", Box::new(move |series, _| timed[series].time(|| ()))),
        ("tags made before", Box::new(move |series, value| sender.send_with(value, &sets[series]))),
    ]
}

const IN_EVENT_TIME: &str = "windows in event time";

fn streams() -> [(&'static str, MStreamBuilder); 3] {
    let named = || -> NamedBuilder { MStream::builder("n") };
    [
        ("windows", named().window(CENTURY)),
        (IN_EVENT_TIME, named().window(Windows::every(CENTURY).event_time(Duration::ZERO))),
        ("batches", named().batch(size(1_000_000))),
    ]
}

/// The aggregates that keep no more for more values.
const AGGREGATES: [&[&str]; 4] = [
    &["count"],
    &["count", "sum", "min", "max", "mean"],
    &["stdev", "p50", "p99", "histogram(1,5)"],
    &["first", "last", "p50"],
];

/// What sending allocates, after each series has been sent each of the values.
fn sending(send: impl Fn(usize, f64)) -> AllocationInfo {
    let value = |i: usize| 0.5 + (i / SERIES % 10) as f64;
    (0..10 * SERIES).for_each(|i| send(i % SERIES, value(i)));
    measure(|| (0..SENDS).for_each(|i| send(i % SERIES, value(i))))
}

#[test]
fn a_series_that_has_been_seen_is_sent_to_without_an_allocation() {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let _in_runtime = runtime.enter();
    for aggregates in AGGREGATES {
        for (name, stream) in streams() {
            let (sender, stream) = stream.aggs(aggregates.iter().copied()).build().unwrap();
            let mut forms = forms(&sender);
            // Where the order of values counts, a set is made of borrowed tags.
            if name != IN_EVENT_TIME && !aggregates.contains(&"last") {
                forms.extend(borrowed(&sender));
            }
            let sent = forms.len() * (10 * SERIES + SENDS);
            for (form, send) in forms {
                let allocated = sending(send);
                assert_eq!(allocated, AllocationInfo::default(), "{form}, {name}, {aggregates:?}");
            }
            let stats = stream.stats();
            assert_eq!((stats.accepted, stats.refused(), stats.late), (sent as u64, 0, 0));
        }
    }
}

#[test]
fn two_threads_that_send_to_the_same_series_allocate_nothing() {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    let _in_runtime = runtime.enter();
    for (name, stream) in streams() {
        let (sender, stream) = stream.aggs(AGGREGATES[1].iter().copied()).build().unwrap();
        for (form, send) in forms(&sender) {
            let two = thread::scope(|scope| [(); 2].map(|()| scope.spawn(|| sending(&send))).map(|two| two.join()));
            assert_eq!(two.map(Result::unwrap), [AllocationInfo::default(); 2], "{form}, {name}");
        }
        assert_eq!((stream.stats().refused(), stream.stats().late), (0, 0));
    }
}

#[test]
fn the_same_series_in_a_later_window_allocate_nothing() {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let _in_runtime = runtime.enter();
    let (sender, mut stream) =
        MStream::builder("n").window(SECOND).aggs(AGGREGATES[1].iter().copied()).build().unwrap();
    let mut allocated = Vec::new();
    for (_, send) in forms(&sender).into_iter().chain(borrowed(&sender)) {
        for _ in 0..4 {
            send(0, 1.0);
            assert_eq!(stream.next().now_or_never(), None, "it sleeps, so that threads may go on by themselves");
            allocated.push(measure(|| (0..SENDS).for_each(|i| send(i % SERIES, 1.0))));
            runtime.block_on(advance(SECOND));
            while stream.next().now_or_never().is_some() {}
        }
        // In the second and third window the room for the cells is made, and is found again from then on.
        assert_eq!(allocated.pop(), Some(AllocationInfo::default()));
    }
}

#[test]
fn values_of_too_many_series_allocate_nothing() {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let _in_runtime = runtime.enter();
    for aggregates in AGGREGATES {
        let stream = MStream::builder("n").window(CENTURY).max_series(size(1));
        let (sender, stream) = stream.aggs(aggregates.iter().copied()).build().unwrap();
        let bound = [0, 1].map(|series| sender.with(named(series)));
        assert_eq!(sending(|series, value| bound[series % 2].send(value)), AllocationInfo::default(), "{aggregates:?}");
        assert_eq!(stream.stats().overflowed, ((10 * SERIES + SENDS) / 2) as u64);
    }
}

#[test]
fn elements_that_wait_keep_no_states() {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let _in_runtime = runtime.enter();
    let (sender, mut stream) = MStream::builder("n").window(SECOND).agg("p99").build().unwrap();
    let send = || (0..SERIES * SERIES).for_each(|i| sender.send_with((i * i) as f64, pairs(i % SERIES)));
    let mut end = || {
        runtime.block_on(advance(SECOND));
        assert!(stream.next().now_or_never().is_some(), "the others wait");
    };
    // A window that is over is closed by the next that comes, as the elements of others are taken before it.
    let mut windows = |n: usize| measure(|| (0..n).for_each(|_| (send(), end()).0)).bytes_current;
    windows(3);
    let kept = windows(10);
    assert!(kept < 100 * (10 * SERIES) as i64, "{kept} bytes for {} elements", 10 * SERIES);
}

#[test]
fn what_is_allocated_is_counted() {
    assert_eq!(measure(|| drop(black_box(Box::new(1.0)))).count_total, 1);
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let _in_runtime = runtime.enter();
    let (sender, _stream) = MStream::builder("n").window(CENTURY).agg("count").build().unwrap();
    assert!(measure(|| sender.send_with(1.0, named(0))).count_total > 0, "a first sighting keeps the series");
}
