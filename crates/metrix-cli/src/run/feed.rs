//! [`Feed`]: the readings of a source, on their way into the streams.

mod acknowledged;

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::Arc;

use futures_util::FutureExt;
use metrix::{MSender, SendError, Tags, Timestamp};
use metrix_io::Reading;

use super::ahead::Ahead;
use super::ledger::Noter;
use super::router::{Route, Router};
use super::series::SeriesCache;
use super::steps::Steps;

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
    /// Of the series that each hand knows, by their numbers.
    known: Vec<Vec<Goal>>,
    order: Order,
    /// What has to wait, as a stream is full or its elements have to be taken first.
    held: VecDeque<Held>,
    newest: Option<Timestamp>,
    readings: u64,
    untimed: u64,
    /// For what comes now.
    ahead: Option<Ahead>,
    /// Where messages are acknowledged.
    noter: Option<Noter>,
}

/// Where a series goes.
#[derive(Debug)]
enum Goal {
    Stream(Route),
    /// Nowhere: no stream is for what is called so.
    Nowhere(Box<str>),
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
        let (series, known, held) = (SeriesCache::new(router), Vec::new(), VecDeque::new());
        Self { series, known, order, held, newest: None, readings: 0, untimed: 0, ahead: None, noter: None }
    }

    /// Refuses what is from too far ahead.
    pub(crate) fn refusing(self, ahead: Ahead) -> Self {
        Self { ahead: Some(ahead), ..self }
    }

    /// How many readings have come.
    pub(crate) fn readings(&self) -> u64 {
        self.readings
    }

    /// How many of them had no time, though their stream goes by it: they count when they were read.
    pub(crate) fn untimed(&self) -> u64 {
        self.untimed
    }

    /// How many were refused, and what to say of them.
    pub(crate) fn ahead(&self) -> (u64, &'static str) {
        (self.ahead.as_ref().map_or(0, Ahead::refused), "refused, as they are from more than an hour ahead")
    }

    /// The latest time that one had.
    pub(crate) fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// Sends a reading at once, or has the stream refuse it: for sources that can't wait.
    pub(crate) fn send_now(&mut self, reading: &Reading<'_>) {
        self.readings += 1;
        let Some(route) = self.series.route(reading) else { return };
        if is_refused(&mut self.ahead, route, reading) {
            return;
        }
        let at = reading.at.filter(|_| route.takes_times);
        let _counted_by_the_stream = try_send(route.sender(reading.copies()), reading.value, at);
    }

    /// Sends a reading, or holds it if it has to wait.
    pub(crate) fn send(&mut self, reading: &Reading<'_>) {
        self.readings += 1;
        self.newest = self.newest.max(reading.at);
        let Some(route) = self.series.route(reading) else { return };
        if is_refused(&mut self.ahead, route, reading) {
            return;
        }
        self.untimed += u64::from(route.is_timed && reading.at.is_none());
        match &mut self.noter {
            None => submit(&mut self.held, self.order, route, (reading.value, reading.at), reading.copies()),
            Some(noter) => {
                acknowledged::note(&mut self.held, noter, route, (reading.value, reading.at), reading.copies())
            }
        }
    }

    /// Gets to know the series that are new in these steps.
    pub(crate) fn learn(&mut self, steps: &Steps) {
        let router = self.series.router();
        if self.known.len() <= steps.hand {
            self.known.resize_with(steps.hand + 1, Vec::new);
        }
        let known = &mut self.known[steps.hand];
        if steps.forgets {
            known.clear();
        }
        known.extend(steps.new.iter().map(|reading| match router.route(reading) {
            Some(route) => Goal::Stream(route),
            None => Goal::Nowhere((*reading.name).into()),
        }));
    }

    /// Does as [`send`](Self::send) with a reading of a series that a hand knows by this number.
    #[inline]
    pub(crate) fn send_known(
        &mut self,
        (hand, series): (usize, usize),
        (value, at): (f64, Option<Timestamp>),
        copies: NonZeroU32,
    ) {
        self.readings += 1;
        self.newest = self.newest.max(at);
        match &mut self.known[hand][series] {
            Goal::Stream(route) => {
                self.series.router().count_loss(route);
                self.untimed += u64::from(route.is_timed && at.is_none());
                submit(&mut self.held, self.order, route, (value, at), copies);
            }
            Goal::Nowhere(name) => self.series.router().unmatched(name),
        }
    }

    /// Whether something is held.
    pub(crate) fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// How many readings are held, which no stream has taken yet.
    pub(crate) fn unsent(&self) -> u64 {
        self.held.iter().filter(|held| held.reading.is_some()).count() as u64
    }

    /// Whether nothing is held, and every stream has room for elements.
    pub(crate) fn has_room(&self) -> bool {
        self.held.is_empty() && self.series.router().has_room()
    }

    /// Sends what is held, in order, when there is room for it. If the future is dropped, the rest is still held.
    pub(crate) async fn send_held(&mut self) {
        let router = Arc::clone(self.series.router());
        while let Some(Held { stream, sender, reading }) = self.held.front() {
            self.taken(&router, *stream, sender).await;
            let (stream, reading) = (*stream, *reading);
            if let Some((value, at)) = reading {
                let sent = send(sender, value, at).await;
                match (&mut self.noter, sent) {
                    (Some(noter), Ok(())) => noter.took(stream, at),
                    (Some(noter), Err(SendError::Closed { .. })) => noter.is_over(stream),
                    (_, Ok(()) | Err(_)) => {}
                }
            }
            let Some(sent) = self.held.pop_front() else { return };
            if sent.reading.is_some() {
                self.taken(&router, sent.stream, &sent.sender).await;
            }
        }
    }

    async fn taken(&self, router: &Router, stream: usize, sender: &MSender) {
        if self.order == Order::Strict {
            router.drained(stream).wait_while(|| sender.waiting() > 0).await;
        }
    }
}

