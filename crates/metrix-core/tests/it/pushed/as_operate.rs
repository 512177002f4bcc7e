//! Pushed operators stand what all streams must, and give what `operate` gives.

use std::fmt::Debug;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::{FutureExt, Stream};
use metrix_core::fold::Count;
use metrix_core::ops::{Delay, Flatten, Map, Partition, RateLimit, SessionWindow, Slice, TimedWindow};
use metrix_core::prelude::*;
use metrix_core::testing::{Script, stream_conformance};
use metrix_core::{ArrivalTime, EmitError};
use proptest::collection::vec;
use proptest::prelude::{prop_assert_eq, proptest};

use super::SECOND;

/// A pushed operator that is fed by a stream, so that the checks for streams can be run on it.
struct Fed<In, O: Operator<In>> {
    input: Option<(Script<In>, Pusher<In, O, ArrivalTime>)>,
    refused: Option<In>,
    outputs: Pushed<In, O, ArrivalTime>,
}

impl<In, O: Operator<In>> Fed<In, O> {
    fn new(input: Script<In>, operator: O) -> Self {
        let (pusher, outputs) = pushed(operator, size(2));
        Self { input: Some((input, pusher)), refused: None, outputs }
    }
}

impl<In: Clone + Unpin, O: Operator<In> + Unpin> Stream for Fed<In, O> {
    type Item = O::Out;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<O::Out>> {
        let Self { input, refused, outputs } = &mut *self;
        for _ in 0..100 {
            let polled = Pin::new(&mut *outputs).poll_next(cx);
            let Some((items, pusher)) = input else { return polled };
            if polled.is_ready() {
                return polled;
            }
            let item = match refused.take() {
                Some(item) => item,
                None => match Pin::new(&mut *items).poll_next(cx) {
                    Poll::Ready(Some(item)) => item,
                    Poll::Ready(None) => {
                        *input = None;
                        continue;
                    }
                    Poll::Pending => return Poll::Pending,
                },
            };
            match pusher.try_push(item) {
                Err(EmitError::Full(item)) => {
                    *refused = Some(item);
                    return Poll::Pending;
                }
                Err(EmitError::Closed(_)) => *input = None,
                Ok(()) if pusher.is_closed() => *input = None,
                pushed => assert!(pushed.is_ok()),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.outputs.size_hint()
    }
}

#[test]
fn conforms_whatever_the_operator() {
    stream_conformance(|input| Fed::new(input, Map::new(|x: i64| 2 * x)), 0..40);
    stream_conformance(|input| Fed::new(input, Partition::new(size(3))), 0..40_i64);
    stream_conformance(|input| Fed::new(input, Slice::new(3..20)), 0..40_i64);
    stream_conformance(|input| Fed::new(input, RateLimit::new(SECOND)), 0..40_i64);
    stream_conformance(|input| Fed::new(input, Delay::new(SECOND, size(4))), 0..40_i64);
    stream_conformance(|input| Fed::new(input, Flatten::new()), (0..40).map(|n: usize| vec![n; n % 4]));
}

/// Each output with the milliseconds after which it came.
async fn timed<S: Stream>(outputs: S) -> Vec<(u128, S::Item)> {
    let start = tokio::time::Instant::now();
    outputs.map(|output| (start.elapsed().as_millis(), output)).collect().await
}

/// What comes of items after so many milliseconds each must be what `operate` makes of them, at the same times.
#[track_caller]
fn same_as_operate<O>(operator: impl Fn() -> O, items: &[(u64, u32)])
where
    O: Operator<u32, Out: PartialEq + Debug>,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let (emitter, operated) = source(size(1000));
        let operated = operated.operate(operator());
        let (pusher, pushed) = pushed(operator(), size(1000));
        let feed = async move {
            for (gap, item) in items {
                tokio::time::sleep(Duration::from_millis(*gap)).await;
                emitter.try_emit(*item).unwrap();
                pusher.try_push(*item).unwrap();
            }
        };
        let ((), operated, pushed) = futures::join!(feed, timed(operated), timed(pushed));
        assert_eq!(pushed, operated);
    });
}

proptest! {
    #[test]
    fn gives_what_operate_gives_at_the_same_times(items in vec((0..12_u64, 0..9_u32), 0..60)) {
        let ms = Duration::from_millis;
        same_as_operate(|| TimedWindow::new(ms(7)), &items);
        same_as_operate(|| SessionWindow::new(ms(5)), &items);
        same_as_operate(|| Partition::new(size(3)).timeout(ms(8)), &items);
        same_as_operate(|| Delay::new(ms(6), size(1000)), &items);
        same_as_operate(|| Partition::with(size(2), Count).then(TimedWindow::new(ms(9))), &items);
    }

    #[test]
    fn gives_what_operate_at_gives(seconds in vec(0..90_i64, 0..60), lateness in 0..20_u64) {
        let windows = || TimedWindow::new(10 * SECOND);
        let event_time = || EventTime::new(|second: &i64| Timestamp::from_secs(*second)).lateness(lateness as u32 * SECOND);
        let (by_operate, by_push) = (event_time(), event_time());
        let late = [by_operate.late_counter(), by_push.late_counter()];
        let operated = futures::stream::iter(seconds.clone()).operate_at(windows(), by_operate).collect::<Vec<_>>();
        let (pusher, pushed) = pushed_at(windows(), by_push, size(1000));
        for second in seconds {
            pusher.try_push(second).unwrap();
        }
        drop(pusher);
        prop_assert_eq!(pushed.collect::<Vec<_>>().now_or_never(), operated.now_or_never());
        prop_assert_eq!(late[0].get(), late[1].get());
    }
}
