//! The promises of `Operate`, `Operator` and `Then`, each with a test of its name.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use futures::stream::FusedStream;
use metrix_core::fold::Count;
use metrix_core::ops::{Filter, Map, Partition, TimedWindow};
use metrix_core::prelude::*;
use metrix_core::testing::{ByHand, Script, Wakes, assert_marbles, marbles};
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_assert_eq, prop_oneof, proptest};

const MS: Duration = Duration::from_millis(1);

/// A toy: emits each item later by a fixed time. It can hold several, or want no other while it holds one.
#[derive(Debug)]
pub(crate) struct Shift<T> {
    by: Duration,
    most: usize,
    held: VecDeque<(Timestamp, T)>,
}

impl<T> Shift<T> {
    pub(crate) fn by(by: Duration) -> Self {
        Self { by, most: usize::MAX, held: VecDeque::new() }
    }

    pub(crate) fn one_at_a_time(self) -> Self {
        Self { most: 1, ..self }
    }
}

impl<T> Operator<T> for Shift<T> {
    type Out = T;

    fn on_item(&mut self, item: T, now: Timestamp, _out: &mut impl Emit<T>) {
        self.held.push_back((now + self.by, item));
    }

    fn deadline(&self) -> Option<Timestamp> {
        self.held.front().map(|(due, _)| *due)
    }

    fn on_time(&mut self, now: Timestamp, out: &mut impl Emit<T>) {
        while self.deadline().is_some_and(|due| due <= now) {
            self.held.pop_front().into_iter().for_each(|(_, item)| out.emit(item));
        }
    }

    fn wants_input(&self) -> bool {
        self.held.len() < self.most
    }

    fn size_hint(&self, (least, most): (usize, Option<usize>)) -> (usize, Option<usize>) {
        let held = self.held.len();
        (least.saturating_add(held), most.and_then(|most| most.checked_add(held)))
    }
}

/// A toy: lets the first items pass and is finished then. It relies on getting no more.
#[derive(Debug)]
struct First(usize);

impl<T> Operator<T> for First {
    type Out = T;

    fn is_timed(&self) -> bool {
        false
    }

    fn on_item(&mut self, item: T, _now: Timestamp, out: &mut impl Emit<T>) {
        self.0 -= 1;
        out.emit(item);
    }

    fn wants_input(&self) -> bool {
        self.0 > 0
    }
}

/// A toy: emits an item as often as it says.
#[derive(Debug)]
struct Repeat;

impl Operator<usize> for Repeat {
    type Out = usize;

    fn on_item(&mut self, item: usize, _now: Timestamp, out: &mut impl Emit<usize>) {
        (0..item).for_each(|_| out.emit(item));
    }
}

/// A toy: writes down which of its methods are called, and panics where it is told to.
#[derive(Clone, Debug, Default)]
struct Diary {
    calls: Rc<RefCell<Vec<&'static str>>>,
    deadline: Option<Timestamp>,
    every: Option<Duration>,
    panics_in: Option<&'static str>,
}

impl Diary {
    fn every(every: Duration) -> Self {
        Self { every: Some(every), ..Self::default() }
    }

    fn panics_in(call: &'static str) -> Self {
        Self { panics_in: Some(call), every: (call == "time").then_some(MS), ..Self::default() }
    }

    fn write(&self, call: &'static str) {
        self.calls.borrow_mut().push(call);
        if self.panics_in == Some(call) {
            std::panic::resume_unwind(Box::new("planned"));
        }
    }
}

impl Operator<u8> for Diary {
    type Out = u8;

    fn on_start(&mut self, now: Timestamp) {
        self.write("start");
        self.deadline = self.every.map(|every| now + every);
    }

    fn on_item(&mut self, item: u8, _now: Timestamp, out: &mut impl Emit<u8>) {
        self.write("item");
        if item > 0 {
            out.emit(item);
        }
    }

    fn deadline(&self) -> Option<Timestamp> {
        self.deadline
    }

    fn on_time(&mut self, now: Timestamp, _out: &mut impl Emit<u8>) {
        self.write("time");
        self.deadline = self.every.map(|every| now + every);
    }

