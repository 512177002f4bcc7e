//! [`pushed`]: the driver without an input stream, in which those who have the items step the operator themselves.

use std::fmt;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};

use super::alarm::Alarm;
use super::{ArrivalTime, BUDGET, TimeDomain, yield_now};
use crate::event_time::{EventTime, EventTimeDomain, Late};
use crate::{Operator, Timestamp};

mod elements;
mod emitted;
mod hub;
mod next;
mod pusher;
mod room;
mod step;
mod wakes;

use hub::Hub;
use next::Next;

pub use elements::Elements;
pub use pusher::Pusher;

/// Makes a stream of an operator, and the pusher that gives it items in arrival time: an item's time is the moment of the
/// push, by tokio's clock.
///
/// A push runs the operator then and there, in the thread that pushes, under one lock: no item is queued and no task is
/// woken until there is an output, or an earlier deadline to wait for. That is the way into windows and batches that many
/// small items go into and few outputs come out of. Where the operator's work is heavy or nearly every item has an output,
/// put a [`source`](crate::source()) before [`operate`](crate::OperateExt::operate) instead, which keeps the work out of
/// the threads that send.
///
/// Up to `bound` outputs wait for the stream to be polled; then [`push`](Pusher::push) waits and
/// [`try_push`](Pusher::try_push) refuses, as they do while the operator wants no input. In arrival time an item that
/// [brings no output](Operator::emits_on_item) is taken even so: it is folded into its window or batch, until that is
/// over. The stream serves the deadlines
/// that nobody's push comes for. When it is [closed](Pusher::close), when all clones of the pusher are dropped, or when the
/// operator has finished, the operator is told of the end, and the stream gives what still comes out and ends. When the
/// stream is dropped, the pushers are closed and what waits is dropped.
///
/// If the operator panics, the panic is that of the push or poll that called it; from then on the pushers are closed,
/// and the stream gives what had come out before and ends. The operator must not push to its own stream: it would wait
/// for its own lock.
///
/// In arrival time an operator that has a deadline needs the stream to be polled in a tokio runtime with its timer
/// enabled; pushes may come from any thread, but are in the time of a paused clock only if they come from its runtime.
///
/// Memory: the operator's own, `bound` outputs, and what one call of the operator emits beyond that.
///
/// ```
/// use metrix_core::{fold::Count, ops::Partition, prelude::*};
///
/// // Two threads count together, and every hundredth item makes an output.
/// let (pusher, hundreds) = pushed(Partition::with(size(100), Count), size(10));
/// let threads: Vec<_> = [130, 120]
///     .into_iter()
///     .map(|items| {
///         let pusher = pusher.clone();
///         std::thread::spawn(move || (0..items).try_for_each(|item| pusher.try_push(item)))
///     })
///     .collect();
/// for thread in threads {
///     thread.join().unwrap().unwrap();
/// }
/// drop(pusher);
/// assert_eq!(futures::executor::block_on(hundreds.collect::<Vec<u64>>()), [100, 100, 50]);
/// ```
///
/// A window closes on time, though nobody pushes any more:
///
/// ```
/// use metrix_core::{fold::Sum, ops::TimedWindow, prelude::*};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), metrix_core::EmitError<f64>> {
/// let (pusher, mut windows) = pushed(TimedWindow::with(Duration::from_secs(10), Sum), size(1));
/// pusher.try_push(1.5)?;
/// pusher.try_push(2.5)?;
/// assert_eq!(windows.next().await.map(|window| window.value), Some(4.0)); // ten seconds later
/// # Ok(())
/// # }
/// ```
pub fn pushed<In, O: Operator<In>>(
    operator: O,
    bound: NonZeroUsize,
) -> (Pusher<In, O, ArrivalTime>, Pushed<In, O, ArrivalTime>) {
    let arrival_time = ArrivalTime::new(operator.is_timed());
    in_domain(operator, arrival_time, bound)
}

