//! [`Fed`]: a stream at work.

use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::{MSender, Stage, StreamStats};

/// A stream whose elements a task feeds to the sinks.
#[derive(Debug)]
pub(super) struct Fed {
    pub(super) sender: MSender,
    /// What the task has done. The other side is gone when the task is.
    pub(super) done: watch::Receiver<Done>,
    /// Whether the task was ended before the pipeline was.
    pub(super) cut_off: bool,
    pub(super) task: AbortHandle,
    /// Whether the elements go through a pipeline of combinators first.
    pub(super) through: bool,
    /// Its counts when the own metrics told them last.
    pub(super) told: StreamStats,
}

/// What the task of a stream has done.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Done {
    /// So many elements that the stream has given are in the sinks' queues.
    pub(super) handed_on: u64,
    /// Whether it has panicked.
    pub(super) panicked: bool,
}

impl Done {
    /// So many more elements of the stream are in the queues; says whether that is news.
    pub(super) fn hands_on(&mut self, all: u64) -> bool {
        let before = self.handed_on;
        self.handed_on = before.max(all);
        self.handed_on > before
    }
}

impl Fed {
    /// Whether its last elements have gone to the sinks.
    pub(super) fn is_over(&self) -> bool {
        self.done.has_changed().is_err()
    }

    /// Ends the task, if its pipeline still holds something: a `delay` of an hour does, after a shutdown of seconds.
    pub(super) fn cut_off(&mut self) {
        if !self.is_over() {
            self.cut_off = true;
            self.task.abort();
            tracing::warn!(
                stream = self.sender.name(),
                "the time was up before the stream's pipeline had given all that it held"
            );
        }
    }

    /// The stages on the way to the sinks.
    pub(super) fn stages(&self) -> Vec<Stage> {
        let through = self.through.then(|| Stage::new(self.sender.name(), "through", "combinators"));
        self.sender.stages().iter().cloned().chain(through).collect()
    }
}
