//! `hopping_window`.

use std::time::Duration;

use metrix_core::ops::HoppingWindow;
use metrix_core::{EventTime, Fold, Merge, prelude::*};
use proptest::prelude::*;

use super::{Bounds, ByHand, NS, at, bounds};

fn hopping(size: u32, hop: u32) -> ByHand<HoppingWindow<i64>> {
    ByHand::started_at(HoppingWindow::new(size * NS, hop * NS), 0)
}

#[test]
fn overlapping_windows_share_their_items() {
    let mut windows = hopping(10, 5);
    windows.items([0, 4, 5, 9, 12]);
    assert_eq!(windows.deadline(), Some(5));
    assert_eq!(windows.on_time(5), [(-5, 5, vec![0, 4])]);
    assert_eq!(windows.deadline(), Some(10));
    assert_eq!(windows.on_time(17), [(0, 10, vec![0, 4, 5, 9]), (5, 15, vec![5, 9, 12])]);
    assert_eq!(windows.deadline(), Some(20));
    assert_eq!(windows.on_end(), [(10, 20, vec![12])]);
    assert_eq!((windows.deadline(), windows.on_end()), (None, vec![]));
}

#[test]
fn windows_without_items_are_passed_over() {
    let mut windows = hopping(10, 3);
    windows.items([0, 100]);
    let starts: Vec<_> = windows.on_time(1_000_000).into_iter().map(|(start, ..)| start).collect();
    assert_eq!(starts, [-9, -6, -3, 0, 93, 96, 99]);
    assert_eq!(windows.deadline(), None);
}

#[test]
fn items_in_gaps_are_counted() {
    let mut windows = hopping(3, 10);
    windows.items([0, 2, 3, 9, 10, -1, -10]);
    assert_eq!(windows.0.in_gaps(), 3);
    assert_eq!(windows.on_time(5), [(-10, -7, vec![-10]), (0, 3, vec![0, 2])]);
    assert!(windows.is_late(2, 3) && !windows.is_late(2, 2) && !windows.is_late(4, 100));
    windows.items([4, 1]);
    assert_eq!(windows.0.in_gaps(), 4);
    assert_eq!(windows.on_end(), [(10, 13, vec![10, 1])]);
}

#[test]
fn an_item_is_late_when_its_last_window_is_over() {
    let mut windows = hopping(10, 4);
    windows.items([20]);
    // Windows that hold 5 end at 6, 10 and 14.
    assert!(!windows.is_late(5, 13) && windows.is_late(5, 14));
    assert_eq!(windows.on_time(11), []);
    windows.items([5, 13]);
    assert_eq!(windows.on_time(14), [(4, 14, vec![5, 13])]);
    windows.items([5]);
    assert_eq!(windows.on_time(18), [(8, 18, vec![5, 13])]);
}

#[test]
fn the_ends_of_time_only_cut_windows_short() {
    let (first, last) = (i64::MIN, i64::MAX);
    let mut windows = hopping(10, 5);
    windows.items([last, first, last, last - 3]);
    // 2^63 is 3 more than a multiple of 5.
    assert_eq!(windows.deadline(), Some(first + 3));
    assert_eq!(windows.on_time(0), [(first, first + 3, vec![first]), (first, first + 8, vec![first])]);
    assert_eq!(windows.deadline(), Some(last - 2));
    assert_eq!(windows.on_time(last), [(last - 12, last - 2, vec![last - 3])]);
    windows.items([last]);
    assert_eq!(windows.deadline(), None);
    let cut_short = [(last - 7, last, vec![last - 3, last, last, last]), (last - 2, last, vec![last, last, last])];
    assert_eq!(windows.on_end(), cut_short);
}

#[test]
fn each_item_is_folded_once() {
    /// Counts its steps in its states.
    #[derive(Clone)]
    struct Steps(std::rc::Rc<std::cell::Cell<u32>>);
    impl Fold<i64> for Steps {
        type State = u32;
        type Out = u32;
        fn init(&self) -> u32 {
            0
        }
        fn step(&self, state: &mut u32, _item: i64) {
            self.0.set(self.0.get() + 1);
            *state += 1;
        }
        fn finish(&self, state: u32) -> u32 {
            state
        }
    }
    impl Merge<i64> for Steps {
        fn merge(&self, into: &mut u32, later: u32) {
            *into += later;
        }
    }
    let steps = Steps(Default::default());
    let mut windows = ByHand::started_at(HoppingWindow::with(1000 * NS, NS, steps.clone()), 0);
    windows.items([1, 1, 1]);
    assert_eq!(windows.on_end().len(), 1000);
    assert_eq!(steps.0.get(), 3);
}

#[test]
#[should_panic = "a window of 10.001ms every 1µs is not possible: it must be at most 10000 times its hop"]
fn too_many_windows_at_once_are_refused() {
    let _ = HoppingWindow::<()>::new(Duration::from_micros(10_001), Duration::from_micros(1));
}

#[test]
#[should_panic = "an interval of 0ns is not possible"]
fn a_hop_of_nothing_is_refused() {
    let _ = HoppingWindow::<()>::new(NS, Duration::ZERO);
}

/// Every window that holds items, in the order of ends; the items in the order of time.
fn naive(items: &[i64], size: i64, hop: i64, origin: i64) -> Vec<Bounds<Vec<i64>>> {
    (-200..200)
        .map(|k| origin + k * hop)
        .map(|start| {
            (start, start + size, items.iter().copied().filter(|t| (start..start + size).contains(t)).collect())
        })
        .filter(|(.., items): &(i64, i64, Vec<i64>)| !items.is_empty())
        .collect()
}

proptest! {
    #[test]
    fn gives_what_copying_items_into_each_window_would(
        mut items in prop::collection::vec(-60..60_i64, 0..40),
        size in 1..30_i64,
        hop in 1..30_i64,
        origin in -10..10_i64,
    ) {
        let windows = || HoppingWindow::new(size as u32 * NS, hop as u32 * NS).aligned_to(at(origin));
        let event_time = EventTime::new(|time: &i64| at(*time)).lateness(120 * NS);
        let disordered = futures::stream::iter(items.clone()).operate_at(windows(), event_time);
        let mut disordered: Vec<_> = futures::executor::block_on(disordered.map(bounds).collect());
        disordered.iter_mut().for_each(|(.., items)| items.sort());

        items.sort();
        let event_time = EventTime::new(|time: &i64| at(*time));
        let sorted = futures::stream::iter(items.clone()).operate_at(windows(), event_time);
        let sorted: Vec<_> = futures::executor::block_on(sorted.map(bounds).collect());

        let naive = naive(&items, size, hop, origin);
        prop_assert_eq!(disordered, naive.clone());
        prop_assert_eq!(sorted, naive);
    }
}
