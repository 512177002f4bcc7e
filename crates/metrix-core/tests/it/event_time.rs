//! Event time: watermark, lateness, the late output, idle inputs, the ends of time.

use std::cell::RefCell;
use std::ops::Range;
use std::time::Duration;

use futures::executor::block_on;
use metrix_core::fold::Count;
use metrix_core::ops::{Map, TimedWindow};
use metrix_core::prelude::*;
use metrix_core::testing::{Ledger, Script, Wakes};
use metrix_core::{EventTime, Late, Timestamp};
use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};

const SECOND: Duration = Duration::from_secs(1);

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn tens() -> TimedWindow<i64> {
    TimedWindow::new(10 * SECOND)
}

/// The windows of ten seconds as (start, seconds in it), and the late items with their watermark.
type Seen = (Vec<(i64, Vec<i64>)>, Vec<(i64, i64)>);

fn run(lateness: u32, seconds: impl IntoIterator<Item = i64>) -> Seen {
    let late = RefCell::new(Vec::new());
    let secs = |at: Timestamp| at.as_nanos() / 1_000_000_000;
    let event_time =
        EventTime::new(|second: &i64| at(*second)).lateness(SECOND * lateness).on_late(|item: Late<i64>| {
            assert_eq!(item.at, at(item.item));
            late.borrow_mut().push((item.item, secs(item.watermark)));
        });
    let count = event_time.late_counter();
    let windows = futures::stream::iter(seconds).operate_at(tens(), event_time);
    let windows = block_on(windows.map(|window| (secs(window.start), window.value)).collect::<Vec<_>>());
    assert_eq!(count.get(), late.borrow().len() as u64);
    (windows, late.into_inner())
}

#[track_caller]
fn check(lateness: u32, seconds: &[i64], windows: &[(i64, &[i64])], late: &[(i64, i64)]) {
    let windows = windows.iter().map(|(start, items)| (*start, items.to_vec())).collect();
    assert_eq!(run(lateness, seconds.iter().copied()), (windows, late.to_vec()));
}

#[test]
fn items_out_of_order_within_the_lateness_are_in_time() {
    check(5, &[3, 12, 8, 14, 9, 15, 16], &[(0, &[3, 8, 9]), (10, &[12, 14, 15, 16])], &[]);
}

#[test]
fn items_beyond_the_lateness_go_to_the_late_output() {
    check(5, &[3, 15, 9, 16, 8], &[(0, &[3]), (10, &[15, 16])], &[(9, 10), (8, 11)]);
}

#[test]
fn an_old_item_is_not_late_while_its_window_is_open() {
    check(0, &[19, 11, 20, 12], &[(10, &[19, 11]), (20, &[20])], &[(12, 20)]);
}

#[test]
fn the_watermark_never_goes_back() {
    check(0, &[25, 1, 24, 2, 31, 23], &[(20, &[25, 24]), (30, &[31])], &[(1, 25), (2, 25), (23, 31)]);
}

#[test]
fn windows_close_in_the_order_of_their_ends() {
    check(100, &[35, 5, 15, 25, 6], &[(0, &[5, 6]), (10, &[15]), (20, &[25]), (30, &[35])], &[]);
}

#[test]
fn items_before_1970_are_as_good_as_others() {
    check(0, &[-15, -11, -5, -1, 0, 3], &[(-20, &[-15, -11]), (-10, &[-5, -1]), (0, &[0, 3])], &[]);
    check(0, &[-1, -15], &[(-10, &[-1])], &[(-15, -1)]);
}

#[test]
fn an_item_far_in_the_future_makes_the_others_late() {
    let far = 9_000_000_000;
    check(5, &[1, far, 2, 3], &[(0, &[1]), (far, &[far])], &[(2, far - 5), (3, far - 5)]);
}

#[test]
fn the_ends_of_time_are_times() {
    let ends = [Timestamp::MIN, Timestamp::EPOCH, Timestamp::MAX];
    for lateness in [Duration::ZERO, SECOND, Duration::MAX] {
        let event_time = EventTime::new(|at: &Timestamp| *at).lateness(lateness);
        let late = event_time.late_counter();
        let windows = TimedWindow::with(10 * SECOND, Count);
        let windows = futures::stream::iter(ends.into_iter().chain(ends)).operate_at(windows, event_time);
        let counts: Vec<u64> = block_on(windows.map(|window| window.value).collect());
        assert_eq!(counts.iter().sum::<u64>() + late.get(), 6, "{counts:?}");
    }
}

#[test]
fn the_end_of_the_input_closes_all_windows_at_once() {
    // No runtime, so nothing here could wait.
    check(3600, &[5, 15, 1005], &[(0, &[5]), (10, &[15]), (1000, &[1005])], &[]);
}

