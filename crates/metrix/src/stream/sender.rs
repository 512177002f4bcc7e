//! [`MSender`]: the side of a metric stream that measurements are sent to.

use std::fmt;
use std::future::Future;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use metrix_core::Timestamp;

use super::common::Common;
use super::entry::Entry;
use super::home::Home;
use super::{SendError, Stage, StreamStats};
use crate::{Cumulative, Gauge, TagSet, Tags, Timer};

/// The side of a metric stream that measurements are sent to, bound to a set of tags.
///
/// A clone is cheap and sends to the same stream; any thread may send. No `send` ever waits for a sink, except
/// [`send_async`](Self::send_async), which does so on purpose.
///
/// ```
/// use metrix::{MStream, SendError, tags};
/// use std::time::Duration;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
/// # let _in_runtime = runtime.enter();
/// let (requests, stream) = MStream::builder("requests").window(Duration::from_secs(10)).agg("mean").build()?;
/// requests.send(12.5);
/// requests.send_with(7.5, tags! { "page" => "/" });
///
/// let home = requests.with(tags! { "page" => "/" }); // bound once, cheap to use
/// home.send(8.0);
/// assert!(matches!(home.try_send(f64::NAN), Err(SendError::NotFinite { .. })));
/// assert_eq!((stream.stats().accepted, stream.stats().not_finite), (3, 1));
/// # Ok(())
/// # }
/// ```
pub struct MSender {
    pub(super) entry: Arc<dyn Entry>,
    pub(super) shared: Arc<Common>,
    pub(super) tags: Tags,
    /// How many equal values each that is sent stands for.
    pub(super) weight: NonZeroU32,
    /// The number that the series had last in the index of the thread that sends first; on another thread that of any series, or of none.
    pub(super) number: AtomicU32,
    /// Where the thread that sends first keeps the series.
    pub(super) home: Home,
}

impl MSender {
    pub(super) fn new(entry: Arc<dyn Entry>, shared: Arc<Common>, tags: Tags) -> Self {
        Self { entry, shared, tags, weight: NonZeroU32::MIN, number: AtomicU32::default(), home: Home::default() }
    }

    /// The stream's name.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// A sender bound to these tags and, where they don't say otherwise, those of this one. A tag set that is known
    /// early is bound once, so that a `send` has nothing to look at but the value.
    pub fn with(&self, tags: impl Into<Tags>) -> Self {
        Self { tags: tags.into().or(&self.tags), ..self.clone() }
    }

