//! `timed_window`.

use std::time::Duration;

use metrix_core::ops::TimedWindow;

use super::{ByHand, NS, at};

/// Windows of 10 ns, started at 0.
fn tens() -> ByHand<TimedWindow<i64>> {
    ByHand::started_at(TimedWindow::new(10 * NS), 0)
}

#[test]
fn missed_ticks_give_each_window_once_with_its_own_bounds() {
    let mut windows = tens();
    windows.items([0, 9, 10, 31]);
    assert_eq!(windows.deadline(), Some(10));
    assert_eq!(windows.on_time(57), [(0, 10, vec![0, 9]), (10, 20, vec![10]), (30, 40, vec![31])]);
    assert_eq!(windows.deadline(), None);
    windows.items([58]);
    assert_eq!(windows.deadline(), Some(60));
    assert_eq!(windows.on_end(), [(50, 60, vec![58])]);
    assert_eq!(windows.on_end(), []);
}

#[test]
fn time_may_stand_still_or_go_back() {
    let mut windows = tens();
    windows.items([25, 25, 3, 14, 3, 25]);
    assert_eq!(windows.deadline(), Some(10));
    assert_eq!(windows.on_time(10), [(0, 10, vec![3, 3])]);
    assert_eq!(windows.on_time(4), []);
    assert_eq!(windows.deadline(), Some(20));
    assert_eq!(windows.on_time(30), [(10, 20, vec![14]), (20, 30, vec![25, 25, 25])]);
}

#[test]
fn a_late_item_goes_to_the_oldest_window_that_is_not_emitted() {
    let mut windows = tens();
    windows.items([5, 41]);
    assert_eq!(windows.on_time(23).len(), 1);
    assert!(windows.is_late(19, 23) && !windows.is_late(20, 23));
    windows.items([5, 19]);
    assert_eq!(windows.on_time(40), [(20, 30, vec![5, 19])]);
    assert_eq!(windows.on_end(), [(40, 50, vec![41])]);
}

#[test]
fn windows_are_aligned_to_any_offset() {
    let mut windows = ByHand::started_at(TimedWindow::new(10 * NS).aligned_to(at(-3)), 1);
    windows.items([-4, -3, 6, 7]);
    let all = [(-13, -3, vec![-4]), (-3, 7, vec![-3, 6]), (7, 17, vec![7])];
    assert_eq!(windows.on_time(17), all);
}

#[test]
fn the_ends_of_time_only_cut_windows_short() {
    let (first, last) = (i64::MIN, i64::MAX);
    let mut windows = tens();
    windows.items([last, last - 7, last - 8, last, first, first + 7, first + 8]);
    // 2^63 is 8 more than a multiple of 10.
    assert_eq!(
        windows.on_time(0),
        [(first, first + 8, vec![first, first + 7]), (first + 8, first + 18, vec![first + 8])]
    );
    assert_eq!(windows.deadline(), Some(last - 7));
    assert_eq!(windows.on_time(last), [(last - 17, last - 7, vec![last - 8])]);
    // What ends beyond time is only emitted at the end of the input, and so only once.
    assert_eq!(windows.deadline(), None);
    assert!(!windows.is_late(last, last));
    windows.items([last]);
    assert_eq!(windows.on_end(), [(last - 7, last, vec![last, last - 7, last, last])]);
}

#[test]
fn the_longest_interval_is_possible() {
    let mut windows = ByHand::started_at(TimedWindow::new(Duration::from_nanos(i64::MAX as u64)), 5);
    windows.items([4, 5, i64::MAX]);
    assert_eq!(windows.deadline(), Some(5));
    assert_eq!(windows.on_time(5), [(5 - i64::MAX, 5, vec![4])]);
    assert_eq!(windows.on_end(), [(5, i64::MAX, vec![5, i64::MAX])]);
}

#[test]
#[should_panic = "an interval of 0ns is not possible"]
fn an_interval_of_nothing_is_refused() {
    let _ = TimedWindow::<()>::new(Duration::ZERO);
}