#[test]
fn deadlines_after_the_end_are_reached_at_once() {
    let shifted = crate::driver::Shift::by(3600 * SECOND);
    let items = futures::stream::iter([5, 1, 9]).operate_at(shifted, EventTime::new(|second: &i64| at(*second)));
    assert_eq!(block_on(items.collect::<Vec<i64>>()), [5, 1, 9]);
}

#[test]
fn an_operator_that_wants_no_item_does_not_wait_for_one() {
    let one_by_one = crate::driver::Shift::by(SECOND).one_at_a_time();
    let items = futures::stream::iter([0, 0, 0]).operate_at(one_by_one, EventTime::new(|second: &i64| at(*second)));
    assert_eq!(block_on(items.collect::<Vec<i64>>()), [0, 0, 0]);
}

#[test]
fn the_first_operator_that_knows_of_time_decides_what_is_late() {
    let event_time = EventTime::new(|second: &i64| at(*second));
    let late = event_time.late_counter();
    let chain = Map::new(|x: i64| x).then(tens()).then(Map::new(|window: metrix_core::Window<Vec<i64>>| window.value));
    let windows: Vec<Vec<i64>> = block_on(futures::stream::iter([1, 11, 2]).operate_at(chain, event_time).collect());
    assert_eq!((windows, late.get()), (vec![vec![1], vec![11]], 1));
    // What comes after an operator that shifts time can't tell which items are late for it.
    let event_time = EventTime::new(|second: &i64| at(*second));
    let late = event_time.late_counter();
    let chain = crate::driver::Shift::by(SECOND).then(TimedWindow::with(10 * SECOND, Count));
    let windows = futures::stream::iter([1, 11, 2]).operate_at(chain, event_time);
    let counts: Vec<u64> = block_on(windows.map(|window| window.value).collect());
    assert_eq!((counts.iter().sum::<u64>(), late.get()), (3, 0));
}

/// An input that is silent between its items, and the windows that come out of it.
struct Idle {
    ledger: Ledger,
    windows: std::pin::Pin<Box<dyn futures::Stream<Item = Vec<i64>>>>,
}

impl Idle {
    fn new(seconds: &[i64], lateness: Duration, idle: Duration) -> Self {
        let input = Script::new(seconds.iter().copied()).pausing();
        let ledger = input.ledger();
        let event_time = EventTime::new(|second: &i64| at(*second)).lateness(lateness).idle(idle);
        Self { ledger, windows: Box::pin(input.operate_at(tens(), event_time).map(|window| window.value)) }
    }

    /// Lets the next item come, which makes nothing come out.
    fn item(&mut self) {
        self.ledger.release();
        assert!(Wakes::new().poll(&mut self.windows).is_pending());
    }

    /// Waits for a window, which must come this much later.
    async fn window_after(&mut self, range: Range<Duration>) -> Vec<i64> {
        let start = tokio::time::Instant::now();
        let window = self.windows.next().await.unwrap();
        assert!(range.contains(&start.elapsed()), "it came after {:?}, not {range:?}", start.elapsed());
        window
    }
}

/// Timers may be a millisecond late.
fn just(duration: Duration) -> Range<Duration> {
    duration..duration + Duration::from_millis(1)
}

#[tokio::test(start_paused = true)]
async fn an_idle_input_closes_its_windows_as_the_clock_goes_on() {
    let mut idle = Idle::new(&[3, 5], Duration::ZERO, SECOND);
    assert!(Wakes::new().poll(&mut idle.windows).is_pending());
    idle.item();
    assert_eq!(idle.window_after(just(7 * SECOND)).await, [3]);
}

#[tokio::test(start_paused = true)]
async fn silence_counts_from_the_last_item() {
    let mut idle = Idle::new(&[3, 5, 6], Duration::ZERO, SECOND);
    assert!(Wakes::new().poll(&mut idle.windows).is_pending());
    idle.item();
    tokio::time::advance(SECOND).await;
    idle.item();
    assert_eq!(idle.window_after(just(5 * SECOND)).await, [3, 5]);
}

