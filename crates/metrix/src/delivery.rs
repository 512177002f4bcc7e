//! Delivery: a bounded queue in front of one sink, and the task that empties it. It knows nothing of streams.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

mod attempt;
mod erased;
mod filter;
mod flushes;
mod held_up;
mod options;
mod overflow;
mod queue;
mod retry;
mod state;
mod stats;
mod trouble;
mod worker;

pub(crate) use erased::ErasedSink;
pub(crate) use held_up::HeldUp;
pub use options::SinkOptions;
pub use overflow::Overflow;
pub(crate) use queue::Queue;
pub use retry::{Jitter, Retry};
pub use stats::SinkStats;
use worker::Worker;

/// One sink at work. Dropping it closes its queue, and leaves the rest to the task.
#[derive(Debug)]
pub(crate) struct Delivery {
    queue: Arc<Queue>,
    /// Until somebody waits for its end.
    task: Option<JoinHandle<()>>,
}

impl Delivery {
    /// Starts the sink's task, on a runtime that must have its timer on.
    pub(crate) fn start(name: Arc<str>, sink: Box<dyn ErasedSink>, options: SinkOptions, runtime: &Handle) -> Self {
        let queue = Arc::new(Queue::new(name, &options));
        let task = runtime.spawn(Worker::new(queue.clone(), sink, options).run());
        Self { queue, task: Some(task) }
    }

    /// The way in.
    pub(crate) fn queue(&self) -> &Arc<Queue> {
        &self.queue
    }

    /// Closes the queue. The future waits until all that was accepted is written and the sink is closed. At the deadline
    /// it ends the task, wherever that is, and what is left counts as undelivered. If the future is dropped, the task goes
    /// on.
    pub(crate) fn finish(&mut self, deadline: Option<Instant>) -> impl Future<Output = SinkStats> + Send + use<> {
        self.queue.close();
        let (queue, task) = (self.queue.clone(), self.task.take());
        async move {
            if let Some(mut task) = task {
                if within(deadline, &mut task).await.is_none() {
                    task.abort();
                }
            }
            queue.end();
            let stats = queue.stats();
            if stats.undelivered > 0 {
                tracing::warn!(
                    sink = &*queue.name,
                    elements = stats.undelivered,
                    "the time to deliver was up before all elements were delivered"
                );
            }
            stats
        }
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// What the future gives, if it does by the deadline.
pub(crate) async fn within<F: Future>(deadline: Option<Instant>, future: F) -> Option<F::Output> {
    match deadline {
        Some(deadline) => timeout_at(deadline, future).await.ok(),
        None => Some(future.await),
    }
}

#[cfg(test)]
mod tests;
