//! What holds for every stream with several inputs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures::stream::{FusedStream, iter};
use futures::{FutureExt, Stream};

use super::{combine_latest, union, zip, zip_latest};
use crate::prelude::*;

/// What an input does when it is polled.
#[derive(Clone, Copy)]
enum Does {
    Give(i32),
    Wait,
    Panic,
}

/// An input by a script. It ends after it, and must not be polled then.
struct Scripted {
    script: std::slice::Iter<'static, Does>,
    ended: bool,
    /// Dropped with the input.
    _alive: Rc<()>,
}

impl Stream for Scripted {
    type Item = i32;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<i32>> {
        assert!(!self.ended, "polled after its end");
        match self.script.next() {
            Some(Does::Give(item)) => Poll::Ready(Some(*item)),
            Some(Does::Wait) => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Some(Does::Panic) => panic!("as the script says"),
            None => {
                self.ended = true;
                Poll::Ready(None)
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let items = self.script.as_slice().iter().filter(|does| matches!(does, Does::Give(_))).count();
        (items, Some(items))
    }
}

fn scripted(script: &'static [Does]) -> (Scripted, Rc<()>) {
    let alive = Rc::new(());
    (Scripted { script: script.iter(), ended: false, _alive: Rc::clone(&alive) }, alive)
}

type Boxed = Box<dyn FusedStream<Item = Vec<i32>> + Unpin>;

/// Every combinator, of a tuple and of a `Vec`.
fn all(make: &dyn Fn() -> (Scripted, Scripted)) -> Vec<(&'static str, Boxed)> {
    fn in_vec((a, b): (i32, i32)) -> Vec<i32> {
        vec![a, b]
    }
    fn vec_of((a, b): (Scripted, Scripted)) -> Vec<Scripted> {
        vec![a, b]
    }
    vec![
        ("zip of a tuple", Box::new(Box::pin(zip(make()).map(in_vec)))),
        ("zip of a Vec", Box::new(Box::pin(zip(vec_of(make()))))),
        ("union of a tuple", Box::new(Box::pin(union(make()).map(|x| vec![x])))),
        ("union of a Vec", Box::new(Box::pin(union(vec_of(make())).map(|x| vec![x])))),
        ("combine_latest of a tuple", Box::new(Box::pin(combine_latest(make()).map(in_vec)))),
        ("combine_latest of a Vec", Box::new(Box::pin(combine_latest(vec_of(make()))))),
        ("zip_latest of a tuple", Box::new(Box::pin(zip_latest(make(), size(2)).map(in_vec)))),
        ("zip_latest of a Vec", Box::new(Box::pin(zip_latest(vec_of(make()), size(2))))),
    ]
}

const A: &[Does] = &[Does::Wait, Does::Give(1), Does::Give(2), Does::Wait, Does::Wait, Does::Give(3), Does::Give(4)];
const B: &[Does] = &[Does::Give(10), Does::Wait, Does::Give(20), Does::Wait];

#[test]
fn wakes_are_passed_on_bounds_hold_and_the_end_stays() {
    for (name, mut stream) in all(&|| (scripted(A).0, scripted(B).0)) {
        let mut bounds = vec![stream.size_hint()];
        futures::executor::block_on(async {
            while stream.next().await.is_some() {
                bounds.push(stream.size_hint());
            }
        });
        let items = bounds.len() - 1;
        for (before, (least, most)) in bounds.into_iter().enumerate() {
            let left = items - before;
            assert!(least <= left && most.is_none_or(|most| left <= most), "{name}: {least} {left} {most:?}");
        }
        assert!(items > 0, "{name}");
        assert!(stream.is_terminated(), "{name}");
        assert_eq!(stream.size_hint(), (0, Some(0)), "{name}");
        assert_eq!(stream.next().now_or_never(), Some(None), "{name}");
    }
}

#[test]
fn an_input_is_dropped_when_it_ends_and_all_are_with_the_stream() {
    let (short, short_alive) = scripted(&[Does::Give(1)]);
    let (long, long_alive) = scripted(&[Does::Give(10), Does::Wait, Does::Give(20), Does::Wait, Does::Give(30)]);
    let mut latest = long.combine_latest(short);
    assert_eq!(latest.next().now_or_never(), Some(Some((10, 1))));
    assert_eq!(latest.next().now_or_never(), None);
    assert_eq!((Rc::strong_count(&long_alive), Rc::strong_count(&short_alive)), (2, 1));
    while latest.next().now_or_never() != Some(None) {}
    assert_eq!(Rc::strong_count(&long_alive), 1);

    let (long, long_alive) = scripted(&[Does::Wait; 9]);
    let mut zipped = iter([0; 0]).zip(long);
    assert_eq!(zipped.next().now_or_never(), Some(None));
    assert_eq!(Rc::strong_count(&long_alive), 1);
}

#[test]
fn a_panic_of_an_input_ends_the_stream() {
    for (name, mut stream) in all(&|| (scripted(&[Does::Panic]).0, scripted(B).0)) {
        let panicked = catch_unwind(AssertUnwindSafe(|| while stream.next().now_or_never() != Some(None) {}));
        assert!(panicked.is_err(), "{name}");
        assert_eq!(stream.next().now_or_never(), Some(None), "{name}");
        assert!(stream.is_terminated(), "{name}");
    }
}

#[test]
fn tuples_of_eight() {
    let one = || iter([1]);
    let inputs = || (one(), one(), one(), one(), one(), one(), one(), iter(['a']));
    let expected = (1, 1, 1, 1, 1, 1, 1, 'a');
    assert_eq!(zip(inputs()).next().now_or_never(), Some(Some(expected)));
    assert_eq!(combine_latest(inputs()).next().now_or_never(), Some(Some(expected)));
    assert_eq!(zip_latest(inputs(), size(1)).next().now_or_never(), Some(Some(expected)));
    let all = union((one(), one(), one(), one(), one(), one(), one(), one()));
    assert_eq!(all.collect::<Vec<i32>>().now_or_never(), Some(vec![1; 8]));
}

#[test]
fn can_be_sent_to_other_threads() {
    fn is_send<T: Send>(_: &T) {}
    fn is_sync<T: Sync>(_: &T) {}
    let inputs = || (iter([1]), iter([1]));
    is_send(&zip(inputs()));
    is_send(&union(inputs()));
    is_send(&combine_latest(inputs()));
    is_send(&zip_latest(inputs(), size(1)));
    let shared = iter([1]).share(Slow::Lockstep);
    is_send(&shared);
    is_sync(&shared);
    let (emitter, items) = source::<i32>(size(1));
    is_send(&emitter);
    is_sync(&emitter);
    is_send(&items.sink_to_vec());
}