#[tokio::test(start_paused = true)]
async fn silence_counts_from_the_first_item_if_it_is_the_last() {
    let input = futures::StreamExt::chain(futures::stream::iter([3]), futures::stream::pending());
    let event_time = EventTime::new(|second: &i64| at(*second)).idle(SECOND);
    let mut windows = input.operate_at(tens(), event_time);
    let start = tokio::time::Instant::now();
    assert_eq!(windows.next().await.unwrap().value, [3]);
    assert_eq!(start.elapsed(), 7 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn an_idle_input_is_given_its_lateness() {
    let mut idle = Idle::new(&[9, 5], 4 * SECOND, SECOND);
    assert!(Wakes::new().poll(&mut idle.windows).is_pending());
    idle.item();
    assert_eq!(idle.window_after(just(5 * SECOND)).await, [9]);
}

#[tokio::test(start_paused = true)]
async fn an_input_is_not_idle_before_its_time() {
    let mut idle = Idle::new(&[9, 5], Duration::ZERO, 60 * SECOND);
    assert!(Wakes::new().poll(&mut idle.windows).is_pending());
    idle.item();
    assert_eq!(idle.window_after(just(60 * SECOND)).await, [9]);
}

#[tokio::test(start_paused = true)]
async fn items_after_an_idle_time_are_measured_against_where_time_has_gone() {
    let input = Script::new([3, 4, 12, 30]).pausing();
    let ledger = input.ledger();
    let event_time = EventTime::new(|second: &i64| at(*second)).idle(SECOND);
    let late = event_time.late_counter();
    let mut windows = input.operate_at(tens(), event_time).map(|window| window.value);
    assert!(Wakes::new().poll(&mut windows).is_pending());
    ledger.release();
    assert_eq!(windows.next().await.unwrap(), [3]);
    ledger.release(); // 4 belongs to the window that has closed
    assert!(Wakes::new().poll(&mut windows).is_pending());
    assert_eq!(late.get(), 1);
    ledger.release(); // 12 does not
    assert!(Wakes::new().poll(&mut windows).is_pending());
    ledger.release();
    assert_eq!(windows.next().await.unwrap(), [12]);
    assert_eq!(late.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_slow_consumer_does_not_make_an_input_idle() {
    // When two windows have closed nobody polls for a minute, while the rest waits to be read.
    let event_time = EventTime::new(|second: &i64| at(*second)).idle(SECOND);
    let late = event_time.late_counter();
    let mut windows =
        futures::stream::iter([1, 11, 21, 22, 23, 31]).operate_at(tens(), event_time).map(|window| window.value);
    assert_eq!(windows.next().await.unwrap(), [1]);
    assert_eq!(windows.next().await.unwrap(), [11]);
    tokio::time::advance(60 * SECOND).await;
    assert_eq!(windows.next().await.unwrap(), [21, 22, 23]);
    assert_eq!(windows.next().await.unwrap(), [31]);
    assert_eq!(late.get(), 0);
}

#[tokio::test(start_paused = true)]
async fn without_idle_the_clock_moves_nothing() {
    let input = Script::new([3, 5]).pausing();
    let ledger = input.ledger();
    let mut windows = input.operate_at(tens(), EventTime::new(|second: &i64| at(*second)));
    let wakes = Wakes::new();
    assert!(wakes.poll(&mut windows).is_pending());
    ledger.release();
    assert!(wakes.poll(&mut windows).is_pending());
    tokio::time::advance(3600 * SECOND).await;
    assert_eq!(wakes.count(), 1);
    assert!(wakes.poll(&mut windows).is_pending());
}

#[test]
fn idle_inputs_need_no_runtime_while_items_come() {
    let event_time = EventTime::new(|second: &i64| at(*second)).idle(SECOND);
    let windows: Vec<_> = block_on(futures::stream::iter([1, 11]).operate_at(tens(), event_time).collect());
    assert_eq!(windows.len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_item_is_in_one_window_or_late(seconds: Vec<i32>, small in proptest::collection::vec(0..200i64, 0..200), lateness in 0..60u32) {
        for seconds in [seconds.into_iter().map(i64::from).collect(), small] {
            let seconds: Vec<i64> = seconds;
            let (windows, late) = run(lateness, seconds.iter().copied());
            let counted: usize = windows.iter().map(|(_, items)| items.len()).sum();
            prop_assert_eq!(counted + late.len(), seconds.len());
            for (start, items) in &windows {
                prop_assert_eq!(items.iter().filter(|item| (*start..start + 10).contains(item)).count(), items.len());
            }
            // Once each, and in order.
            let starts: Vec<i64> = windows.iter().map(|(start, _)| *start).collect();
            prop_assert_eq!(starts.windows(2).all(|pair| pair[0] < pair[1]), true);
            // The same again, and the same however the input pauses.
            prop_assert_eq!(run(lateness, seconds.iter().copied()), (windows.clone(), late));
        }
    }

    #[test]
    fn any_times_at_all_are_accounted_for(times: Vec<i64>, lateness: u64) {
        let event_time = EventTime::new(|nanos: &i64| Timestamp::from_nanos(*nanos)).lateness(Duration::from_nanos(lateness));
        let late = event_time.late_counter();
        let windows = futures::stream::iter(times.clone()).operate_at(TimedWindow::with(SECOND, Count), event_time);
        let counts: Vec<u64> = block_on(windows.map(|window| window.value).collect());
        prop_assert_eq!(counts.iter().sum::<u64>() + late.get(), times.len() as u64);
    }
}
