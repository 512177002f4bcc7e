//! Streams with several inputs or outputs, on inputs of any length that pause at any place and wake in any order.
//!
//! A task is polled only when it has been woken, so a lost wake shows.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures::Stream;
use metrix_core::prelude::*;
use proptest::collection::vec;
use proptest::prelude::*;

type Item = (usize, usize);

/// The pauses before each item, and before the end.
type Pauses = Vec<u8>;

/// Gives its number and 0, 1, 2 and so on. It must not be polled after its end.
struct Input {
    number: usize,
    given: usize,
    pauses: VecDeque<u8>,
    asleep: Rc<RefCell<Asleep>>,
}

/// Who waits for which input.
type Asleep = Vec<(usize, Waker)>;

impl Stream for Input {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Item>> {
        let number = self.number;
        let pause = self.pauses.front_mut().expect("not polled after its end");
        if *pause > 0 {
            *pause -= 1;
            let mut asleep = self.asleep.borrow_mut();
            asleep.retain(|(other, _)| *other != number);
            asleep.push((number, cx.waker().clone()));
            return Poll::Pending;
        }
        self.pauses.pop_front();
        if self.pauses.is_empty() {
            return Poll::Ready(None);
        }
        self.given += 1;
        Poll::Ready(Some((number, self.given - 1)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let items = self.pauses.len().saturating_sub(1);
        (items, Some(items))
    }
}

/// The bounds that a stream gives.
type Hint = (usize, Option<usize>);

struct Task {
    is_woken: AtomicBool,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Ordering::Relaxed);
    }
}

/// Makes inputs with these pauses.
fn inputs(pauses: &[Pauses]) -> (Vec<Input>, Rc<RefCell<Asleep>>) {
    let asleep = Rc::<RefCell<Asleep>>::default();
    let input = |(number, pauses): (usize, &Pauses)| Input {
        number,
        given: 0,
        pauses: pauses.iter().copied().collect(),
        asleep: Rc::clone(&asleep),
    };
    (pauses.iter().enumerate().map(input).collect(), asleep)
}

/// Runs each stream as a task of its own, and wakes the inputs in the order that `seed` gives. Checks the bounds of
/// every stream at every item.
fn run<S: Stream + Unpin>(streams: &mut [S], asleep: &RefCell<Asleep>, mut seed: usize) -> Vec<Vec<S::Item>> {
    let tasks: Vec<_> = streams.iter().map(|_| Arc::new(Task { is_woken: AtomicBool::new(true) })).collect();
    let mut outputs: Vec<_> = streams.iter().map(|_| (Vec::new(), Vec::new())).collect();
    let mut running: Vec<usize> = (0..streams.len()).collect();
    while !running.is_empty() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let random = seed >> 33;
        let woken: Vec<usize> =
            running.iter().copied().filter(|&i| tasks[i].is_woken.load(Ordering::Relaxed)).collect();
        if woken.is_empty() {
            let mut asleep = asleep.borrow_mut();
            assert!(!asleep.is_empty(), "nobody is woken, and no input will wake anybody");
            let awake = random % asleep.len();
            asleep.swap_remove(awake).1.wake();
            continue;
        }
        let i = woken[random % woken.len()];
        tasks[i].is_woken.store(false, Ordering::Relaxed);
        let waker = Waker::from(Arc::clone(&tasks[i]));
        let hint = streams[i].size_hint();
        match Pin::new(&mut streams[i]).poll_next(&mut Context::from_waker(&waker)) {
            Poll::Pending => {}
            Poll::Ready(None) => running.retain(|&other| other != i),
            Poll::Ready(Some(item)) => {
                tasks[i].is_woken.store(true, Ordering::Relaxed);
                let (items, hints) = &mut outputs[i];
                hints.push((items.len(), hint));
                items.push(item);
            }
        }
    }
    let checked = |(items, hints): (Vec<S::Item>, Vec<(usize, Hint)>)| {
        for (before, (least, most)) in hints {
            let left = items.len() - before;
            assert!(least <= left && most.is_none_or(|most| left <= most), "{left} came, not {least} to {most:?}");
        }
        items
    };
    outputs.into_iter().map(checked).collect()
}

fn run_one<S: Stream + Unpin>(stream: &mut S, asleep: &RefCell<Asleep>, seed: usize) -> Vec<S::Item> {
    run(std::slice::from_mut(stream), asleep, seed).pop().expect("one stream")
}

