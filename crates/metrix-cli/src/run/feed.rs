//! [`Feed`]: the readings of a source, on their way into the streams.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::Arc;

use futures_util::FutureExt;
use metrix::{MSender, SendError, Tags, Timestamp};
use metrix_io::Reading;

use super::router::Router;
use super::series::SeriesCache;

/// When the elements of a stream are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Before the next reading is sent, so that the order of all elements is that of the readings, every time.
    Strict,
    /// When the stream's task comes to it.
    Loose,
}

/// Sends the readings of one source to the streams. A stream says itself what it refuses, and counts it.
#[derive(Debug)]
pub(crate) struct Feed {
    series: SeriesCache,
    order: Order,
    /// What has to wait, as a stream is full or its elements have to be taken first.
    held: VecDeque<Held>,
    newest: Option<Timestamp>,
    readings: u64,
    untimed: u64,
}

#[derive(Debug)]
struct Held {
    stream: usize,
    sender: MSender,
    /// `None` where only the stream's elements are waited for.
    reading: Option<(f64, Option<Timestamp>)>,
}

impl Feed {
    pub(crate) fn new(router: Arc<Router>, order: Order) -> Self {
        Self { series: SeriesCache::new(router), order, held: VecDeque::new(), newest: None, readings: 0, untimed: 0 }
    }

    /// How many readings have come.
    pub(crate) fn readings(&self) -> u64 {
        self.readings
    }

    /// How many of them had no time, though their stream goes by it: they count when they were read.
    pub(crate) fn untimed(&self) -> u64 {
        self.untimed
    }

    /// The latest time that one had.
    pub(crate) fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// Sends a reading at once, or has the stream refuse it: for sources that can't wait.
    pub(crate) fn send_now(&mut self, reading: &Reading<'_>) {
        self.readings += 1;
        let Some(route) = self.series.route(reading) else { return };
        let sender = weighted(&route.sender, reading);
        let _counted_by_the_stream = match reading.at {
            Some(at) => sender.try_send_at(reading.value, Tags::NONE, at),
            None => sender.try_send(reading.value),
        };
    }

    /// Sends a reading, or holds it if it has to wait.
    pub(crate) fn send(&mut self, reading: &Reading<'_>) {
        self.readings += 1;
        self.newest = self.newest.max(reading.at);
        let Some(route) = self.series.route(reading) else { return };
        let (stream, value, at) = (route.stream, reading.value, reading.at);
        self.untimed += u64::from(route.is_timed && at.is_none());
        let sender = weighted(&route.sender, reading);
        let left = if self.held.is_empty() && send(&sender, value, at).now_or_never().is_some() {
            if self.order == Order::Loose || sender.waiting() == 0 {
                return;
            }
            None
        } else {
            Some((value, at))
        };
        self.held.push_back(Held { stream, sender: sender.into_owned(), reading: left });
    }

    /// Whether something is held.
    pub(crate) fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// Sends what is held, in order, when there is room for it.
    pub(crate) async fn send_held(&mut self) {
        let router = Arc::clone(self.series.router());
        while let Some(Held { stream, sender, reading }) = self.held.pop_front() {
            self.taken(&router, stream, &sender).await;
            if let Some((value, at)) = reading {
                let _counted_by_the_stream = send(&sender, value, at).await;
                self.taken(&router, stream, &sender).await;
            }
        }
    }

    async fn taken(&self, router: &Router, stream: usize, sender: &MSender) {
        if self.order == Order::Strict {
            router.drained(stream).wait_while(|| sender.waiting() > 0).await;
        }
    }
}

/// The sender for what the reading stands for: nearly always itself alone.
fn weighted<'a>(sender: &'a MSender, reading: &Reading<'_>) -> Cow<'a, MSender> {
    match reading.copies() {
        NonZeroU32::MIN => Cow::Borrowed(sender),
        copies => Cow::Owned(sender.weighted(copies)),
    }
}

async fn send(sender: &MSender, value: f64, at: Option<Timestamp>) -> Result<(), SendError> {
    match at {
        Some(at) => sender.send_async_at(value, Tags::NONE, at).await,
        None => sender.send_async(value).await,
    }
}
