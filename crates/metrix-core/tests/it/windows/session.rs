//! `session_window`.

use std::time::Duration;

use metrix_core::ops::SessionWindow;
use metrix_core::{EventTime, prelude::*};
use proptest::prelude::*;

use super::{ByHand, NS, at, bounds};

/// Sessions that end 10 ns after their last item.
fn sessions() -> ByHand<SessionWindow<i64>> {
    ByHand::started_at(SessionWindow::new(10 * NS), 0)
}

#[test]
fn an_item_at_the_end_of_a_session_begins_the_next() {
    let mut sessions = sessions();
    sessions.items([0, 9, 9]);
    assert_eq!(sessions.deadline(), Some(19));
    sessions.items([18]);
    assert_eq!(sessions.deadline(), Some(28));
    assert_eq!(sessions.on_time(27), []);
    assert_eq!(sessions.on_time(28), [(0, 28, vec![0, 9, 9, 18])]);
    sessions.items([28]);
    assert_eq!(sessions.on_time(1000), [(28, 38, vec![28])]);
    assert_eq!((sessions.deadline(), sessions.on_end()), (None, vec![]));
}

#[test]
fn items_out_of_order_join_prolong_and_merge() {
    let mut sessions = sessions();
    sessions.items([50, 20, 70, 35]);
    sessions.items([25]); // joins 20 and reaches 35, but not within 10: 35 - 25 is all of the gap
    sessions.items([45]); // within 10 of 50, not of 35
    sessions.items([36]); // 36 merges 35 and 45..50
    assert_eq!(sessions.deadline(), Some(35));
    let all = [(20, 35, vec![20, 25]), (35, 60, vec![35, 36, 50, 45]), (70, 80, vec![70])];
    assert_eq!(sessions.on_end(), all);
}

#[test]
fn an_item_is_late_unless_its_own_or_another_session_is_open() {
    let mut sessions = sessions();
    sessions.items([0, 25]);
    assert_eq!(sessions.on_time(30).len(), 1);
    assert!(!sessions.is_late(21, 30)); // its own session would last until 31
    assert!(!sessions.is_late(16, 30)); // within 10 of 25
    assert!(sessions.is_late(15, 30));
    // Told nevertheless, it is not lost.
    sessions.items([15, 3]);
    assert_eq!(sessions.on_time(30), [(3, 13, vec![3]), (15, 25, vec![15])]);
    assert_eq!(sessions.on_time(40), [(25, 35, vec![25])]);
}

#[test]
fn the_ends_of_time_only_cut_sessions_short() {
    let (first, last) = (i64::MIN, i64::MAX);
    let mut sessions = sessions();
    sessions.items([last, last, first, last - 9, last - 19]);
    assert_eq!(sessions.on_time(last), [(first, first + 10, vec![first]), (last - 19, last - 9, vec![last - 19])]);
    assert_eq!(sessions.deadline(), None);
    assert!(!sessions.is_late(last - 10, last));
    sessions.items([last]);
    assert_eq!(sessions.on_end(), [(last - 9, last, vec![last, last, last - 9, last])]);
}

#[test]
#[should_panic = "an interval of 0ns is not possible"]
fn a_gap_of_nothing_is_refused() {
    let _ = SessionWindow::<()>::new(Duration::ZERO);
}

proptest! {
    #[test]
    fn the_order_of_items_does_not_matter(mut items in prop::collection::vec(-200..200_i64, 0..60), gap in 1..20_i64) {
        let event_time = EventTime::new(|time: &i64| at(*time)).lateness(400 * NS);
        let sessions = SessionWindow::new(gap as u32 * NS);
        let sessions = futures::stream::iter(items.clone()).operate_at(sessions, event_time);
        let mut sessions: Vec<_> = futures::executor::block_on(sessions.map(bounds).collect());
        sessions.iter_mut().for_each(|(.., items)| items.sort());

        items.sort();
        let naive: Vec<_> = items
            .chunk_by(|a, b| b - a < gap)
            .map(|session| (session[0], session[session.len() - 1] + gap, session.to_vec()))
            .collect();
        prop_assert_eq!(sessions, naive);
    }
}