fn pauses() -> impl Strategy<Value = Vec<Pauses>> {
    vec(vec(prop_oneof![3 => Just(0), 1 => 1..3_u8], 1..8), 1..5)
}

/// How many items there are of each input.
fn counts(pauses: &[Pauses]) -> impl Iterator<Item = usize> + '_ {
    pauses.iter().map(|pauses| pauses.len() - 1)
}

fn rises(items: impl Iterator<Item = Item>) -> bool {
    items.map(|(_, n)| n).is_sorted()
}

proptest! {
    #[test]
    fn a_union_has_all_items_and_keeps_the_order_of_each_input(pauses in pauses(), seed: usize) {
        let (inputs, asleep) = inputs(&pauses);
        let all = run_one(&mut union(inputs), &asleep, seed);
        for (i, count) in counts(&pauses).enumerate() {
            let of_input: Vec<usize> = all.iter().filter(|item| item.0 == i).map(|item| item.1).collect();
            prop_assert_eq!(of_input, (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_zip_has_all_that_have_partners(pauses in pauses(), seed: usize) {
        let (inputs, asleep) = inputs(&pauses);
        let mut zipped = zip(inputs);
        let rows = run_one(&mut zipped, &asleep, seed);
        let expected = |n| (0..pauses.len()).map(|i| (i, n)).collect::<Vec<_>>();
        let shortest = counts(&pauses).min().unwrap_or(0);
        prop_assert_eq!(rows, (0..shortest).map(expected).collect::<Vec<_>>());
        prop_assert!(zipped.unpaired() < pauses.len());
    }

    #[test]
    fn the_latest_come_to_the_last_of_each_input(pauses in pauses(), chosen: prop::sample::Index, seed: usize) {
        let emits = chosen.index(pauses.len() + 1);
        let (inputs, asleep) = inputs(&pauses);
        let latest = combine_latest(inputs);
        // All of them, or one.
        let mut latest = if emits < pauses.len() { latest.emit_on([emits]) } else { latest };
        let rows = run_one(&mut latest, &asleep, seed);
        for i in 0..pauses.len() {
            prop_assert!(rises(rows.iter().map(|row| row[i])));
        }
        if emits < pauses.len() {
            prop_assert!(rows.windows(2).all(|rows| rows[0][emits].1 + 1 == rows[1][emits].1));
        } else if counts(&pauses).all(|count| count > 0) {
            let expected: Vec<Item> = counts(&pauses).map(|count| count - 1).enumerate().collect();
            prop_assert_eq!(rows.last(), Some(&expected));
        } else {
            prop_assert!(rows.is_empty());
        }
    }

    #[test]
    fn zip_latest_has_every_item_of_the_first(pauses in pauses(), bound in 1..4_usize, seed: usize) {
        let (inputs, asleep) = inputs(&pauses);
        let rows = run_one(&mut zip_latest(inputs, size(bound)), &asleep, seed);
        let all_give = counts(&pauses).skip(1).all(|count| count > 0);
        let count = if all_give { pauses[0].len() - 1 } else { 0 };
        prop_assert_eq!(rows.iter().map(|row| row[0].1).collect::<Vec<_>>(), (0..count).collect::<Vec<_>>());
        for i in 0..pauses.len() {
            prop_assert!(rises(rows.iter().map(|row| row[i])));
        }
    }

    #[test]
    fn every_output_of_a_share_has_every_item(
        pauses in vec(0..3_u8, 1..10),
        outputs in 1..4_usize,
        slow in prop_oneof![
            Just(Slow::Lockstep),
            (1..4_usize).prop_map(|n| Slow::Bounded(size(n))),
            (1..4_usize).prop_map(|n| Slow::DropOldest(size(n))),
        ],
        seed: usize,
    ) {
        let count = pauses.len() - 1;
        let (inputs, asleep) = inputs(&[pauses]);
        let first = inputs.into_iter().next().expect("one input").share(slow);
        let mut shared: Vec<_> = (1..outputs).map(|_| first.subscribe()).collect();
        shared.push(first);
        for (items, output) in run(&mut shared, &asleep, seed).into_iter().zip(&shared) {
            prop_assert_eq!(items.len() + output.dropped() as usize, count);
            prop_assert!(items.is_sorted_by(|a, b| a.1 < b.1));
            if let Slow::Lockstep | Slow::Bounded(_) = slow {
                prop_assert_eq!(output.dropped(), 0);
            }
        }
    }
}
