//! What users get wrong: each gives a clear error or a documented result, never a hang, a spin or a lost item.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::Stream;
use futures::executor::block_on;
use metrix_core::fold::{Count, Sum};
use metrix_core::ops::{Filter, Map, Partition, TimedWindow};
use metrix_core::prelude::*;
use metrix_core::testing::{ByHand, Script, Wakes};
use metrix_core::{EventTime, Interval};

const SECOND: Duration = Duration::from_secs(1);

/// The closure must panic, with this message.
#[track_caller]
fn refuses<R>(message: &str, f: impl FnOnce() -> R) {
    let Err(payload) = catch_unwind(AssertUnwindSafe(f)) else {
        panic!("`{message}` was expected, but nothing was refused")
    };
    let text = payload.downcast_ref::<String>().map(String::as_str).or(payload.downcast_ref::<&str>().copied());
    assert_eq!(text, Some(message));
}

#[test]
fn sizes_of_zero() {
    refuses("a size of 0 is not possible: it must be at least 1", || size(0));
    assert_eq!(NonZeroUsize::new(0), None);
    assert_eq!(size(usize::MAX).get(), usize::MAX);
}

#[test]
fn intervals_that_are_none() {
    let none = "an interval of 0ns is not possible: it must be more than 0 s and at most 9223372036 s";
    refuses(none, || Interval::new(Duration::ZERO));
    refuses(none, || TimedWindow::<i32>::new(Duration::ZERO));
    refuses(none, || TimedWindow::<i32, _>::with(Duration::ZERO, Count));
    refuses(none, || Partition::<i32>::new(size(2)).timeout(Duration::ZERO));
    refuses(none, || EventTime::new(|at: &Timestamp| *at).idle(Duration::ZERO));
    refuses(none, || drop(futures::stream::empty::<i32>().timed_window(Duration::ZERO)));
}

#[test]
fn intervals_that_overflow() {
    let most = Duration::from_nanos(i64::MAX as u64);
    assert_eq!(Interval::new(most).as_duration(), most);
    for beyond in [most + Duration::from_nanos(1), Duration::MAX] {
        let message =
            format!("an interval of {beyond:?} is not possible: it must be more than 0 s and at most 9223372036 s");
        refuses(&message, || Interval::new(beyond));
        refuses(&message, || TimedWindow::<i32>::new(beyond));
        refuses(&message, || Partition::<i32>::new(size(2)).timeout(beyond));
        refuses(&message, || EventTime::new(|at: &Timestamp| *at).idle(beyond));
    }
}

#[test]
fn seconds_that_are_no_interval() {
    for (secs, said) in [
        (0.0, "0 s"),
        (-0.0, "-0 s"),
        (-1.5, "-1.5 s"),
        (f64::NAN, "NaN s"),
        (f64::INFINITY, "inf s"),
        (f64::NEG_INFINITY, "-inf s"),
        (1e-10, "0.0000000001 s"),
        (1e10, "10000000000 s"),
    ] {
        let error = Interval::try_from_secs(secs).unwrap_err().to_string();
        assert_eq!(
            error,
            format!("an interval of {said} is not possible: it must be more than 0 s and at most 9223372036 s")
        );
    }
}

