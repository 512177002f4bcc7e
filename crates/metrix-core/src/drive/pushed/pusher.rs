//! [`Pusher`]: the side of a pushed operator that items are given to.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use super::hub::Hub;
use super::room::Waiter;
use crate::source::EmitError;
use crate::{Operator, TimeDomain, Timestamp};

/// The side of a [`pushed`](crate::pushed()) operator that items are given to. A clone of it is cheap, and gives items to
/// the same operator.
pub struct Pusher<In, O: Operator<In>, T> {
    hub: Arc<Hub<In, O, T>>,
}

impl<In, O: Operator<In>, T> Pusher<In, O, T> {
    /// The first pusher, which the hub has counted.
    pub(super) fn new(hub: Arc<Hub<In, O, T>>) -> Self {
        Self { hub }
    }

    /// Takes no more: from now on every pusher of the stream is refused, those too that wait for room. The stream tells
    /// the operator of the end when it is polled next, gives what still comes out, and ends.
    ///
    /// ```
    /// use metrix_core::{EmitError, fold::Sum, ops::Partition, prelude::*};
    ///
    /// let (pusher, sums) = pushed(Partition::with(size(10), Sum), size(1));
    /// pusher.try_push(1.5).unwrap();
    /// pusher.close();
    /// assert_eq!(pusher.try_push(2.5), Err(EmitError::Closed(2.5)));
    /// assert_eq!(futures::executor::block_on(sums.collect::<Vec<_>>()), [1.5]); // though there still is a pusher
    /// ```
    pub fn close(&self) {
        self.hub.close();
    }

    /// Whether nothing can be pushed any more: the stream is closed or dropped, or the operator has finished or panicked.
    ///
    /// ```
    /// use metrix_core::{ops::Slice, prelude::*};
    ///
    /// let (pusher, _first_two) = pushed(Slice::new(..2), size(10));
    /// pusher.try_push('a').unwrap();
    /// assert!(!pusher.is_closed());
    /// pusher.try_push('b').unwrap();
    /// assert!(pusher.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.hub.is_closed()
    }
}