/// Whether a reading is from too far ahead for its stream, which goes by its time.
fn is_refused(ahead: &mut Option<Ahead>, route: &Route, reading: &Reading<'_>) -> bool {
    let refuses = |at| ahead.as_mut().is_some_and(|ahead| ahead.refuses(&reading.name, at));
    route.is_timed && reading.at.is_some_and(refuses)
}

/// Sends a value, or holds it if it has to wait.
#[inline]
fn submit(
    held: &mut VecDeque<Held>,
    order: Order,
    route: &mut Route,
    (value, at): (f64, Option<Timestamp>),
    copies: NonZeroU32,
) {
    let (stream, at) = (route.stream, at.filter(|_| route.takes_times));
    let sender = route.sender(copies);
    let is_sent = held.is_empty()
        && match order {
            // Nobody else sends at the same time, so that a stream from which all is taken has room.
            Order::Strict if sender.waiting() == 0 => {
                let _counted_by_the_stream = try_send(sender, value, at);
                true
            }
            Order::Strict => false,
            Order::Loose => send(sender, value, at).now_or_never().is_some(),
        };
    if is_sent && (order == Order::Loose || sender.waiting() == 0) {
        return;
    }
    let reading = (!is_sent).then_some((value, at));
    held.push_back(Held { stream, sender: sender.clone(), reading });
}

#[inline]
fn try_send(sender: &MSender, value: f64, at: Option<Timestamp>) -> Result<(), SendError> {
    match at {
        Some(at) => sender.try_send_at(value, Tags::NONE, at),
        None => sender.try_send(value),
    }
}

async fn send(sender: &MSender, value: f64, at: Option<Timestamp>) -> Result<(), SendError> {
    match at {
        Some(at) => sender.send_async_at(value, Tags::NONE, at).await,
        None => sender.send_async(value).await,
    }
}

#[cfg(test)]
mod tests;