    /// A sender each of whose values stands for so many equal ones: where only some of many are measured, as a client that samples
    /// does. A weight of 1, which a stream's own sender has, is a value that stands for itself; a weight that this one has
    /// is replaced.
    ///
    /// What is received is one measurement, and counts as one in a batch and in [`stats`](Self::stats); what it stands for is
    /// many, and counts as such in the aggregates, as if that many equal values had been sent. A built-in aggregate takes no longer
    /// and, but for the 8 bytes that the weight takes in a `median`, no more memory for it. A [fold](crate::Agg::fold) or a
    /// [closure](crate::Agg::values) gets the value again and again, at most 1000 times; how many more there would have been
    /// is [counted](StreamStats::cut), and logged once. Counts end at 2^64 - 1. A sum is infinite, and left out, if the product of
    /// a value and its weight is beyond the largest `f64`.
    ///
    /// ```
    /// use futures::StreamExt;
    /// use metrix::{MStream, size};
    /// use std::num::NonZeroU32;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let (latency, stream) = MStream::builder("latency").batch(size(2)).aggs(["count", "sum", "mean", "max"]).build()?;
    /// latency.send(7.0);
    /// latency.weighted(NonZeroU32::new(9).unwrap()).send(2.0); // one out of nine was measured
    /// assert_eq!(latency.stats().accepted, 2);
    /// # drop(latency);
    ///
    /// let elements: Vec<_> = futures::executor::block_on(stream.map(|element| element.value).collect());
    /// assert_eq!(elements, [10.0, 25.0, 2.5, 7.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn weighted(&self, weight: NonZeroU32) -> Self {
        Self { weight, ..self.clone() }
    }

    /// Sends a value. It never waits and never fails: what is refused is counted in [`stats`](Self::stats), and the first
    /// of each kind is logged. [`try_send`](Self::try_send) says why.
    #[inline]
    pub fn send(&self, value: f64) {
        if !self.step_plain(value) {
            self.send_other(value);
        }
    }

    /// Sends a value with tags of its own, which are added to those of this sender.
    #[inline]
    pub fn send_with(&self, value: f64, tags: impl TagSet) {
        let _counted = self.try_send_with(value, tags);
    }

    /// Sends a value that was measured at a time of its own, as [`try_send_at`](Self::try_send_at) does.
    pub fn send_at(&self, value: f64, tags: impl TagSet, at: Timestamp) {
        let _counted = self.try_send_at(value, tags, at);
    }

    /// Sends a value, unless the stream refuses it.
    ///
    /// # Errors
    /// If the value is not finite, the tags are too long, too many elements wait to be taken from the stream, or it is
    /// closed.
    #[inline]
    pub fn try_send(&self, value: f64) -> Result<(), SendError> {
        if self.step_plain(value) { Ok(()) } else { self.try_send_other(value) }
    }

    /// Sends a value with tags of its own, unless the stream refuses it.
    ///
    /// # Errors
    /// As [`try_send`](Self::try_send).
    #[inline]
    pub fn try_send_with(&self, value: f64, tags: impl TagSet) -> Result<(), SendError> {
        self.send_tagged(value, tags, None)
    }

    /// Sends a value that was measured at a time of its own. Streams in event time put it into that time's window; those
    /// in arrival time look only at when it comes; a batch takes its time from the last such value.
    ///
    /// # Errors
    /// As [`try_send`](Self::try_send). A value that comes too late is no error, and counted.
    pub fn try_send_at(&self, value: f64, tags: impl TagSet, at: Timestamp) -> Result<(), SendError> {
        self.send_tagged(value, tags, Some(at))
    }

    /// Sends a value, and waits while too many elements wait to be taken from the stream: how a source that can wait is
    /// slowed to the speed of what comes after.
    ///
    /// # Errors
    /// If the value is not finite, the tags are too long, or the stream is closed, also while this waits.
    ///
    /// # Cancel safety
    /// A future that is dropped before it is done has sent nothing.
    pub async fn send_async(&self, value: f64) -> Result<(), SendError> {
        self.submit_async(value, self.tags.clone(), None).await
    }

    /// Sends a value with tags of its own, and waits as [`send_async`](Self::send_async) does.
    ///
    /// # Errors
    /// As [`send_async`](Self::send_async).
    pub async fn send_async_with(&self, value: f64, tags: impl TagSet) -> Result<(), SendError> {
        self.submit_async(value, tags.into_tags().or(&self.tags), None).await
    }

    /// Sends a value that was measured at a time of its own, and waits as [`send_async`](Self::send_async) does.
    ///
    /// # Errors
    /// As [`send_async`](Self::send_async).
    pub async fn send_async_at(&self, value: f64, tags: impl TagSet, at: Timestamp) -> Result<(), SendError> {
        self.submit_async(value, tags.into_tags().or(&self.tags), Some(at)).await
    }

    /// Starts a timer, which sends how many seconds it ran when it is dropped.
    pub fn timer(&self) -> Timer {
        Timer::start(self.clone())
    }

    /// Calls `f` and sends how many seconds it took, also if it panics. For another unit, take a [`timer`](Self::timer).
    pub fn time<R>(&self, f: impl FnOnce() -> R) -> R {
        let _timer = self.timer();
        f()
    }

    /// Awaits `future` and sends how many seconds it took, also if it panics or is dropped before it is done. For another unit,
    /// take a [`timer`](Self::timer).
    pub async fn time_async<R>(&self, future: impl Future<Output = R>) -> R {
        let _timer = self.timer();
        future.await
    }

    /// A gauge that sends here: a value that is set, and goes up and down.
    pub fn gauge(&self) -> Gauge {
        Gauge::new(self.clone())
    }

    /// A counter that somebody else keeps, and that is read from time to time: its increases are sent here.
    pub fn cumulative(&self) -> Cumulative {
        Cumulative::new(self.clone())
    }

    /// Ends the stream: what is open is given out, and from then on everything is refused.
    pub fn close(&self) {
        self.entry.close();
        if let Some(shards) = &self.shared.shards {
            shards.gate().close();
        }
    }

    /// The parts of the stream's pipeline, each of which feeds the next.
    pub fn stages(&self) -> &[Stage] {
        &self.shared.stages
    }

    /// What the stream has taken, refused and given so far.
    pub fn stats(&self) -> StreamStats {
        self.shared.stats()
    }

    /// How many elements wait to be taken from the stream, as [`StreamStats::waiting`] has it, at the cost of looking at two
    /// numbers: so whoever sends can let others take them before it goes on.
    ///
    /// ```
    /// use metrix::{MStream, size};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let (pairs, stream) = MStream::builder("pairs").batch(size(2)).aggs(["min", "max"]).build()?;
    /// pairs.send(1.0);
    /// assert_eq!(pairs.waiting(), 0);
    /// pairs.send(2.0);
    /// assert_eq!(pairs.waiting(), 2);
    /// # drop(stream);
    /// # Ok(())
    /// # }
    /// ```
    pub fn waiting(&self) -> u64 {
        self.shared.counters.waiting()
    }

    /// Whether measurements wait in a window or batch that is not over.
    pub(crate) fn has_open(&self) -> bool {
        self.shared.counters.open.get() > 0
    }
}

/// A clone finds its own way to where its thread keeps the series.
impl Clone for MSender {
    fn clone(&self) -> Self {
        Self { weight: self.weight, ..Self::new(Arc::clone(&self.entry), Arc::clone(&self.shared), self.tags.clone()) }
    }
}

impl fmt::Debug for MSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MSender")
            .field("name", &self.shared.name)
            .field("tags", &self.tags)
            .field("weight", &self.weight)
            .finish_non_exhaustive()
    }
}
