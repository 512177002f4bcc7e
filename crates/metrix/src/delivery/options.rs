//! [`SinkOptions`]: how elements are brought to one sink.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use super::{Overflow, Retry};
use crate::{MElement, size};

/// Says which elements a sink is for.
pub(super) type Accept = Arc<dyn Fn(&MElement) -> bool + Send + Sync>;

/// How elements are brought to one sink: its queue, its pace, and what happens when it fails.
///
/// ```
/// use metrix::{Overflow, Retry, SinkOptions, size};
/// use std::time::Duration;
///
/// let options = SinkOptions::default()
///     .queue(size(50_000))
///     .overflow(Overflow::Block)
///     .max_batch(size(200))
///     .retry(Retry::forever())
///     .write_timeout(Duration::from_secs(5))
///     .accept(|element| element.name.starts_with("requests."));
/// assert_ne!(options, SinkOptions::default());
/// ```
///
/// Memory: at most the queue and one batch, of elements of about 100 bytes with their name and tags shared; and with
/// [`Overflow::Block`] what each stream that waits for room holds in its hands.
#[derive(Clone)]
#[must_use = "options do nothing until a sink is given with them"]
pub struct SinkOptions {
    pub(super) queue: NonZeroUsize,
    pub(super) overflow: Overflow,
    /// Zero says that there is none, and `None` that nothing was said.
    pub(super) rate_limit: Option<Duration>,
    pub(super) max_batch: NonZeroUsize,
    pub(super) retry: Retry,
    pub(super) write_timeout: Duration,
    pub(super) accept: Option<Accept>,
}

impl SinkOptions {
    /// How many elements may wait; 100 000 by default, which take about 10 MB when there are so many. The batch that is being
    /// written counts no more.
    ///
    /// A window gives out its elements all at once, one for each series and aggregate: a queue that is shorter than that
    /// may overflow before a sink that is well.
    pub fn queue(self, queue: NonZeroUsize) -> Self {
        Self { queue, ..self }
    }

    /// What happens when the queue is full; by default the elements that have waited longest are dropped, and counted.
    pub fn overflow(self, overflow: Overflow) -> Self {
        Self { overflow, ..self }
    }

    /// The least time between two elements, by a monotonic clock; zero, the default, for none.
    ///
    /// The first element comes at once, and a pause earns nothing: two elements never come closer than that. It is counted
    /// from the beginning of one write to that of the next, batches are of one element each, and a repeated write counts
    /// like any other.
    ///
    /// ```
    /// use metrix::SinkOptions;
    /// use std::time::Duration;
    ///
    /// let slow = SinkOptions::default().rate_limit(Duration::from_millis(500));
    /// assert_ne!(slow, SinkOptions::default());
    /// ```
    pub fn rate_limit(self, rate_limit: Duration) -> Self {
        Self { rate_limit: Some(rate_limit), ..self }
    }

    /// How many elements one write gets at most; 1000 by default.
    pub fn max_batch(self, max_batch: NonZeroUsize) -> Self {
        Self { max_batch, ..self }
    }

    /// How often and when a failed write is tried again.
    pub fn retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }

    /// How long a write, a flush or a close may take; 30 s by default, and zero for no limit.
    ///
    /// One that takes longer is dropped, and tried again like one that failed with an error. It can't end a sink that
    /// blocks its thread: such a sink does its work in `spawn_blocking`.
    pub fn write_timeout(self, write_timeout: Duration) -> Self {
        Self { write_timeout, ..self }
    }

    /// Which elements the sink is for; all by default. The others count nowhere.
    ///
    /// An element for which `accept` panics counts as refused.
    pub fn accept(self, accept: impl Fn(&MElement) -> bool + Send + Sync + 'static) -> Self {
        Self { accept: Some(Arc::new(accept)), ..self }
    }

    /// The same, with this rate limit if none was set.
    pub(crate) fn or_rate_limit(self, rate_limit: Duration) -> Self {
        Self { rate_limit: self.rate_limit.or(Some(rate_limit)), ..self }
    }

    /// The least time between two writes, if any.
    pub(super) fn spacing(&self) -> Option<Duration> {
        self.rate_limit.filter(|spacing| !spacing.is_zero())
    }

    /// How many elements one write gets at most, the rate limit considered.
    pub(super) fn batch(&self) -> usize {
        if self.spacing().is_some() { 1 } else { self.max_batch.get() }
    }
}

impl Default for SinkOptions {
    fn default() -> Self {
        Self {
            queue: size(100_000),
            overflow: Overflow::default(),
            rate_limit: None,
            max_batch: size(1000),
            retry: Retry::default(),
            write_timeout: Duration::from_secs(30),
            accept: None,
        }
    }
}

/// Equal if all is set alike; filters are equal only to their clones.
impl PartialEq for SinkOptions {
    fn eq(&self, other: &Self) -> bool {
        let Self { queue, overflow, rate_limit, max_batch, retry, write_timeout, accept } = self;
        let same_accept = match (accept, &other.accept) {
            (None, None) => true,
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, Some(_)) | (Some(_), None) => false,
        };
        same_accept
            && *queue == other.queue
            && *overflow == other.overflow
            && *rate_limit == other.rate_limit
            && *max_batch == other.max_batch
            && *retry == other.retry
            && *write_timeout == other.write_timeout
    }
}

impl fmt::Debug for SinkOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { queue, overflow, rate_limit, max_batch, retry, write_timeout, accept } = self;
        f.debug_struct("SinkOptions")
            .field("queue", queue)
            .field("overflow", overflow)
            .field("rate_limit", rate_limit)
            .field("max_batch", max_batch)
            .field("retry", retry)
            .field("write_timeout", write_timeout)
            .field("accepts_all", &accept.is_none())
            .finish()
    }
}
