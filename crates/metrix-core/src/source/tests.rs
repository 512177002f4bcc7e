use std::pin::Pin;
use std::task::Poll;

use futures::executor::block_on;
use futures::{FutureExt, Stream};

use crate::prelude::*;
use crate::testing::Wakes;
use crate::{EmitError, source};

#[test]
fn emit_waits_for_room() {
    let (emitter, mut items) = source(size(1));
    assert_eq!(emitter.emit(1).now_or_never(), Some(Ok(())));
    let mut second = Box::pin(emitter.emit(2));
    assert_eq!(second.as_mut().now_or_never(), None);
    assert_eq!(items.next().now_or_never(), Some(Some(1)));
    assert_eq!(second.as_mut().now_or_never(), Some(Ok(())));
}

#[test]
fn gives_what_waits_before_it_ends() {
    let (emitter, mut items) = source(size(usize::MAX));
    assert_eq!(items.size_hint(), (0, None));
    emitter.clone().try_emit(1).unwrap();
    assert_eq!(items.size_hint(), (1, None));
    drop(emitter);
    assert_eq!(items.size_hint(), (1, Some(1)));
    assert_eq!(items.next().now_or_never(), Some(Some(1)));
    assert_eq!(items.next().now_or_never(), Some(None));
    assert_eq!(items.next().now_or_never(), Some(None));
}

#[test]
fn a_dropped_stream_gives_the_item_back() {
    let (emitter, items) = source(size(1));
    emitter.try_emit(1).unwrap();
    let mut waiting = Box::pin(emitter.emit(2));
    assert_eq!(waiting.as_mut().now_or_never(), None);
    assert_eq!(emitter.closed().now_or_never(), None);
    drop(items);
    assert_eq!(waiting.now_or_never(), Some(Err(EmitError::Closed(2))));
    assert!(emitter.is_closed());
    assert_eq!(emitter.closed().now_or_never(), Some(()));
    assert_eq!(emitter.try_emit(3).unwrap_err().into_item(), 3);
}

#[test]
fn what_waits_in_a_closed_stream_still_comes() {
    let (emitter, mut items) = source(size(2));
    emitter.try_emit(1).unwrap();
    emitter.try_emit(2).unwrap();
    let mut waiting = Box::pin(emitter.emit(3));
    assert_eq!(waiting.as_mut().now_or_never(), None);
    items.close();
    items.close();
    assert_eq!(waiting.now_or_never(), Some(Err(EmitError::Closed(3))));
    assert_eq!(emitter.try_emit(4), Err(EmitError::Closed(4)));
    assert_eq!(emitter.clone().emit_blocking(5), Err(EmitError::Closed(5)));
    assert!(emitter.is_closed());
    assert_eq!(emitter.closed().now_or_never(), Some(()));
    assert_eq!(items.size_hint(), (2, Some(2)));
    assert_eq!(items.collect::<Vec<_>>().now_or_never(), Some(vec![1, 2]));
}

#[test]
fn closing_ends_a_stream_that_waits() {
    let (emitter, mut items) = source::<i32>(size(1));
    assert_eq!(items.next().now_or_never(), None);
    items.close();
    assert_eq!(items.size_hint(), (0, Some(0)));
    assert_eq!(items.next().now_or_never(), Some(None));
    assert_eq!(items.next().now_or_never(), Some(None));
    drop(emitter);
}

type Emitted<'a> = Pin<Box<dyn Future<Output = Result<(), EmitError<i32>>> + 'a>>;

/// An emitter has been promised room, but was not polled since, when the stream is closed.
#[track_caller]
fn closed_with_a_promise(end: impl FnOnce(Emitted<'_>)) {
    let (emitter, mut items) = source(size(1));
    emitter.try_emit(1).unwrap();
    let mut promised: Emitted<'_> = Box::pin(emitter.emit(2));
    assert_eq!(promised.as_mut().now_or_never(), None);
    assert_eq!(items.next().now_or_never(), Some(Some(1)));
    items.close();
    let wakes = Wakes::new();
    assert_eq!(wakes.poll(&mut items), Poll::Pending);
    end(promised);
    assert_eq!(wakes.count(), 1);
    assert_eq!(wakes.poll(&mut items), Poll::Ready(None));
}

#[test]
fn a_closed_stream_ends_when_the_last_emitter_is_refused() {
    closed_with_a_promise(|promised| assert_eq!(promised.now_or_never(), Some(Err(EmitError::Closed(2)))));
}

#[test]
fn a_closed_stream_ends_when_the_last_emitter_is_dropped() {
    closed_with_a_promise(|promised| drop(promised));
}

#[test]
fn threads_wait_for_room_until_the_stream_is_closed() {
    let (emitter, mut items) = source(size(1));
    let thread = std::thread::spawn(move || (0..).find_map(|i| emitter.emit_blocking(i).err()));
    let mut taken: Vec<i32> = (0..100).filter_map(|_| block_on(items.next())).collect();
    items.close();
    taken.extend(block_on(items.collect::<Vec<_>>()));
    // All up to the one that came back.
    let refused = thread.join().unwrap().unwrap().into_item();
    assert_eq!(taken, (0..refused).collect::<Vec<_>>());
}

#[tokio::test]
#[should_panic = "Cannot block the current thread from within a runtime"]
async fn a_task_must_not_block() {
    let (emitter, _items) = source(size(1));
    let _ = emitter.emit_blocking(1);
}
