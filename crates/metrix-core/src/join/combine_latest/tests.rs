use futures::channel::mpsc;
use futures::stream::{iter, pending, repeat};
use futures::{FutureExt, Stream};

use super::combine_latest;
use crate::prelude::*;

#[test]
fn keeps_only_the_latest_until_all_are_there() {
    let (send, items) = mpsc::unbounded();
    let mut latest = iter([1, 2, 3]).combine_latest(items);
    assert_eq!(latest.size_hint(), (0, None));
    assert_eq!(latest.next().now_or_never(), None);
    send.unbounded_send('a').unwrap();
    send.unbounded_send('b').unwrap();
    drop(send);
    assert_eq!(latest.next().now_or_never(), Some(Some((3, 'a'))));
    assert_eq!(latest.next().now_or_never(), Some(Some((3, 'b'))));
    assert_eq!(latest.next().now_or_never(), Some(None));
}

#[test]
fn ends_when_nothing_more_can_come_out() {
    let mut never_complete = pending::<i32>().combine_latest(iter([0; 0]));
    assert_eq!(never_complete.next().now_or_never(), Some(None));

    let mut only_first_emits = iter([1]).combine_latest(repeat(2)).emit_on([0]);
    assert_eq!(only_first_emits.next().now_or_never(), Some(None)); // the 1 came before there was a 2
}

#[test]
fn endless_inputs_starve_nobody() {
    let mut latest = combine_latest((repeat(0), iter([1, 2]), repeat(3))).emit_on([1]);
    let mut seen = Vec::new();
    while let Some(item) = futures::executor::block_on(latest.next()) {
        seen.push(item);
    }
    assert_eq!(seen, [(0, 2, 3)]);
}

#[test]
fn bounds_hold_whatever_the_order() {
    let latest = iter([1, 2, 3]).combine_latest(iter([1, 2]));
    assert_eq!(latest.size_hint(), (2, Some(5)));
    assert_eq!(repeat(1).combine_latest(repeat(1)).size_hint(), (usize::MAX, None));
    assert_eq!(repeat(1).combine_latest(repeat(1)).emit_on([0]).size_hint(), (0, None));
}

#[test]
#[should_panic(expected = "can't emit on input 2: it has 2, counted from 0")]
fn refuses_an_input_that_there_is_not() {
    drop(iter([1]).combine_latest(iter([1])).emit_on([0, 2]));
}