    fn on_end(&mut self, _now: Timestamp, out: &mut impl Emit<u8>) {
        self.deadline = None;
        self.every = None;
        self.write("end");
        out.emit(99);
    }
}

#[test]
fn start_comes_first_and_the_end_last() {
    let diary = Diary::default();
    let all: Vec<u8> = futures::executor::block_on(futures::stream::iter([1, 2]).operate(diary.clone()).collect());
    assert_eq!(all, [1, 2, 99]);
    assert_eq!(*diary.calls.borrow(), ["start", "item", "item", "end"]);
}

#[test]
fn an_input_without_items_ends_too() {
    let diary = Diary::default();
    let none = futures::stream::empty().operate(diary.clone());
    assert_eq!(futures::executor::block_on(none.collect::<Vec<u8>>()), [99]);
    assert_eq!(*diary.calls.borrow(), ["start", "end"]);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_is_due_comes_before_the_next_item() {
    let diary = Diary::every(MS);
    let mut stream = futures::stream::repeat(1).operate(diary.clone());
    let wakes = Wakes::new();
    assert!(wakes.poll(&mut stream).is_ready());
    tokio::time::advance(MS).await;
    assert!(wakes.poll(&mut stream).is_ready());
    assert_eq!(*diary.calls.borrow(), ["start", "item", "time", "item"]);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_was_missed_often_is_served_once() {
    let diary = Diary::every(MS);
    let mut stream = futures::stream::repeat(1).operate(diary.clone());
    tokio::time::advance(1000 * MS).await;
    assert!(Wakes::new().poll(&mut stream).is_ready());
    assert_eq!(*diary.calls.borrow(), ["start", "time", "item"]);
}

#[tokio::test(start_paused = true)]
async fn what_was_emitted_is_handed_out_before_more_is_pulled() {
    let input = Script::new([3, 1]);
    let ledger = input.ledger();
    let mut stream = input.operate(Repeat);
    for given in [1, 1, 1, 2] {
        stream.next().await.unwrap();
        assert_eq!(ledger.given(), given);
    }
}

#[tokio::test(start_paused = true)]
async fn a_poll_is_bounded_and_wakes_itself_once() {
    let input = Script::new([0]).endless();
    let ledger = input.ledger();
    let mut stream = input.operate(Diary::every(1000 * MS));
    let wakes = Wakes::new();
    assert_eq!(wakes.poll(&mut stream), Poll::Pending);
    assert!((1..=5000).contains(&ledger.given()), "{} items in one poll", ledger.given());
    assert_eq!(wakes.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn other_tasks_run_beside_an_input_that_is_always_ready() {
    let endless = futures::stream::repeat(0).operate(Diary::default()).for_each(|_| async {});
    let other = async {
        tokio::task::yield_now().await;
        "ran"
    };
    tokio::select! {
        biased;
        () = endless => unreachable!("it never ends"),
        ran = other => assert_eq!(ran, "ran"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_pending_input_without_a_deadline_wakes_nothing() {
    let input = Script::new([1]).pausing();
    let ledger = input.ledger();
    let mut stream = input.operate(Diary::default());
    let (first, second) = (Wakes::new(), Wakes::new());
    assert!(first.poll(&mut stream).is_pending());
    assert!(second.poll(&mut stream).is_pending());
    tokio::time::advance(1000 * MS).await;
    assert_eq!((first.count(), second.count()), (0, 0));
    ledger.release();
    assert_eq!((first.count(), second.count()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn one_timer_at_most_and_for_the_latest_waker() {
    let mut stream = Script::new([1]).pausing().operate(Diary::every(5 * MS));
    let polls: Vec<Wakes> = (0..4).map(|_| Wakes::new()).collect();
    assert!(polls.iter().all(|wakes| wakes.poll(&mut stream).is_pending()));
    tokio::time::advance(5 * MS).await;
    assert_eq!(polls.iter().map(Wakes::count).collect::<Vec<_>>(), [0, 0, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_is_moved_or_gone_wakes_nothing() {
    let input = Script::new([1, 2]).pausing();
    let ledger = input.ledger();
    let mut pairs = input.operate(Partition::new(size(2)).timeout(5 * MS));
    let wakes = Wakes::new();
    assert!(wakes.poll(&mut pairs).is_pending());
    ledger.release();
    assert!(wakes.poll(&mut pairs).is_pending()); // holds one, and has a deadline
    ledger.release();
    assert_eq!(wakes.poll(&mut pairs), Poll::Ready(Some(vec![1, 2])));
    let wakes = Wakes::new();
    assert!(wakes.poll(&mut pairs).is_pending());
    tokio::time::advance(5 * MS).await;
    tokio::time::advance(MS).await;
    assert!(wakes.count() <= 1, "a timer that was set may fire once");
    assert!(wakes.poll(&mut pairs).is_pending());
    let wakes = Wakes::new();
    assert!(wakes.poll(&mut pairs).is_pending());
    tokio::time::advance(100 * MS).await;
    assert_eq!(wakes.count(), 0);
}

#[test]
fn an_input_is_dropped_as_it_ends_and_not_polled_again() {
    let input = Script::new([2]);
    let ledger = input.ledger();
    let mut stream = input.operate(Diary::default());
    let wakes = Wakes::new();
    assert_eq!(wakes.poll(&mut stream), Poll::Ready(Some(2)));
    assert_eq!(ledger.alive(), 1);
    assert_eq!(wakes.poll(&mut stream), Poll::Ready(Some(99)));
    assert_eq!(ledger.alive(), 0);
    assert!(!stream.is_terminated());
    assert_eq!(wakes.poll(&mut stream), Poll::Ready(None));
    assert!(stream.is_terminated());
    assert_eq!(wakes.poll(&mut stream), Poll::Ready(None));
    assert_eq!((ledger.polls(), ledger.polled_after_end()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_the_operator_ends_the_stream() {
    for (call, before) in [("item", 0), ("time", 0), ("end", 2)] {
        let input = Script::new([1, 2]);
        let ledger = input.ledger();
        let mut stream = input.operate(Diary::panics_in(call));
        if call == "time" {
            tokio::time::advance(MS).await;
        }
        let wakes = Wakes::new();
        for _ in 0..before {
            assert!(wakes.poll(&mut stream).is_ready());
        }
        catch_unwind(AssertUnwindSafe(|| wakes.poll(&mut stream))).expect_err("the panic goes on to the caller");
        assert!(stream.is_terminated(), "{call}");
        assert_eq!(futures::Stream::size_hint(&stream), (0, Some(0)));
        assert_eq!(wakes.poll(&mut stream), Poll::Ready(None));
        assert_eq!((ledger.alive(), wakes.count()), (0, 0));
    }
}

#[test]
fn a_panic_of_the_input_ends_the_stream() {
    let input = Script::new([1, 2]).panics_at(1);
    let ledger = input.ledger();
    let mut stream = input.operate(Diary::default());
    let wakes = Wakes::new();
    assert!(wakes.poll(&mut stream).is_ready());
    catch_unwind(AssertUnwindSafe(|| wakes.poll(&mut stream))).expect_err("the panic goes on to the caller");
    assert_eq!(wakes.poll(&mut stream), Poll::Ready(None));
    assert_eq!((ledger.alive(), ledger.polled_after_end()), (0, 0));
}

#[test]
fn a_stream_that_is_dropped_drops_its_items() {
    let item = Rc::new(());
    let input = Script::new(vec![item.clone(); 5]);
    let mut batches = input.partition(size(2)).operate(Partition::new(size(2)));
    assert!(Wakes::new().poll(&mut batches).is_ready());
    drop(batches);
    assert_eq!(Rc::strong_count(&item), 1);
}

#[test]
fn deadlines_are_served_after_the_end_until_there_is_none() {
    assert_marbles(|| marbles("ab-c|").operate(Shift::by(3 * MS)), marbles("---ab-(c|)"));
}

#[test]
fn an_operator_that_wants_no_item_holds_up_its_input() {
    let input = || marbles("(abc|)").operate(Shift::by(2 * MS).one_at_a_time());
    assert_marbles(input, marbles("--a-b-(c|)"));
}

#[tokio::test(start_paused = true)]
async fn an_input_that_is_held_up_is_not_polled() {
    let input = Script::new([1, 2, 3]);
    let ledger = input.ledger();
    let mut stream = input.operate(Shift::by(MS).one_at_a_time());
    let wakes = Wakes::new();
    for _ in 0..3 {
        assert!(wakes.poll(&mut stream).is_pending());
    }
    assert_eq!((ledger.polls(), wakes.count()), (1, 0));
}

#[test]
fn an_operator_that_finishes_early_drops_its_input() {
    let input = Script::new(0..10);
    let ledger = input.ledger();
    let mut stream = input.operate(First(2));
    let wakes = Wakes::new();
    assert_eq!(wakes.poll(&mut stream), Poll::Ready(Some(0)));
    assert_eq!(wakes.poll(&mut stream), Poll::Ready(Some(1)));
    assert_eq!(wakes.poll(&mut stream), Poll::Ready(None));
    assert_eq!((ledger.alive(), ledger.polls()), (0, 2));
}

#[test]
fn a_first_operator_that_finishes_early_flushes_the_second() {
    let windows = || marbles("abcd--|").operate(First(3).then(TimedWindow::with(10 * MS, Count))).map(|w| w.value);
    assert_marbles(windows, marbles("--(3|)").values([('3', 3)]));
    let batches = || marbles("abcd--|").operate(First(3).then(Partition::with(size(2), Count)));
    assert_marbles(batches, marbles("-2(1|)").values([('2', 2), ('1', 1)]));
}

#[test]
fn a_second_operator_that_finishes_early_ends_the_first() {
    let input = Script::new(0..10);
    let ledger = input.ledger();
    let stream = input.operate(Map::new(|x: i32| x * 2).then(First(2)));
    assert_eq!(futures::executor::block_on(stream.collect::<Vec<i32>>()), [0, 2]);
    assert_eq!((ledger.given(), ledger.alive()), (2, 0));
}

#[test]
fn an_operator_that_has_finished_gets_nothing_more() {
    // All at once, and by the flush at the end of the first.
    let all_at_once = futures::stream::iter([5, 5]).operate(Repeat.then(First(2)));
    assert_eq!(futures::executor::block_on(all_at_once.collect::<Vec<usize>>()), [5, 5]);
    let with_a_rest = futures::stream::iter(1..=5).operate(Partition::new(size(2)).then(First(1)));
    assert_eq!(futures::executor::block_on(with_a_rest.collect::<Vec<_>>()), [[1, 2]]);
}

#[test]
fn the_end_reaches_the_second_when_the_first_has_drained() {
    let drained = || marbles("abc|").operate(Shift::by(4 * MS).then(Partition::with(size(2), Count)));
    assert_marbles(drained, marbles("-----2(1|)").values([('2', 2), ('1', 1)]));
    let twice = || marbles("abc|").operate(Shift::by(2 * MS).then(Shift::by(3 * MS)));
    assert_marbles(twice, marbles("-----ab(c|)"));
}

#[test]
fn the_first_waits_until_the_second_takes_its_outputs() {
    let gated = || marbles("ab-----c|").operate(Shift::by(3 * MS).then(Shift::by(4 * MS).one_at_a_time()));
    // b is due at 4 and taken at 7, when a has left; c is taken from the input at 11, when b has.
    assert_marbles(gated, marbles("-------a---b------(c|)"));
}

#[test]
fn several_outputs_at_once_reach_the_second_together() {
    let burst = || marbles("b|").values([('b', 3)]).operate(Repeat.then(Shift::by(2 * MS).one_at_a_time()));
    assert_marbles(burst, marbles("--(bbb|)").values([('b', 3)]));
}

#[test]
fn the_nearest_deadline_of_a_chain_counts() {
    let at = Timestamp::from_millis;
    let mut hand = ByHand::new(Shift::by(5 * MS).then(TimedWindow::with(7 * MS, Count)));
    hand.start(at(0));
    hand.item(at(1), 'a');
    assert_eq!(hand.deadline(), Some(at(6)));
    assert!(hand.time(at(6)).is_empty());
    hand.item(at(6), 'b');
    assert_eq!(hand.deadline(), Some(at(7)));
    assert_eq!(hand.time(at(7)).len(), 1);
    assert_eq!(hand.deadline(), Some(at(11)));
    assert!(hand.end(at(8)).is_empty());
    assert_eq!(hand.drain().len(), 1);
}

#[test]
fn an_untimed_operator_needs_no_runtime_and_no_clock() {
    let chain = Map::new(|x: i32| x + 1).then(Filter::new(|x: &i32| x % 2 == 0)).then(Partition::new(size(2)));
    let stream = futures::stream::iter(0..10).operate(chain);
    assert_eq!(futures::executor::block_on(stream.collect::<Vec<_>>()), [vec![2, 4], vec![6, 8], vec![10]]);
}

/// Operators of one type, so that lists of them can be made up.
#[derive(Clone, Debug)]
enum Stage {
    Add(i64),
    Keep(i64),
    SumsOf(usize),
}

fn stages() -> impl Strategy<Value = Vec<Stage>> {
    let stage = prop_oneof![
        (-3..3i64).prop_map(Stage::Add),
        (1..4i64).prop_map(Stage::Keep),
        (1..5usize).prop_map(Stage::SumsOf),
        Just(Stage::Keep(1)),
    ];
    proptest::collection::vec(stage, 3)
}

type Change = Box<dyn FnMut(i64) -> i64>;
type Predicate = Box<dyn FnMut(&i64) -> bool>;

/// One of the three, as one operator.
struct Any {
    add: Map<Change>,
    keep: Filter<Predicate>,
    sums: Option<Partition<i64>>,
}

impl Any {
    fn new(stage: &Stage) -> Self {
        let (add, keep, n) = match *stage {
            Stage::Add(add) => (add, 1, None),
            Stage::Keep(keep) => (0, keep, None),
            Stage::SumsOf(n) => (0, 1, Some(n)),
        };
        Self {
            add: Map::new(Box::new(move |x| x + add) as Change),
            keep: Filter::new::<i64>(Box::new(move |x: &i64| x % keep == 0) as Predicate),
            sums: n.map(|n| Partition::new(size(n))),
        }
    }
}

impl Operator<i64> for Any {
    type Out = i64;

    fn on_item(&mut self, item: i64, now: Timestamp, out: &mut impl Emit<i64>) {
        let Self { add, keep, sums } = self;
        add.on_item(item, now, &mut |item| {
            keep.on_item(item, now, &mut |item| match sums {
                Some(sums) => sums.on_item(item, now, &mut |batch: Vec<i64>| out.emit(batch.iter().sum())),
                None => out.emit(item),
            });
        });
    }

    fn on_end(&mut self, now: Timestamp, out: &mut impl Emit<i64>) {
        if let Some(sums) = &mut self.sums {
            sums.on_end(now, &mut |batch: Vec<i64>| out.emit(batch.iter().sum()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_fused_chain_gives_what_its_operators_give_one_by_one(stages in stages(), items: Vec<i16>) {
        let input = || futures::stream::iter(items.clone()).map(i64::from);
        let [a, b, c] = [0, 1, 2].map(|place: usize| Any::new(&stages[place]));
        let one_by_one = input().operate(a).operate(b).operate(c);
        let [a, b, c] = [0, 1, 2].map(|place: usize| Any::new(&stages[place]));
        let fused = input().operate(a.then(b).then(c));
        let [a, b, c] = [0, 1, 2].map(|place: usize| Any::new(&stages[place]));
        let fused_from_the_right = input().operate(a.then(b.then(c)));
        let expected: Vec<i64> = futures::executor::block_on(one_by_one.collect());
        prop_assert_eq!(&expected, &futures::executor::block_on(fused.collect::<Vec<i64>>()));
        prop_assert_eq!(&expected, &futures::executor::block_on(fused_from_the_right.collect::<Vec<i64>>()));
        prop_assert_eq!(expected, by_plain_loops(&stages, &items));
    }
}

/// The same without operators.
fn by_plain_loops(stages: &[Stage], items: &[i16]) -> Vec<i64> {
    let mut items: Vec<i64> = items.iter().copied().map(i64::from).collect();
    for stage in stages {
        items = match *stage {
            Stage::Add(add) => items.iter().map(|x| x + add).collect(),
            Stage::Keep(keep) => items.into_iter().filter(|x| x % keep == 0).collect(),
            Stage::SumsOf(n) => items.chunks(n).map(|chunk| chunk.iter().sum()).collect(),
        };
    }
    items
}
