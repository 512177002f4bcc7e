//! [`MCoordinator`]: many streams, many sinks.

mod builder;
mod changes;
mod error;
mod fed;
mod flush;
mod news;
mod own_counts;
mod own_metrics;
mod registry;
mod report;
mod routes;
mod served;
mod shared;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::Instant;

pub use builder::MCoordinatorBuilder;
pub use error::CoordinatorError;
pub use flush::Flushed;
pub use report::Report;
pub(crate) use shared::Shared;

use crate::{Graph, MSender, TagSet, Timer};

/// Runs many streams and many sinks: every element of every stream goes to every sink that [accepts](crate::SinkOptions::accept)
/// it.
///
/// Each stream and each sink has a task of its own, on the tokio runtime on which it was started. Between them is a bounded
/// queue for each sink, which keeps the order of each stream. A sink that is slow, hangs, fails or panics holds up no other:
/// when its queue is full, what has waited longest there is dropped, and counted. Where a sink must not lose anything, one
/// chooses [`Overflow::Block`](crate::Overflow::Block): then the streams that feed it wait, the other sinks with them, and
/// when the streams' own queues are full too, they refuse and count what is sent. No `send` ever waits.
///
/// Delivery is at least once: a write that took too long, panicked, or failed without saying what it had written is
/// repeated, so a sink may get elements again. Nothing is lost silently: [`stats`](Self::stats), a log line and
/// [metrics of its own](MCoordinatorBuilder::own_metrics) tell what was dropped.
///
/// End it with [`shutdown`](Self::shutdown). If it is dropped without, it closes its streams and leaves the rest to its
/// tasks, which go on as long as the runtime does; what is not delivered by then is lost, and a log line says how
/// many elements waited and how many streams had something open.
///
/// Memory: the streams' and the queues', and about a thousand elements in hand for each stream.
///
/// ```
/// use metrix::{MCoordinator, MStream, sink::Memory, size, tags};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sink = Memory::new(size(100));
/// let kept = sink.clone();
/// let coordinator = MCoordinator::builder()
///     .stream(MStream::builder("words").window(Duration::from_secs(300)).agg("sum"))
///     .sink("memory", sink)
///     .start()?;
///
/// coordinator.send("words", 12.0)?;
/// coordinator.send_with("words", 800.0, tags! { "section" => "politics" })?;
/// let sports = coordinator.stream("words")?.with(tags! { "section" => "sports" }); // looked up once
/// sports.send(300.0);
///
/// let lines = || -> Vec<String> { kept.take().iter().map(|element| element.to_string()).collect() };
/// tokio::time::sleep(Duration::from_secs(301)).await;
/// assert_eq!(lines(), ["words.sum 12", "words.sum section=politics 800", "words.sum section=sports 300"]);
///
/// sports.send(5.0); // in a window that is still open at the end
/// let report = coordinator.shutdown(Duration::from_secs(10)).await;
/// assert!(report.is_complete());
/// assert_eq!(lines(), ["words.sum section=sports 5"]);
/// # Ok(())
/// # }
/// ```
pub struct MCoordinator {
    shared: Arc<Shared>,
}

impl MCoordinator {
    /// Begins to build a coordinator.
    pub fn builder() -> MCoordinatorBuilder {
        MCoordinatorBuilder::default()
    }

    fn new(runtime: Handle, rate_limit: Duration) -> Self {
        Self { shared: Shared::new(runtime, rate_limit) }
    }

    /// For those who add streams later: it doesn't keep the coordinator from its end.
    #[cfg(feature = "metrics")]
    pub(crate) fn shared(&self) -> Result<Arc<Shared>, CoordinatorError> {
        drop(self.shared.open()?);
        Ok(Arc::clone(&self.shared))
    }

    /// The sender of a stream, which needs no look-up any more.
    ///
    /// # Errors
    /// If there is no such stream, or after [`shutdown`](Self::shutdown).
    pub fn stream(&self, name: &str) -> Result<MSender, CoordinatorError> {
        self.shared.open()?.sender(name)
    }

    /// Sends a value to a stream, as [`MSender::send`] does: what the stream refuses is counted, and no error.
    ///
    /// # Errors
    /// If there is no such stream, or after [`shutdown`](Self::shutdown).
    pub fn send(&self, stream: &str, value: f64) -> Result<(), CoordinatorError> {
        self.stream(stream)?.send(value);
        Ok(())
    }

