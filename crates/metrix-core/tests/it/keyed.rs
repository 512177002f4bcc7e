//! `keyed` and `partition_by`.

use std::collections::VecDeque;
use std::time::Duration;

use metrix_core::fold::Count;
use metrix_core::ops::{Keyed, Partition, PartitionBy, RateLimit, TimedWindow};
use metrix_core::{EventTime, prelude::*};

const SECOND: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(1000);

type Item = (&'static str, u32);

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

/// Tells a keyed operator what a driver would, and gives back what it emits.
struct ByHand<F, O>(Keyed<Item, &'static str, F, O>);

fn by_hand<O: Operator<Item> + Clone>(
    max_keys: usize,
    idle: Duration,
    operator: O,
) -> ByHand<impl FnMut(&Item) -> &'static str, O> {
    let mut keyed = Keyed::new(|item: &Item| item.0, size(max_keys), idle, operator);
    keyed.on_start(at(0));
    ByHand(keyed)
}

impl<F, O> ByHand<F, O>
where
    F: FnMut(&Item) -> &'static str,
    O: Operator<Item> + Clone,
{
    fn item(&mut self, key: &'static str, value: u32, now: i64) -> Vec<(&'static str, O::Out)> {
        let mut out = Vec::new();
        self.0.on_item((key, value), at(now), &mut |output| out.push(output));
        out
    }

    #[track_caller]
    fn on_time(&mut self, now: i64) -> Vec<(&'static str, O::Out)> {
        let mut out = Vec::new();
        self.0.on_time(at(now), &mut |output| out.push(output));
        assert!(self.0.deadline().is_none_or(|deadline| deadline > at(now)), "what was due is due again");
        out
    }

    fn on_end(&mut self, now: i64) -> Vec<(&'static str, O::Out)> {
        let mut out = Vec::new();
        self.0.on_end(at(now), &mut |output| out.push(output));
        out
    }
}

fn pairs() -> Partition<Item> {
    Partition::new(size(2))
}

/// Lets a number of items pass, then is finished.
#[derive(Clone)]
struct Take(u32);

impl Operator<Item> for Take {
    type Out = u32;
    fn on_item(&mut self, item: Item, _now: Timestamp, out: &mut impl Emit<u32>) {
        assert!(self.wants_input());
        self.0 -= 1;
        out.emit(item.1);
    }
    fn on_end(&mut self, _now: Timestamp, out: &mut impl Emit<u32>) {
        out.emit(1000 + self.0);
    }
    fn wants_input(&self) -> bool {
        self.0 > 0
    }
}

/// Holds each item for 10 s, and takes no more than `most` at a time.
#[derive(Clone)]
struct Hold {
    held: VecDeque<(Timestamp, u32)>,
    most: usize,
}

fn hold(most: usize) -> Hold {
    Hold { held: VecDeque::new(), most }
}

impl Operator<Item> for Hold {
    type Out = u32;
    fn on_item(&mut self, item: Item, now: Timestamp, _out: &mut impl Emit<u32>) {
        assert!(self.wants_input());
        self.held.push_back((now + 10 * SECOND, item.1));
    }
    fn deadline(&self) -> Option<Timestamp> {
        self.held.front().map(|(due, _)| *due)
    }
    fn on_time(&mut self, now: Timestamp, out: &mut impl Emit<u32>) {
        while self.held.front().is_some_and(|(due, _)| *due <= now) {
            out.emit(self.held.pop_front().unwrap().1);
        }
    }
    fn on_end(&mut self, _now: Timestamp, out: &mut impl Emit<u32>) {
        out.emit(1000 + self.held.len() as u32);
    }
    fn wants_input(&self) -> bool {
        self.held.len() < self.most
    }
}

#[test]
fn keys_do_not_mix_and_end_in_the_order_in_which_they_came() {
    let mut keyed = by_hand(9, LONG, pairs());
    assert!(keyed.item("b", 1, 0).is_empty() && keyed.item("a", 2, 0).is_empty() && keyed.item("c", 3, 0).is_empty());
    assert_eq!(keyed.item("a", 4, 1), [("a", vec![("a", 2), ("a", 4)])]);
    assert!(keyed.item("a", 5, 2).is_empty());
    assert_eq!(keyed.on_end(3), [("b", vec![("b", 1)]), ("a", vec![("a", 5)]), ("c", vec![("c", 3)])]);
    assert_eq!((keyed.0.deadline(), keyed.0.keys(), keyed.0.evicted_idle()), (None, 3, 0));
}

#[test]
fn a_key_too_many_takes_the_place_of_the_one_idle_for_longest() {
    let mut keyed = by_hand(2, LONG, Partition::new(size(3)));
    keyed.item("a", 1, 0);
    keyed.item("b", 2, 0);
    keyed.item("a", 3, 0);
    assert_eq!(keyed.item("c", 4, 0), [("b", vec![("b", 2)])]);
    assert_eq!(keyed.item("b", 5, 0), [("a", vec![("a", 1), ("a", 3)])]);
    assert_eq!(keyed.item("a", 6, 0), [("c", vec![("c", 4)])]);
    assert_eq!((keyed.0.keys(), keyed.0.evicted_full(), keyed.0.evicted_idle()), (2, 3, 0));
    assert_eq!(keyed.on_end(0), [("b", vec![("b", 5)]), ("a", vec![("a", 6)])]);
}

#[test]
fn idle_keys_are_flushed_each_in_its_time() {
    let mut keyed = by_hand(9, 10 * SECOND, pairs());
    keyed.item("a", 1, 0);
    keyed.item("b", 2, 4);
    assert_eq!(keyed.0.deadline(), Some(at(10)));
    keyed.item("a", 3, 5);
    assert_eq!(keyed.0.deadline(), Some(at(14)));
    assert_eq!(keyed.on_time(14), [("b", vec![("b", 2)])]);
    keyed.item("c", 4, 14);
    // Nothing is left of a, which is forgotten nevertheless.
    assert_eq!(keyed.on_time(100), [("c", vec![("c", 4)])]);
    assert_eq!((keyed.0.deadline(), keyed.0.keys(), keyed.0.evicted_idle()), (None, 0, 3));
}

#[test]
fn time_that_goes_back_or_to_its_end_makes_no_key_older_than_it_is() {
    let mut keyed = by_hand(9, 10 * SECOND, pairs());
    keyed.item("a", 1, 50);
    keyed.item("b", 2, 3);
    assert_eq!(keyed.0.deadline(), Some(at(60)));
    assert_eq!(keyed.on_time(60), [("a", vec![("a", 1)]), ("b", vec![("b", 2)])]);
    keyed.item("c", 3, i64::MAX);
    assert_eq!(keyed.0.deadline(), None);
    assert_eq!(keyed.on_time(i64::MAX), []);
    assert_eq!(keyed.on_end(0), [("c", vec![("c", 3)])]);
}

#[test]
fn deadlines_of_all_keys_are_served_in_their_order() {
    let windows = TimedWindow::with(10 * SECOND, Count);
    let mut keyed = by_hand(9, LONG, windows);
    for (key, now) in [("b", 1), ("a", 2), ("b", 12), ("a", 13), ("a", 14), ("c", 35)] {
        keyed.item(key, 0, now);
    }
    assert_eq!(keyed.0.deadline(), Some(at(10)));
    let counts = |out: Vec<(_, Window<u64>)>| -> Vec<_> {
        out.into_iter().map(|(key, window)| (key, window.end.as_nanos() / 1_000_000_000, window.value)).collect()
    };
    // The operators say themselves what of theirs is due.
    assert_eq!(counts(keyed.on_time(25)), [("b", 10, 1), ("b", 20, 1), ("a", 10, 1), ("a", 20, 2)]);
    assert_eq!(keyed.0.deadline(), Some(at(40)));
    assert_eq!(counts(keyed.on_time(40)), [("c", 40, 1)]);
    // All keys' windows begin when time did.
    keyed.item("d", 0, 41);
    assert_eq!(keyed.0.deadline(), Some(at(50)));
}

#[test]
fn a_finished_key_stays_finished_until_it_is_forgotten() {
    let mut keyed = by_hand(9, 10 * SECOND, Take(2));
    assert_eq!(keyed.item("a", 1, 0), [("a", 1)]);
    assert_eq!(keyed.item("a", 2, 0), [("a", 2), ("a", 1000)]);
    assert_eq!(keyed.item("a", 3, 9), []);
    assert_eq!(keyed.item("b", 4, 12), [("b", 4)]);
    assert_eq!(keyed.item("a", 5, 18), []);
    assert!(keyed.0.wants_input());
    assert_eq!(keyed.0.dropped(), 2);
    assert_eq!(keyed.on_time(28), [("b", 1001)]);
    assert_eq!(keyed.item("a", 6, 28), [("a", 6)]);
    assert_eq!(keyed.on_end(28), [("a", 1001)]);

    let mut never = by_hand(9, LONG, Take(0));
    assert_eq!((never.item("a", 1, 0), never.item("a", 2, 0)), (vec![("a", 1000)], vec![]));
    assert_eq!((never.0.dropped(), never.0.wants_input()), (2, true));
}

#[test]
fn an_item_that_its_operator_does_not_take_yet_holds_up_the_input() {
    let mut keyed = by_hand(9, LONG, hold(1));
    keyed.item("a", 1, 0);
    assert!(keyed.0.wants_input());
    keyed.item("b", 2, 1);
    assert!(keyed.0.wants_input());
    keyed.item("a", 3, 2);
    assert!(!keyed.0.wants_input());
    assert_eq!(keyed.on_time(10), [("a", 1)]);
    assert!(keyed.0.wants_input());
    assert_eq!(keyed.0.deadline(), Some(at(11)));
    assert_eq!(keyed.on_end(11), [("a", 1001), ("b", 1001)]);
    assert_eq!(keyed.on_time(20), [("b", 2), ("a", 3)]);
    assert_eq!(keyed.0.deadline(), None);
}

#[test]
fn items_that_wait_are_not_lost_when_the_end_comes() {
    let mut keyed = by_hand(9, LONG, hold(1));
    for (key, value) in [("a", 1), ("a", 2), ("b", 3), ("a", 4)] {
        // As an operator before it may do, which emits several at once.
        keyed.item(key, value, 0);
    }
    assert_eq!(keyed.on_end(0), [("b", 1001)]);
    assert_eq!(keyed.on_time(10), [("a", 1), ("b", 3)]);
    assert_eq!(keyed.on_time(20), [("a", 2), ("a", 1001)]);
    assert_eq!(keyed.on_time(30), [("a", 4)]);
    assert_eq!((keyed.0.deadline(), keyed.0.dropped()), (None, 0));
}

#[test]
fn an_evicted_key_is_drained_at_once() {
    let mut keyed = by_hand(1, LONG, hold(2));
    keyed.item("a", 1, 0);
    keyed.item("a", 2, 5);
    keyed.item("a", 3, 6);
    assert_eq!(keyed.item("b", 4, 7), [("a", 1), ("a", 1002), ("a", 2), ("a", 3)]);
    assert!(keyed.0.wants_input());
    assert_eq!(keyed.0.deadline(), Some(at(17)));
    assert_eq!(keyed.on_time(17), [("b", 4)]);
}

#[test]
fn in_event_time_the_watermark_forgets_keys() {
    let items = [("a", 1), ("b", 2), ("a", 12), ("b", 4), ("c", 40), ("b", 41)];
    let event_time = EventTime::new(|item: &Item| at(item.1.into())).lateness(10 * SECOND);
    let late = event_time.late_counter();
    let windows = TimedWindow::with(10 * SECOND, Count);
    let keyed = Keyed::new(|item: &Item| item.0, size(9), 15 * SECOND, windows);
    let counts = futures::stream::iter(items).operate_at(keyed, event_time);
    let counts: Vec<_> = futures::executor::block_on(counts.map(|(key, window)| (key, window.value)).collect());
    assert_eq!(counts, [("a", 1), ("a", 1), ("b", 2), ("c", 1), ("b", 1)]);
    assert_eq!(late.get(), 0);
}

#[tokio::test(start_paused = true)]
async fn idle_keys_wake_the_driver() {
    let (send, receive) = tokio::sync::mpsc::unbounded_channel();
    let input = tokio_stream::wrappers::UnboundedReceiverStream::new(receive);
    let mut batches = input.keyed(|item: &Item| item.0, size(9), 10 * SECOND, pairs());
    let start = tokio::time::Instant::now();
    send.send(("a", 1)).unwrap();
    assert_eq!(batches.next().await, Some(("a", vec![("a", 1)])));
    assert_eq!(start.elapsed(), 10 * SECOND);
    assert_eq!(batches.operator().evicted_idle(), 1);
    send.send(("b", 2)).unwrap();
    drop(send);
    assert_eq!(batches.next().await, Some(("b", vec![("b", 2)])));
    assert_eq!(batches.next().await, None);
    assert_eq!(start.elapsed(), 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn each_key_has_a_rate_of_its_own() {
    let items = [("a", 1), ("a", 2), ("b", 3), ("a", 4), ("b", 5)];
    let start = tokio::time::Instant::now();
    let limited = futures::stream::iter(items).keyed(|item| item.0, size(9), LONG, RateLimit::new(10 * SECOND));
    let seen: Vec<_> = limited.map(|(_, item)| (item.1, start.elapsed().as_secs())).collect().await;
    // 4 has to wait for 2 to go, and holds up 5 until then.
    assert_eq!(seen, [(1, 0), (3, 0), (2, 10), (5, 10), (4, 20)]);
}

#[test]
#[should_panic = "an interval of 0ns is not possible"]
fn an_idle_time_of_nothing_is_refused() {
    let _ = by_hand(1, Duration::ZERO, pairs());
}

#[test]
fn partition_by_gives_batches_without_keys() {
    let mut by_key = PartitionBy::new(size(2), |item: &Item| item.0, size(2), 10 * SECOND);
    let mut out = Vec::new();
    for (key, value, now) in [("a", 1, 0), ("b", 2, 1), ("b", 3, 2), ("c", 4, 3), ("b", 5, 4)] {
        by_key.on_item((key, value), at(now), &mut |batch| out.push(batch));
    }
    assert_eq!(out, [vec![("b", 2), ("b", 3)], vec![("a", 1)]]);
    assert_eq!(by_key.keyed().evicted_full(), 1);
    assert_eq!(by_key.deadline(), Some(at(13)));
    by_key.on_time(at(13), &mut |batch| out.push(batch));
    by_key.on_end(at(13), &mut |batch| out.push(batch));
    assert_eq!(out[2..], [vec![("c", 4)], vec![("b", 5)]]);
}