impl<In, O, T> Pusher<In, O, T>
where
    O: Operator<In>,
    T: TimeDomain<In>,
{
    /// Gives the operator an item here and now, if there is room: the way in from code that may not wait.
    ///
    /// A deadline that is due by now is served before. What the operator emits waits in the stream, all of it.
    ///
    /// ```
    /// use metrix_core::{EmitError, ops::Map, prelude::*};
    ///
    /// let (pusher, doubled) = pushed(Map::new(|x: i32| 2 * x), size(1));
    /// pusher.try_push(1).unwrap();
    /// assert_eq!(pusher.try_push(2), Err(EmitError::Full(2)));
    /// drop(doubled);
    /// assert_eq!(pusher.try_push(2), Err(EmitError::Closed(2)));
    /// ```
    ///
    /// # Errors
    /// If `bound` outputs wait and the item could bring another, if the operator wants no input, or if the stream is closed or dropped: the item comes back,
    /// and the operator has not seen it.
    ///
    /// # Panics
    /// If the operator does. Then the stream is closed.
    pub fn try_push(&self, item: In) -> Result<(), EmitError<In>> {
        self.hub.push(item, |_room| None)
    }

    /// How far time has come with all deadlines served: whatever the operator was to do by then it has done, and what came of it
    /// waits in the stream or has been taken. It never goes back. `None` once the stream is closed, dropped or over.
    ///
    /// In event time that is the watermark, less whatever deadline is due and not served yet; in arrival time the moment of the
    /// last push or poll, likewise. It serves no deadline itself.
    ///
    /// ```
    /// use metrix_core::{EventTime, Timestamp, fold::Count, ops::TimedWindow, prelude::*};
    /// use std::time::Duration;
    ///
    /// let event_time = EventTime::new(|second: &i64| Timestamp::from_secs(*second)).lateness(Duration::from_secs(5));
    /// let (pusher, _windows) = pushed_at(TimedWindow::with(Duration::from_secs(10), Count), event_time, size(10));
    /// pusher.try_push(27)?;
    /// assert_eq!(pusher.served_until(), Some(Timestamp::from_secs(22)));
    /// pusher.close();
    /// assert_eq!(pusher.served_until(), None);
    /// # Ok::<(), metrix_core::EmitError<i64>>(())
    /// ```
    ///
    /// # Panics
    /// If the operator does, when it is asked for its deadline. Then the stream is closed.
    pub fn served_until(&self) -> Option<Timestamp> {
        self.hub.served_until()
    }

    /// Moves event time on to there, as an item of that time with no lateness would: what is known of the input from elsewhere, such
    /// as that nothing older will come. Time never goes back, and items that come later with older times are late. In arrival time, and
    /// once the stream is closed or over, it does nothing.
    ///
    /// What is due by then is served when the stream is polled, or with the next push.
    ///
    /// ```
    /// use metrix_core::{EventTime, Timestamp, fold::Count, ops::TimedWindow, prelude::*};
    /// use std::time::Duration;
    ///
    /// # futures::executor::block_on(async {
    /// let event_time = EventTime::new(|second: &i64| Timestamp::from_secs(*second)).lateness(Duration::from_secs(5));
    /// let late = event_time.late_counter();
    /// let (pusher, mut windows) = pushed_at(TimedWindow::with(Duration::from_secs(10), Count), event_time, size(10));
    /// pusher.try_push(7)?;
    /// pusher.advance_to(Timestamp::from_secs(10));
    /// assert_eq!(windows.next().await.unwrap().value, 1);
    /// pusher.try_push(8)?;
    /// assert_eq!(late.get(), 1);
    /// # Ok::<(), metrix_core::EmitError<i64>>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Panics
    /// If the operator does, when it is asked for its deadline. Then the stream is closed.
    pub fn advance_to(&self, time: Timestamp) {
        self.hub.advance_to(time);
    }

    /// Gives the operator an item, and waits for room first. Several that wait get it in no particular order.
    ///
    /// ```
    /// use metrix_core::{ops::Map, prelude::*};
    ///
    /// # futures::executor::block_on(async {
    /// let (pusher, doubled) = pushed(Map::new(|x: i32| 2 * x), size(1));
    /// let push_all = async move {
    ///     for x in 1..=3 {
    ///         pusher.push(x).await.unwrap();
    ///     }
    /// };
    /// let ((), doubled) = futures::join!(push_all, doubled.collect::<Vec<_>>());
    /// assert_eq!(doubled, [2, 4, 6]);
    /// # });
    /// ```
    ///
    /// # Errors
    /// If the stream is closed or dropped, also while this waits: the item comes back, and the operator has not seen it.
    ///
    /// # Panics
    /// If the operator does. Then the stream is closed.
    ///
    /// # Cancel safety
    /// If the future is dropped before it is done, the operator has not seen the item, which is dropped with it.
    pub async fn push(&self, item: In) -> Result<(), EmitError<In>> {
        let mut refused = Some(item);
        let mut waiter = Waiter::new(&self.hub);
        poll_fn(|cx| {
            let item = refused.take().expect("a future that is done isn't polled again");
            match self.hub.push(item, |room| waiter.wait_in(room, cx.waker())) {
                Err(EmitError::Full(item)) => {
                    refused = Some(item);
                    Poll::Pending
                }
                pushed => Poll::Ready(pushed),
            }
        })
        .await
    }
}

impl<In, O: Operator<In>, T> Clone for Pusher<In, O, T> {
    fn clone(&self) -> Self {
        self.hub.enter();
        Self { hub: Arc::clone(&self.hub) }
    }
}

impl<In, O: Operator<In>, T> Drop for Pusher<In, O, T> {
    fn drop(&mut self) {
        self.hub.leave();
    }
}

impl<In, O: Operator<In>, T> fmt::Debug for Pusher<In, O, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pusher").field("waiting", &self.hub.waiting()).field("closed", &self.is_closed()).finish()
    }
}