#[test]
fn windows_as_long_as_time_itself() {
    let most = Duration::from_nanos(i64::MAX as u64);
    for at in [Timestamp::MIN, Timestamp::EPOCH, Timestamp::MAX] {
        let mut hand = ByHand::new(TimedWindow::with(most, Count).aligned_to(Timestamp::EPOCH));
        hand.start(at);
        let mut counts = hand.item(at, ());
        counts.append(&mut hand.time(Timestamp::MAX));
        counts.append(&mut hand.end(at));
        assert_eq!(counts.iter().map(|window| window.value).collect::<Vec<_>>(), [1]);
        assert!(hand.drain().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_beyond_the_end_of_time_is_not_reached() {
    let most = Duration::from_nanos(i64::MAX as u64);
    let input = Script::new([1, 2]).pausing();
    let ledger = input.ledger();
    let mut windows = input.operate(TimedWindow::new(most));
    let wakes = Wakes::new();
    assert!(wakes.poll(&mut windows).is_pending());
    ledger.release();
    assert!(wakes.poll(&mut windows).is_pending());
    tokio::time::advance(365 * 24 * 3600 * SECOND).await;
    assert_eq!(wakes.count(), 1);
    ledger.release();
    assert!(wakes.poll(&mut windows).is_pending());
    ledger.release();
    let Poll::Ready(Some(window)) = wakes.poll(&mut windows) else { panic!("the end flushes") };
    assert_eq!((window.value, window.end), (vec![1, 2], Timestamp::MAX));
}

#[test]
fn size_hints_as_large_as_can_be() {
    #[track_caller]
    fn check<O: Operator<i32>>(make: impl Fn() -> O) {
        for claim in [(usize::MAX, None), (usize::MAX, Some(usize::MAX)), (0, Some(usize::MAX))] {
            let mut stream = Script::new(0..5).claims(claim).operate(make());
            let mut polled = true;
            while polled {
                let (least, most) = stream.size_hint();
                assert!(most.is_none_or(|most| least <= most));
                polled = matches!(Wakes::new().poll(&mut stream), Poll::Ready(Some(_)));
            }
        }
    }
    check(|| Map::new(|x: i32| x));
    check(|| Filter::new(|x: &i32| *x > 0));
    check(|| Partition::new(size(2)));
    check(|| Partition::new(size(2)).timeout(SECOND));
    check(|| Partition::new(size(usize::MAX)));
    check(|| TimedWindow::new(SECOND));
    check(|| Map::new(|x: i32| x).then(Partition::with(size(3), Sum)));
}

#[test]
fn batches_larger_than_memory_can_hold() {
    let batches: Vec<Vec<i32>> = block_on(futures::stream::iter(0..3).partition(size(usize::MAX)).collect());
    assert_eq!(batches, [[0, 1, 2]]);
}

#[test]
fn closures_that_panic() {
    #[track_caller]
    fn check<S: Stream<Item = i32> + Unpin>(stream: impl FnOnce(Script<i32>) -> S) {
        let input = Script::new(0..10);
        let ledger = input.ledger();
        let mut stream = stream(input);
        let wakes = Wakes::new();
        let mut seen = Vec::new();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            while let Poll::Ready(Some(item)) = wakes.poll(&mut stream) {
                seen.push(item);
            }
        }));
        assert!(panicked.is_err());
        assert_eq!(seen, [0, 1, 2]);
        // What came before the panic was handed out; the stream is over, and lets go of its input.
        assert_eq!(wakes.poll(&mut stream), Poll::Ready(None));
        assert_eq!(wakes.poll(&mut stream), Poll::Ready(None));
        assert_eq!((ledger.alive(), ledger.given(), wakes.count()), (0, 4, 0));
    }
    fn good(x: i32) -> bool {
        if x == 3 {
            std::panic::resume_unwind(Box::new("planned"));
        }
        true
    }
    check(|input| input.map(|x| if good(x) { x } else { -x }));
    check(|input| input.filter(|x| good(*x)));
    check(|input| input.partition(size(1)).map(|batch| if good(batch[0]) { batch[0] } else { 0 }));
    let time_of = |x: &i32| Timestamp::from_secs(i64::from(good(*x)));
    check(|input| input.operate_at(Map::new(|x: i32| x), EventTime::new(time_of)));
}

#[test]
fn a_late_output_that_panics() {
    let event_time = EventTime::new(|second: &i64| Timestamp::from_secs(*second));
    let event_time = event_time.on_late(|_| std::panic::resume_unwind(Box::new("planned")));
    let mut windows = futures::stream::iter([1, 11, 2, 21]).operate_at(TimedWindow::new(10 * SECOND), event_time);
    let wakes = Wakes::new();
    assert!(wakes.poll(&mut windows).is_ready());
    catch_unwind(AssertUnwindSafe(|| wakes.poll(&mut windows))).expect_err("the panic goes on to the caller");
    assert!(matches!(wakes.poll(&mut windows), Poll::Ready(None)));
}

