//! [`Share`]: one input, several outputs.

use std::fmt;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};

mod hub;

use hub::Hub;

/// Adds [`share`](Self::share) to streams.
pub trait ShareExt: Stream + Sized {
    /// Gives the items of this stream to several outputs: the one returned, and those that
    /// [`subscribe`](Share::subscribe) makes of it. `slow` says what happens when some outputs are slower than others.
    ///
    /// Each output is a stream and gets a clone of every item that is taken from the input while the output exists,
    /// in order. Nothing runs by itself: an output that is polled and finds no item waiting asks the input, for all of
    /// them. So an output that exists but is never polled counts as a slow one: drop those that you don't need. When
    /// an output is dropped the others no longer wait for it, and the input is dropped with the last.
    ///
    /// When the input ends it is dropped, and each output ends once it has given what waits for it. If the input
    /// panics, so does the output that polled it, and then all of them end like that.
    /// Memory: one item or `n` items for each output, as `slow` says. The input is boxed.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let readings = futures::stream::iter([1, 2, 3]).share(Slow::Lockstep);
    /// let doubled = readings.subscribe().map(|x| x * 2);
    /// let both: Vec<(i32, i32)> = readings.zip(doubled).collect().await;
    /// assert_eq!(both, [(1, 2), (2, 4), (3, 6)]);
    /// # });
    /// ```
    fn share(self, slow: Slow) -> Share<Self>
    where
        Self::Item: Clone,
    {
        let hub = Arc::new(Hub::new(self, slow));
        Share { id: hub.enter(), hub, ended: false }
    }
}

impl<S: Stream> ShareExt for S {}

/// What happens when some outputs of a [`share`](ShareExt::share) are slower than others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slow {
    /// All outputs advance together: none gets an item before all have taken the one before it. One item waits for
    /// each output at most, which is what `Bounded` does with one.
    Lockstep,
    /// Up to this many items wait for an output; when they do, it holds up all others.
    Bounded(NonZeroUsize),
    /// Up to this many items wait for an output; when one more comes, the output loses the oldest of them, and
    /// [`dropped`](Share::dropped) counts it. No output ever holds up another.
    DropOldest(NonZeroUsize),
}

impl Slow {
    /// The most items that may wait for one output.
    fn bound(self) -> usize {
        match self {
            Self::Lockstep => 1,
            Self::Bounded(n) | Self::DropOldest(n) => n.get(),
        }
    }
}

/// One output of [`share`](ShareExt::share).
///
/// # Cancel safety
/// Dropping a future that waits for an output's next item loses nothing; dropping the output itself drops what waits
/// for it.
#[must_use = "an output that is not polled holds up the others or loses items"]
pub struct Share<S: Stream> {
    hub: Arc<Hub<S>>,
    id: u64,
    ended: bool,
}

impl<S: Stream> Share<S> {
    /// Makes another output, which gets the items that are taken from the input from now on.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let mut first = futures::stream::iter([1, 2, 3]).share(Slow::Bounded(size(10)));
    /// assert_eq!(first.next().await, Some(1));
    /// let second = first.subscribe();
    /// assert_eq!(first.collect::<Vec<i32>>().await, [2, 3]);
    /// assert_eq!(second.collect::<Vec<i32>>().await, [2, 3]);
    /// # });
    /// ```
    pub fn subscribe(&self) -> Self {
        Self { id: self.hub.enter(), hub: Arc::clone(&self.hub), ended: false }
    }

    /// How many items this output has lost because it was too slow: always 0 but with [`Slow::DropOldest`].
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let fast = futures::stream::iter(1..=5).share(Slow::DropOldest(size(2)));
    /// let mut slow = fast.subscribe();
    /// assert_eq!(fast.collect::<Vec<i32>>().await, [1, 2, 3, 4, 5]);
    /// assert_eq!(slow.dropped(), 3);
    /// assert_eq!(slow.next().await, Some(4));
    /// # });
    /// ```
    pub fn dropped(&self) -> u64 {
        self.hub.dropped(self.id)
    }
}

impl<S: Stream> Drop for Share<S> {
    fn drop(&mut self) {
        self.hub.leave(self.id);
    }
}

impl<S: Stream> fmt::Debug for Share<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Share").field("slow", &self.hub.slow()).field("ended", &self.ended).finish_non_exhaustive()
    }
}

impl<S: Stream<Item: Clone>> Stream for Share<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let polled = self.hub.poll_next(self.id, cx);
        self.ended = matches!(polled, Poll::Ready(None));
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.hub.size_hint(self.id)
    }
}

impl<S: Stream<Item: Clone>> FusedStream for Share<S> {
    fn is_terminated(&self) -> bool {
        self.ended
    }
}