    /// Sends a value with tags to a stream, as [`MSender::send_with`] does.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn send_with(&self, stream: &str, value: f64, tags: impl TagSet) -> Result<(), CoordinatorError> {
        self.stream(stream)?.send_with(value, tags);
        Ok(())
    }

    /// Starts a timer, which sends how many seconds it ran to a stream when it is dropped.
    ///
    /// ```
    /// use metrix::{CoordinatorError, MCoordinator, MStream, size};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let requests = MStream::builder("requests").batch(size(10)).agg("max");
    /// let coordinator = MCoordinator::builder().stream(requests).start()?;
    /// {
    ///     let _timer = coordinator.timer("requests")?;
    ///     // what is timed comes here
    /// }
    /// assert_eq!(coordinator.stats().streams["requests"].accepted, 1);
    ///
    /// let error = coordinator.timer("request").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     r#"there is no stream "request": did you mean "requests"? (known are "requests")"#,
    /// );
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn timer(&self, stream: &str) -> Result<Timer, CoordinatorError> {
        Ok(self.stream(stream)?.timer())
    }

    /// What has become so far of all that came.
    pub fn stats(&self) -> Report {
        self.shared.report()
    }

    /// The network of streams, their stages, and sinks, to be drawn.
    ///
    /// ```
    /// use metrix::{MCoordinator, MStream, size};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let words = MStream::builder("words").batch(size(10)).agg("sum");
    /// let coordinator = MCoordinator::builder().stream(words).start()?;
    /// assert!(coordinator.graph().dot().contains("words.batch"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn graph(&self) -> Graph {
        self.shared.graph()
    }

    /// Ends it: closes the streams and with them the open windows and batches, delivers what the queues hold, flushes and
    /// closes the sinks, and tells what became of everything.
    ///
    /// What is not delivered when `deadline` has passed counts as undelivered, and the sinks that are still busy are
    /// dropped without being closed. It returns then, or up to a second later if the tasks of the streams get no time to
    /// run. A second call does nothing, and tells how it stands.
    ///
    /// It may be called from any runtime or none, but the one that the coordinator was started on must still be there: if
    /// that is gone, what was open and what waited is lost. That is logged, and the report is [not
    /// complete](Report::is_complete).
    ///
    /// ```
    /// use metrix::testing::{Act, Scripted};
    /// use metrix::{MCoordinator, MStream, size};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let each = MStream::builder("n").batch(size(1)).agg("sum");
    /// let hangs = Scripted::new([Act::Hang]);
    /// let coordinator = MCoordinator::builder().stream(each).sink("hangs", hangs).start()?;
    /// coordinator.send("n", 1.0)?;
    ///
    /// let report = coordinator.shutdown(Duration::from_secs(5)).await; // five seconds later, on the paused clock
    /// assert_eq!(report.to_string(), "\
    /// stream \"n\": 1 in, 1 out
    /// sink \"hangs\": 0 delivered, 1 undelivered, not closed
    /// ");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Cancel safety
    /// If the future is dropped after it was polled, the end goes on without it, with the same deadline.
    pub async fn shutdown(&self, deadline: Duration) -> Report {
        let deadline = Instant::now().checked_add(deadline);
        // In a task, so that it goes on if nobody waits. It fails only if the runtime is at its own end.
        let ended = self.shared.runtime().spawn(Arc::clone(&self.shared).wind_up(deadline)).await;
        if ended.is_err() {
            self.shared.give_up();
        }
        self.shared.report()
    }
}

impl Drop for MCoordinator {
    fn drop(&mut self) {
        if self.shared.open().is_ok() {
            let waiting: u64 = self.stats().sinks.values().map(|sink| sink.queued).sum();
            tracing::warn!(
                waiting,
                open_streams = self.shared.open_streams(),
                "a coordinator is dropped without a shutdown: the elements that wait for sinks, and what streams hold in open \
                 windows and batches, are delivered only if the runtime lasts; call `shutdown(deadline).await` first"
            );
            self.shared.runtime().spawn(Arc::clone(&self.shared).wind_up(None));
        }
    }
}

impl fmt::Debug for MCoordinator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MCoordinator").field("stats", &self.stats()).finish_non_exhaustive()
    }
}
