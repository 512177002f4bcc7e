//! Streams and sinks that come and go while a coordinator runs.

use std::sync::Arc;

use futures_core::Stream;

use super::{CoordinatorError, MCoordinator};
use crate::name::is_name;
use crate::{MElement, MSender, MStream, MStreamBuilder, Sink, SinkOptions, SinkStats, StreamStats};

impl MCoordinator {
    /// Builds and adds a stream, whose windows begin now.
    ///
    /// ```
    /// use metrix::{MCoordinator, MStream, size};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let coordinator = MCoordinator::builder().start()?;
    /// let errors = coordinator.add_stream(MStream::builder("errors").batch(size(2)).agg("sum"))?;
    /// errors.send(1.0);
    /// let stats = coordinator.remove_stream("errors").await?;
    /// assert_eq!((stats.accepted, stats.emitted), (1, 1)); // the batch that had begun was given out
    /// assert!(coordinator.send("errors", 1.0).is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If it can't be built, there is one of this name, or after [`shutdown`](Self::shutdown).
    pub fn add_stream(&self, stream: MStreamBuilder) -> Result<MSender, CoordinatorError> {
        self.shared.build_stream(stream)
    }

    /// Builds and adds a stream whose elements go through a pipeline of combinators first, as
    /// [`stream_through`](super::MCoordinatorBuilder::stream_through) does.
    ///
    /// # Errors
    /// As [`add_stream`](Self::add_stream).
    pub fn add_stream_through<S>(
        &self,
        stream: MStreamBuilder,
        through: impl FnOnce(MStream) -> S,
    ) -> Result<MSender, CoordinatorError>
    where
        S: Stream<Item = MElement> + Send + 'static,
    {
        self.shared.build_stream_through(stream, through)
    }

    /// Closes a stream, waits until its last window or batch has gone to the sinks' queues, and tells what it has done.
    /// From then on senders of it are refused, and another one may have its name.
    ///
    /// # Errors
    /// If there is no such stream, or after [`shutdown`](Self::shutdown).
    ///
    /// # Cancel safety
    /// The stream is removed at once. If the future is dropped, what is left of it goes to the sinks all the same.
    pub async fn remove_stream(&self, name: &str) -> Result<StreamStats, CoordinatorError> {
        let (sender, mut done) = self.shared.remove_stream(name)?;
        // It waits for the end of its task, which may be that of its runtime.
        while done.changed().await.is_ok() {}
        Ok(sender.stats())
    }

    /// Adds a sink, which gets the elements that come from now on.
    ///
    /// ```
    /// use metrix::{MCoordinator, MStream, SinkOptions, sink::Memory, size};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let each = MStream::builder("n").batch(size(1)).agg("sum");
    /// let coordinator = MCoordinator::builder().stream(each).start()?;
    /// let sink = Memory::new(size(100));
    /// coordinator.add_sink("memory", sink.clone(), SinkOptions::default())?;
    /// coordinator.send("n", 1.0)?;
    /// # tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    ///
    /// let stats = coordinator.remove_sink("memory").await?;
    /// assert_eq!((stats.delivered, sink.is_closed()), (1, true));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If its name can't be, there is one of this name, or after [`shutdown`](Self::shutdown). The sink is dropped then.
    pub fn add_sink(
        &self,
        name: impl Into<Arc<str>>,
        sink: impl Sink,
        options: SinkOptions,
    ) -> Result<(), CoordinatorError> {
        let name = name.into();
        check_sink_name(&name)?;
        self.shared.add_sink(name, Box::new(sink), options)
    }

    /// Takes a sink out, waits until it has written all that waits for it and is closed, and tells what became of it.
    ///
    /// It waits as long as the sink's retries allow; where that is too long, put a timeout around it.
    ///
    /// # Errors
    /// If there is no such sink, or after [`shutdown`](Self::shutdown).
    ///
    /// # Cancel safety
    /// The sink is taken out at once. If the future is dropped, its task delivers what is left all the same, and
    /// [`shutdown`](Self::shutdown) waits for it.
    pub async fn remove_sink(&self, name: &str) -> Result<SinkStats, CoordinatorError> {
        let removed = self.shared.remove_sink(name)?;
        removed.over().await;
        Ok(removed.stats())
    }
}

pub(super) fn check_sink_name(name: &Arc<str>) -> Result<(), CoordinatorError> {
    if is_name(name) { Ok(()) } else { Err(CoordinatorError::SinkName { name: name.clone() }) }
}
