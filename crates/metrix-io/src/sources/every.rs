//! [`Every`]: what is read again and again.

use std::fmt;
use std::future::{Future, pending, poll_fn};
use std::panic::resume_unwind;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use metrix::Timestamp;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use crate::Reading;

/// What has readings whenever it is asked: a [`Host`](super::host::Host), for one.
pub trait Sample {
    /// Gives a reading of everything to `emit`. It may block.
    fn sample(&mut self, emit: &mut dyn FnMut(Reading<'_>));
}

/// Samples something at even intervals, by tokio's clock.
///
/// The samples are due at whole numbers of intervals after it was made, so they never drift. Where one takes longer than
/// the interval, those that were due meanwhile are left out, and [counted](Self::missed). A sample is taken on the threads
/// that tokio has for what blocks; its readings bear the time at which it began.
///
/// ```
/// use metrix_io::Reading;
/// use metrix_io::sources::every::{Every, Sample};
/// use std::time::Duration;
///
/// struct Ticks(f64);
///
/// impl Sample for Ticks {
///     fn sample(&mut self, emit: &mut dyn FnMut(Reading<'_>)) {
///         self.0 += 1.0;
///         emit(Reading::new("ticks", self.0));
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let mut every = Every::new(Duration::from_secs(10), Ticks(0.0));
/// let mut values = Vec::new();
/// every.run(tokio::time::sleep(Duration::from_secs(35)), |reading| values.push(reading.value)).await;
/// assert_eq!(values, [1.0, 2.0, 3.0]);
/// # }
/// ```
///
/// Memory: the readings of one sample.
pub struct Every<S> {
    ticks: Interval,
    /// When the last sample was due.
    due: Instant,
    missed: u64,
    state: State<S>,
}

enum State<S> {
    Idle(S),
    Running(JoinHandle<Done<S>>),
    /// It has panicked.
    Lost,
}

type Done<S> = (S, Vec<Reading<'static>>);

impl<S> Every<S>
where
    S: Sample + Send + 'static,
{
    /// Samples at this interval, for the first time when it has passed once.
    ///
    /// # Panics
    /// If the interval is zero, or if it is called outside a tokio runtime that has its clock on.
    #[track_caller]
    pub fn new(interval: Duration, sampled: S) -> Self {
        assert!(!interval.is_zero(), "an interval of 0 s is not possible: it must be more than 0 s");
        let due = Instant::now();
        let mut ticks = interval_at(due + interval, interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        Self { ticks, due, missed: 0, state: State::Idle(sampled) }
    }

    /// How many samples were left out, as the one before was not done, or nobody asked for them.
    ///
    /// ```
    /// use metrix_io::sources::every::{Every, Sample};
    /// use std::time::Duration;
    ///
    /// struct Nothing;
    ///
    /// impl Sample for Nothing {
    ///     fn sample(&mut self, _: &mut dyn FnMut(metrix_io::Reading<'_>)) {}
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let mut every = Every::new(Duration::from_secs(10), Nothing);
    /// every.sample(|_| ()).await;
    /// tokio::time::advance(Duration::from_secs(25)).await; // the second is late, the third takes its place
    /// every.sample(|_| ()).await;
    /// every.sample(|_| ()).await;
    /// assert_eq!(every.missed(), 1);
    /// # }
    /// ```
    pub fn missed(&self) -> u64 {
        self.missed
    }

    /// Waits until the next sample is due, takes it, and gives its readings to `visit`.
    ///
    /// # Panics
    /// If the sampling panics, and then on each call.
    ///
    /// # Cancel safety
    /// If the future is dropped while a sample is taken, the next call gives that one.
    pub async fn sample(&mut self, visit: impl FnMut(Reading<'_>)) {
        if let State::Idle(_) = self.state {
            let due = self.ticks.tick().await;
            self.count(due);
            self.start();
        }
        let State::Running(running) = &mut self.state else {
            panic!("what is sampled has panicked before: make a new one")
        };
        match running.await {
            Ok((sampled, readings)) => {
                self.state = State::Idle(sampled);
                readings.into_iter().for_each(visit);
            }
            Err(error) => {
                self.state = State::Lost;
                match error.try_into_panic() {
                    Ok(panic) => resume_unwind(panic),
                    // The runtime is ending, and so will this future.
                    Err(_) => pending().await,
                }
            }
        }
    }

    /// Samples until `stop` is done, which it looks at before every sample and while one is taken.
    ///
    /// # Panics
    /// If the sampling panics.
    ///
    /// # Cancel safety
    /// As that of [`sample`](Self::sample).
    pub async fn run(&mut self, stop: impl Future<Output = ()>, mut visit: impl FnMut(Reading<'_>)) {
        let mut stop = pin!(stop);
        loop {
            let mut sampled = pin!(self.sample(&mut visit));
            let goes_on = poll_fn(|cx| match stop.as_mut().poll(cx) {
                Poll::Ready(()) => Poll::Ready(false),
                Poll::Pending => sampled.as_mut().poll(cx).map(|()| true),
            });
            if !goes_on.await {
                return;
            }
        }
    }

    fn count(&mut self, due: Instant) {
        let intervals = (due - self.due).as_nanos() / self.ticks.period().as_nanos();
        self.missed += u64::try_from(intervals).unwrap_or(u64::MAX).saturating_sub(1);
        self.due = due;
    }

    fn start(&mut self) {
        let at = Timestamp::now();
        self.state = match std::mem::replace(&mut self.state, State::Lost) {
            State::Idle(mut sampled) => State::Running(spawn_blocking(move || {
                let mut readings = Vec::new();
                sampled.sample(&mut |reading| readings.push(Reading { at: Some(at), ..reading.into_owned() }));
                (sampled, readings)
            })),
            state @ (State::Running(_) | State::Lost) => state,
        };
    }
}

impl<S> fmt::Debug for Every<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (interval, missed) = (self.ticks.period(), self.missed);
        f.debug_struct("Every").field("interval", &interval).field("missed", &missed).finish_non_exhaustive()
    }
}
