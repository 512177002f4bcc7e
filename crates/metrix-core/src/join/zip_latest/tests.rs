use futures::channel::mpsc;
use futures::stream::{iter, pending, repeat};
use futures::{FutureExt, Stream};

use super::zip_latest;
use crate::prelude::*;

#[test]
fn those_that_queue_get_what_completes_them() {
    let (a, a_items) = mpsc::unbounded();
    let (b, b_items) = mpsc::unbounded();
    let mut pairs = a_items.zip_latest(b_items, size(10));
    a.unbounded_send(1).unwrap();
    a.unbounded_send(2).unwrap();
    assert_eq!(pairs.next().now_or_never(), None);
    b.unbounded_send('a').unwrap();
    assert_eq!(pairs.next().now_or_never(), Some(Some((1, 'a'))));
    b.unbounded_send('b').unwrap();
    assert_eq!(pairs.next().now_or_never(), Some(Some((2, 'a'))));
    assert_eq!(pairs.next().now_or_never(), None);
    b.unbounded_send('c').unwrap();
    a.unbounded_send(3).unwrap();
    drop(b);
    assert_eq!(pairs.next().now_or_never(), Some(Some((3, 'c'))));
    drop(a);
    assert_eq!(pairs.next().now_or_never(), Some(None));
}

#[test]
fn the_bound_holds_up_the_first_input() {
    let (a, a_items) = mpsc::unbounded();
    let mut pairs = a_items.zip_latest(pending::<()>(), size(2));
    for i in 0..5 {
        a.unbounded_send(i).unwrap();
    }
    assert_eq!(pairs.next().now_or_never(), None);
    assert_eq!(pairs.next().now_or_never(), None);
    assert_eq!(a.len(), 3);
}

#[test]
fn counts_what_was_never_complete() {
    let mut rows = zip_latest((iter([1, 2, 3]), repeat(0), pending::<i32>().union(iter([]))), size(5));
    assert_eq!(rows.next().now_or_never(), None);
    assert_eq!(rows.size_hint(), (0, Some(3)));

    let (send, items) = mpsc::unbounded::<i32>();
    let mut rows = zip_latest((iter([1, 2, 3]), items), size(5));
    assert_eq!(rows.next().now_or_never(), None);
    drop(send);
    assert_eq!(rows.next().now_or_never(), Some(None));
    assert_eq!(rows.unpaired(), 3);
}

#[test]
fn endless_inputs_starve_nobody() {
    let mut rows = zip_latest((iter([1, 2]), repeat(0), repeat('a')), size(5));
    assert_eq!(rows.size_hint(), (2, Some(2)));
    assert_eq!(rows.next().now_or_never(), Some(Some((1, 0, 'a'))));
    assert_eq!(rows.next().now_or_never(), Some(Some((2, 0, 'a'))));
    assert_eq!(rows.next().now_or_never(), Some(None));
    assert_eq!(repeat(1).zip_latest(repeat(2), size(usize::MAX)).size_hint(), (usize::MAX, None));
    let mut endless = repeat(1).zip_latest(pending::<()>(), size(usize::MAX));
    assert_eq!(endless.next().now_or_never(), None);
}