#[cfg(all(test, not(metrix_loom)))]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::rc::Rc;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll, Wake, Waker};

    use futures::channel::mpsc;
    use futures::stream::{iter, poll_fn, repeat};
    use futures::{FutureExt, Stream};

    use super::Slow;
    use crate::prelude::*;

    #[derive(Default)]
    struct Wakes(AtomicUsize);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Polls once with a task of its own, and gives the count of that task's wakes.
    #[track_caller]
    fn poll_in_own_task<S: Stream + Unpin>(output: &mut S) -> (Poll<Option<S::Item>>, Arc<Wakes>) {
        let wakes = Arc::new(Wakes::default());
        let polled = output.next().poll_unpin(&mut Context::from_waker(&Waker::from(Arc::clone(&wakes))));
        (polled, wakes)
    }

    #[test]
    fn lockstep_waits_for_all() {
        let mut a = iter(1..=2).share(Slow::Lockstep);
        let mut b = a.subscribe();
        assert_eq!(a.size_hint(), (2, Some(2)));
        assert_eq!(a.next().now_or_never(), Some(Some(1)));
        let (polled, wakes) = poll_in_own_task(&mut a);
        assert_eq!(polled, Poll::Pending);
        assert_eq!(b.next().now_or_never(), Some(Some(1)));
        assert_eq!(wakes.0.load(Ordering::Relaxed), 1);
        assert_eq!(b.next().now_or_never(), Some(Some(2)));
        assert_eq!(a.size_hint(), (1, Some(1)));
        assert_eq!(a.next().now_or_never(), Some(Some(2)));
        assert_eq!(a.next().now_or_never(), Some(None));
        assert_eq!(b.next().now_or_never(), Some(None));
        assert_eq!(b.subscribe().next().now_or_never(), Some(None));
    }

    #[test]
    fn the_slowest_holds_up_the_input_when_its_queue_is_full_or_it_is_dropped() {
        let mut a = repeat(1).share(Slow::Bounded(size(3)));
        let slow = a.subscribe();
        for _ in 0..3 {
            assert_eq!(a.next().now_or_never(), Some(Some(1)));
        }
        let (polled, wakes) = poll_in_own_task(&mut a);
        assert_eq!(polled, Poll::Pending);
        drop(slow);
        assert_eq!(wakes.0.load(Ordering::Relaxed), 1);
        assert_eq!(a.next().now_or_never(), Some(Some(1)));
        assert_eq!(a.size_hint(), (usize::MAX, None));
    }

    #[test]
    fn a_slow_output_keeps_the_newest() {
        let mut a = iter(1..=10).share(Slow::DropOldest(size(3)));
        let slow = a.subscribe();
        while a.next().now_or_never() != Some(Some(6)) {}
        assert_eq!(slow.size_hint(), (3, Some(7)));
        assert_eq!((slow.dropped(), a.dropped()), (3, 0));
        assert_eq!(slow.collect::<Vec<_>>().now_or_never(), Some(vec![4, 5, 6, 7, 8, 9, 10]));
    }

    #[test]
    fn the_input_wakes_all_outputs_whoever_polled_it() {
        let (send, items) = mpsc::unbounded();
        let mut a = items.share(Slow::Lockstep);
        let mut b = a.subscribe();
        let (_, wakes_a) = poll_in_own_task(&mut a);
        let (_, wakes_b) = poll_in_own_task(&mut b);
        send.unbounded_send(7).unwrap();
        assert_eq!(wakes_a.0.load(Ordering::Relaxed), 1);
        assert_eq!(wakes_b.0.load(Ordering::Relaxed), 1);
        drop(a);
        assert_eq!(b.next().now_or_never(), Some(Some(7)));
    }

    #[test]
    fn a_sleeping_input_is_polled_once_for_all() {
        let polls = AtomicUsize::new(0);
        let input = poll_fn(|_| {
            polls.fetch_add(1, Ordering::Relaxed);
            Poll::<Option<i32>>::Pending
        });
        let mut a = input.share(Slow::Lockstep);
        let mut b = a.subscribe();
        for _ in 0..3 {
            assert_eq!(a.next().now_or_never(), None);
            assert_eq!(b.next().now_or_never(), None);
        }
        assert_eq!(polls.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn the_last_output_takes_the_input_with_it() {
        let alive = Rc::new(());
        let held = Rc::clone(&alive);
        let a = repeat(1).map(move |x| (x, Rc::strong_count(&held)).0).share(Slow::Lockstep);
        let b = a.subscribe();
        drop(a);
        assert_eq!(Rc::strong_count(&alive), 2);
        drop(b);
        assert_eq!(Rc::strong_count(&alive), 1);
    }

    #[test]
    fn a_panic_ends_all_outputs_after_what_waits_for_them() {
        let input = iter(1..).map(|x| if x < 3 { x } else { panic!("three") });
        let mut a = input.share(Slow::Bounded(size(5)));
        let b = a.subscribe();
        assert_eq!(a.next().now_or_never(), Some(Some(1)));
        assert_eq!(a.next().now_or_never(), Some(Some(2)));
        assert!(catch_unwind(AssertUnwindSafe(|| a.next().now_or_never())).is_err());
        assert_eq!(a.next().now_or_never(), Some(None));
        assert_eq!(b.collect::<Vec<_>>().now_or_never(), Some(vec![1, 2]));
    }

    #[test]
    fn the_same_input_twice_can_be_combined() {
        let a = iter(1..=3).share(Slow::Lockstep);
        let b = a.subscribe();
        let pairs = a.combine_latest(b).collect::<Vec<_>>().now_or_never();
        assert_eq!(pairs, Some(vec![(1, 1), (2, 1), (2, 2), (3, 2), (3, 3)]));
    }
}