/// Makes a stream of an operator, and the pusher that gives it items in event time: an item's time is the one that it
/// carries.
///
/// See [`pushed`] for what pushes and the stream do, and [`EventTime`] for lateness, the late output and idle inputs. An
/// item that moves time to a deadline makes the output in its own push. The function that reads times and the one
/// that takes late items run in the push too, and must not push to the same stream.
///
/// ```
/// use metrix_core::{EventTime, Timestamp, fold::Count, ops::TimedWindow, prelude::*};
/// use std::time::Duration;
///
/// let event_time = EventTime::new(|second: &i64| Timestamp::from_secs(*second));
/// let late = event_time.late_counter();
/// let (pusher, windows) = pushed_at(TimedWindow::with(Duration::from_secs(10), Count), event_time, size(10));
/// for second in [1, 9, 12, 3, 15] {
///     pusher.try_push(second)?;
/// }
/// drop(pusher);
/// let counts: Vec<u64> = futures::executor::block_on(windows.map(|window| window.value).collect());
/// assert_eq!(counts, [2, 2]);
/// assert_eq!(late.get(), 1); // when 3 came, its window had closed
/// # Ok::<(), metrix_core::EmitError<i64>>(())
/// ```
#[expect(clippy::type_complexity, reason = "an alias would hide what the two are")]
pub fn pushed_at<In, O, F, L>(
    operator: O,
    event_time: EventTime<F, L>,
    bound: NonZeroUsize,
) -> (Pusher<In, O, EventTimeDomain<F, L>>, Pushed<In, O, EventTimeDomain<F, L>>)
where
    O: Operator<In>,
    F: FnMut(&In) -> Timestamp,
    L: FnMut(Late<In>),
{
    in_domain(operator, event_time.into_domain(), bound)
}

fn in_domain<In, O, T>(mut operator: O, domain: T, bound: NonZeroUsize) -> (Pusher<In, O, T>, Pushed<In, O, T>)
where
    O: Operator<In>,
    T: TimeDomain<In>,
{
    operator.on_start(domain.start());
    let hub = Arc::new(Hub::new(operator, domain, bound));
    (Pusher::new(Arc::clone(&hub)), Pushed { hub, alarm: Alarm::default(), ended: false })
}

/// The stream of what the operator makes of the items that are [`pushed`].
///
/// # Cancel safety
/// Dropping a future that waits for the stream's next output loses nothing.
#[must_use = "streams do nothing unless polled"]
pub struct Pushed<In, O: Operator<In>, T> {
    hub: Arc<Hub<In, O, T>>,
    alarm: Alarm,
    ended: bool,
}

impl<In, O: Operator<In>, T> Drop for Pushed<In, O, T> {
    fn drop(&mut self) {
        self.hub.abandon();
    }
}

impl<In, O: Operator<In>, T> fmt::Debug for Pushed<In, O, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pushed")
            .field("waiting", &self.hub.waiting())
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

impl<In, O, T> Pushed<In, O, T>
where
    O: Operator<In>,
    T: TimeDomain<In>,
{
    /// Waits for the operator's deadline by the clock, whatever has come out before.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // What has come out may be taken where there is no timer.
        let deadline = if self.alarm.is_here() { self.hub.deadline() } else { None };
        deadline.map_or(Poll::Ready(()), |at| self.alarm.poll_until(at, cx))
    }
}

impl<In, O, T> Stream for Pushed<In, O, T>
where
    O: Operator<In>,
    T: TimeDomain<In>,
{
    type Item = O::Out;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<O::Out>> {
        if self.ended {
            return Poll::Ready(None);
        }
        for _ in 0..BUDGET {
            match self.hub.next(cx) {
                Next::Give(output) => return Poll::Ready(Some(output)),
                Next::Again => {}
                // The timer is polled without the lock, so that it holds up no push.
                Next::Sleep(Some(at)) if self.alarm.poll_until(at, cx).is_ready() => {}
                Next::Sleep(_) => return Poll::Pending,
                Next::End => {
                    self.ended = true;
                    return Poll::Ready(None);
                }
            }
        }
        yield_now(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.ended { (0, Some(0)) } else { self.hub.to_come() }
    }
}

impl<In, O, T> FusedStream for Pushed<In, O, T>
where
    O: Operator<In>,
    T: TimeDomain<In>,
{
    fn is_terminated(&self) -> bool {
        self.ended
    }
}
