//! [`Registry`]: the streams and sinks of a coordinator, by name.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::CoordinatorError;
use super::fed::Fed;
use super::news::{Change, News};
use super::served::Served;
use crate::{MSender, SinkStats};

/// What there is, by name.
#[derive(Debug)]
pub(super) struct Registry {
    pub(super) streams: BTreeMap<Arc<str>, Fed>,
    pub(super) sinks: BTreeMap<Arc<str>, Served>,
    /// Streams that were taken out, and may still have to hand on what they had; or of which the own metrics have not told
    /// all.
    pub(super) leaving_streams: Vec<Fed>,
    /// Sinks that were taken out, and may still have to write what waits for them; or of which the own metrics have not
    /// told all.
    pub(super) leaving_sinks: Vec<Served>,
    pub(super) own_metrics: Option<OwnMetrics>,
    /// Until it is shut down.
    pub(super) open: Option<Open>,
    pub(super) end: End,
}

/// How far its end has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    NotYet,
    Done,
    /// It never will be: the tasks are gone, with the runtime that they ran on.
    RuntimeGone,
}

/// The task of the own metrics, and what stops it.
#[derive(Debug)]
pub(super) struct OwnMetrics {
    pub(super) every: Duration,
    pub(super) stop: oneshot::Sender<()>,
    pub(super) task: JoinHandle<()>,
}

/// How one waits for the tasks of all streams, those that were removed too: each holds a sender until it ends.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) feeding: mpsc::Sender<()>,
    pub(super) all_fed: mpsc::Receiver<()>,
}

impl Registry {
    /// What has become of all since this was asked last. What is over by now is told of for the last time.
    pub(super) fn news(&mut self) -> News {
        let Self { streams, sinks, leaving_streams, leaving_sinks, .. } = self;
        let mut news = News::default();
        let mut tell = |fed: &mut Fed| {
            // Asked first, so that nothing is counted after the last telling.
            let is_over = fed.is_over();
            let change = Change::tell(&mut fed.told, fed.sender.stats());
            news.streams.entry(fed.sender.name().into()).or_default().push(change);
            is_over
        };
        leaving_streams.retain_mut(|fed| !tell(fed));
        streams.values_mut().for_each(|fed| _ = tell(fed));
        let mut tell = |served: &mut Served| {
            let is_over = served.is_over();
            let queue = served.delivery.queue();
            let change = Change::tell(&mut served.told, queue.stats());
            news.sinks.entry(Arc::clone(queue.name())).or_default().push(change);
            is_over
        };
        leaving_sinks.retain_mut(|served| !tell(served));
        sinks.values_mut().for_each(|served| _ = tell(served));
        news
    }

    /// Has all sinks come to their end, those that were taken out too.
    pub(super) fn finish_sinks(
        &mut self,
        deadline: Option<Instant>,
    ) -> Vec<impl Future<Output = SinkStats> + Send + use<>> {
        self.sinks.values_mut().chain(&mut self.leaving_sinks).map(|served| served.delivery.finish(deadline)).collect()
    }

    pub(super) fn sender(&self, name: &str) -> Result<MSender, CoordinatorError> {
        self.streams.get(name).map(|fed| fed.sender.clone()).ok_or_else(|| self.unknown_stream(name))
    }

    pub(super) fn unknown_stream(&self, name: &str) -> CoordinatorError {
        CoordinatorError::UnknownStream { given: name.to_owned(), known: self.streams.keys().cloned().collect() }
    }

    pub(super) fn unknown_sink(&self, name: &str) -> CoordinatorError {
        CoordinatorError::UnknownSink { given: name.to_owned(), known: self.sinks.keys().cloned().collect() }
    }
}
