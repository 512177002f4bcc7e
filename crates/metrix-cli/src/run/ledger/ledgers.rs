//! [`Ledgers`]: those of all sources of a run, and what is acknowledged at its end.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use metrix::{MCoordinator, Report, Timestamp};
use tokio::time::timeout;

use super::book::Reached;
use super::health::Health;
use super::quiet::Quiet;
use super::{Acknowledged, Kept, Ledger, Settled};

/// How long acknowledging the last may take.
const LAST: Duration = Duration::from_secs(5);

/// The ledgers of all sources of a run that acknowledge.
#[derive(Debug)]
pub(crate) struct Ledgers {
    streams: Arc<[Kept]>,
    coordinator: Arc<MCoordinator>,
    all: Mutex<Vec<Arc<Ledger>>>,
    quiet: Arc<Quiet>,
    health: Health,
}

/// How far the streams had come, with each ledger.
#[derive(Debug)]
pub(crate) struct Closing(Vec<(Arc<Ledger>, Vec<Reached>)>);

/// What acknowledges the last.
pub(super) struct Ending(Box<dyn FnOnce(Settled) -> BoxFuture<'static, ()> + Send>);

impl fmt::Debug for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ending(..)")
    }
}

impl Ledgers {
    /// None yet, for these streams in the order of the router's.
    pub(crate) fn new(streams: Vec<Kept>, coordinator: Arc<MCoordinator>, health: Health) -> Self {
        Self { streams: streams.into(), coordinator, all: Mutex::default(), quiet: Arc::default(), health }
    }

    /// A new one.
    pub(crate) fn open(&self, acknowledged: Acknowledged) -> Arc<Ledger> {
        let (streams, coordinator) = (Arc::clone(&self.streams), Arc::clone(&self.coordinator));
        let (quiet, health) = (Arc::clone(&self.quiet), self.health.clone());
        let ledger = Arc::new(Ledger::new(streams, coordinator, acknowledged, quiet, health));
        self.all.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&ledger));
        ledger
    }

    /// To be called when the sources have ended and before the streams are closed: windows of event time that are open now are cut short
    /// by that, and the next run sums them up anew: the sinks don't get them.
    pub(crate) fn closing(&self) -> Closing {
        self.health.closes();
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let closing: Vec<_> = all.iter().map(|ledger| (Arc::clone(ledger), ledger.ask())).collect();
        for (place, Kept { cut, .. }) in self.streams.iter().enumerate() {
            // It is read by all ledgers alike, but for the moment.
            let holding = closing.iter().filter(|(ledger, _)| ledger.book().holds_windows(place));
            let until = holding.map(|(_, reached)| match reached.get(place) {
                Some(Reached::Until(Some(until))) => *until,
                Some(Reached::Until(None) | Reached::Mark(_)) | None => Timestamp::MIN,
            });
            if let Some(until) = until.min() {
                cut.after(until);
            }
        }
        Closing(closing)
    }

    /// Whether all that is read can still be acknowledged.
    pub(crate) fn health(&self) -> &Health {
        &self.health
    }

    /// How many elements of windows that the end has cut short were left to the next run.
    pub(crate) fn left_to_the_next(&self) -> u64 {
        self.streams.iter().map(|stream| stream.cut.left()).sum()
    }
}

impl Closing {
    /// Has the last be acknowledged, after the coordinator was shut down: nothing if not all has reached the sinks.
    pub(crate) async fn close(self, report: &Report) {
        if !self.0.iter().all(|(ledger, _)| ledger.health.settles()) || !has_all_arrived(report) {
            return;
        }
        let all = self.0.into_iter().filter_map(|(ledger, reached)| {
            let Ending(ending) = ledger.ending.lock().unwrap_or_else(PoisonError::into_inner).take()?;
            let mut book = ledger.book();
            book.settle(&reached);
            book.settle_marked();
            drop(book);
            Some(timeout(LAST, ending(ledger.settled())))
        });
        // One that takes too long is acknowledged by the next run.
        let _ = join_all(all.collect::<Vec<_>>()).await;
    }
}

impl Ledger {
    /// Takes what acknowledges the last, after the streams have been closed and the sinks have all that came out: a future that has
    /// some seconds. It is dropped without being called if not all of that has reached the sinks.
    pub(crate) fn at_the_end<F>(&self, acknowledge: impl FnOnce(Settled) -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let ending = Ending(Box::new(|settled| acknowledge(settled).boxed()));
        *self.ending.lock().unwrap_or_else(PoisonError::into_inner) = Some(ending);
    }
}

/// Whether all that the streams gave is settled. What a queue has dropped, as the configuration has it, is.
fn has_all_arrived(report: &Report) -> bool {
    let is_whole = report.panicked.is_empty() && report.cut_off.is_empty() && !report.runtime_gone;
    is_whole && report.sinks.values().all(|sink| sink.undelivered == 0 && !sink.unclosed)
}