/// A source that does not stick to its end: it gives 1, ends, gives 2, ends and so on.
struct Undead {
    ended: bool,
    place: i32,
}

impl Stream for Undead {
    type Item = i32;

    fn poll_next(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Option<i32>> {
        self.ended = !self.ended;
        if !self.ended {
            return Poll::Ready(None);
        }
        self.place += 1;
        Poll::Ready(Some(self.place))
    }
}

#[test]
fn sources_that_yield_after_their_end() {
    let undead = || Undead { ended: false, place: 0 };
    let mut mapped = undead().map(|x| x);
    let wakes = Wakes::new();
    assert_eq!(wakes.poll(&mut mapped), Poll::Ready(Some(1)));
    for _ in 0..5 {
        assert_eq!(wakes.poll(&mut mapped), Poll::Ready(None));
    }
    assert_eq!(block_on(undead().partition(size(10)).collect::<Vec<_>>()), [[1]]);
    assert_eq!(block_on(undead().filter(|_| false).collect::<Vec<_>>()), [0; 0]);
}

#[test]
fn time_that_stands_still() {
    let mut windows = ByHand::new(TimedWindow::with(SECOND, Count));
    windows.start(Timestamp::EPOCH);
    for _ in 0..1000 {
        assert!(windows.item(Timestamp::EPOCH, ()).is_empty());
        assert!(windows.time(Timestamp::EPOCH).is_empty());
    }
    assert_eq!(windows.end(Timestamp::EPOCH)[0].value, 1000);
}

#[test]
fn time_that_runs_backwards() {
    let second = Timestamp::from_secs;
    let mut windows = ByHand::new(TimedWindow::with(SECOND, Count));
    windows.start(second(0));
    let mut counts = 0;
    for back in 0..1000 {
        let out = windows.item(second(-back), ());
        assert!(out.is_empty());
        // A window that is emitted is emitted once, even if time is back before it.
        counts += windows.time(second(1 - back)).iter().map(|window| window.value).sum::<u64>();
    }
    counts += windows.end(second(-1000)).iter().map(|window| window.value).sum::<u64>();
    assert_eq!(counts, 1000);

    let mut batches = ByHand::new(Partition::new(size(3)).timeout(SECOND));
    batches.start(second(0));
    let mut items = Vec::new();
    for back in 0..100 {
        items.extend(batches.item(second(-back), back).into_iter().flatten());
    }
    items.extend(batches.end(second(-100)).into_iter().flatten());
    assert_eq!(items, (0..100).collect::<Vec<_>>());
}

#[test]
fn event_times_that_run_backwards_for_ever() {
    // As many items as before, each earlier than all others: none is lost, none waits.
    let event_time = EventTime::new(|back: &i64| Timestamp::from_secs(-back)).lateness(60 * SECOND);
    let late = event_time.late_counter();
    let windows = futures::stream::iter(0..1000).operate_at(TimedWindow::with(10 * SECOND, Count), event_time);
    let counts: Vec<u64> = block_on(windows.map(|window| window.value).collect());
    assert_eq!(counts.iter().sum::<u64>() + late.get(), 1000);
    assert!(late.get() > 900 && counts.len() < 10, "{} late, {counts:?}", late.get());
}

#[test]
#[should_panic(expected = "must be polled in a tokio runtime with `enable_time`")]
fn a_wait_outside_of_a_runtime_says_what_is_missing() {
    let waits = futures::StreamExt::chain(futures::stream::iter([1]), futures::stream::pending());
    futures::executor::block_on(waits.timed_window(Duration::from_secs(1)).next());
}
