//! [`MCoordinatorBuilder`]: what a coordinator is to begin with.

use std::collections::BTreeSet;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_core::Stream;
use metrix_core::Interval;
use tokio::runtime::Handle;
use tokio::time::sleep;

use super::changes::check_sink_name;
use super::own_counts::OwnCounts;
use super::{CoordinatorError, MCoordinator};
use crate::delivery::ErasedSink;
use crate::guard::guard;
use crate::{MElement, MStream, MStreamBuilder, Sink, SinkOptions, Tags};

/// The pipeline between a stream and the sinks.
type Through = Box<dyn FnOnce(MStream) -> Pin<Box<dyn Stream<Item = MElement> + Send>> + Send>;

/// Builds a coordinator: see [`MCoordinator::builder`].
#[derive(Default)]
#[must_use = "a builder starts nothing by itself"]
pub struct MCoordinatorBuilder {
    pub(super) rate_limit: Duration,
    streams: Vec<(MStreamBuilder, Option<Through>)>,
    sinks: Vec<(Arc<str>, Box<dyn ErasedSink>, SinkOptions)>,
    own_metrics: Option<Duration>,
    own_counts: Vec<OwnCounts>,
}

impl MCoordinatorBuilder {
    /// The least time between two elements into a sink, for all sinks whose options set none; zero, the default, for none.
    /// See [`SinkOptions::rate_limit`].
    ///
    /// Lists that may not fit the sinks, and texts, don't compile:
    ///
    /// ```compile_fail
    /// metrix::MCoordinator::builder().rate_limit([1.0, 1.0]);
    /// ```
    ///
    /// ```compile_fail
    /// metrix::MCoordinator::builder().rate_limit("10s");
    /// ```
    pub fn rate_limit(self, rate_limit: Duration) -> Self {
        Self { rate_limit, ..self }
    }

    /// Adds a stream.
    pub fn stream(mut self, stream: MStreamBuilder) -> Self {
        self.streams.push((stream, None));
        self
    }

    /// Adds a stream whose elements go through a pipeline of combinators first: the sinks get what `through` makes of them.
    ///
    /// The stream's account is of what goes into the pipeline, the sinks' accounts are of what comes out. A pipeline that ends,
    /// or panics, ends its stream. What it still holds when the deadline of [`shutdown`](MCoordinator::shutdown) is over is
    /// not in the report.
    ///
    /// ```
    /// use metrix::{MCoordinator, MStream, sink::Memory, size};
    /// use metrix_core::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sink = Memory::new(size(100));
    /// let kept = sink.clone();
    /// let loads = MStream::builder("load").batch(size(2)).agg("mean");
    /// let coordinator = MCoordinator::builder()
    ///     .stream_through(loads, |elements| elements.filter(|element| element.value > 0.9))
    ///     .sink("alerts", sink)
    ///     .start()?;
    /// for load in [0.2, 0.4, 0.95, 0.99] {
    ///     coordinator.send("load", load)?;
    /// }
    /// coordinator.shutdown(std::time::Duration::from_secs(1)).await;
    /// assert_eq!(kept.take().iter().map(|element| element.value).collect::<Vec<_>>(), [0.97]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream_through<S>(
        mut self,
        stream: MStreamBuilder,
        through: impl FnOnce(MStream) -> S + Send + 'static,
    ) -> Self
    where
        S: Stream<Item = MElement> + Send + 'static,
    {
        self.streams.push((stream, Some(Box::new(|elements| Box::pin(through(elements))))));
        self
    }

    /// Adds a sink, under a name that reports, logs and metrics call it by.
    pub fn sink(self, name: impl Into<Arc<str>>, sink: impl Sink) -> Self {
        self.sink_with(name, sink, SinkOptions::default())
    }

    /// Adds a sink with options of its own.
    pub fn sink_with(mut self, name: impl Into<Arc<str>>, sink: impl Sink, options: SinkOptions) -> Self {
        self.sinks.push((name.into(), Box::new(sink), options));
        self
    }

    /// Has the coordinator measure itself: every so often, and at the end, the sinks get elements about all streams and
    /// sinks, like any other elements.
    ///
    /// | name | tag | value |
    /// | --- | --- | --- |
    /// | `metrix.stream.in` | `stream` | measurements taken |
    /// | `metrix.stream.out` | `stream` | elements given |
    /// | `metrix.stream.refused` | `stream` | measurements refused |
    /// | `metrix.stream.late` | `stream` | measurements that came too late |
    /// | `metrix.stream.overflow` | `stream` | measurements that went to the overflow series |
    /// | `metrix.stream.panics` | `stream` | panics of aggregates |
    /// | `metrix.stream.not_finite_results` | `stream` | results of aggregates left out because they are not finite |
    /// | `metrix.stream.cut` | `stream` | values that aggregates went [without](crate::StreamStats::cut) |
    /// | `metrix.sink.delivered` | `sink` | elements delivered |
    /// | `metrix.sink.dropped` | `sink` | elements dropped, because the queue was full or no try succeeded |
    /// | `metrix.sink.refused` | `sink` | elements refused |
    /// | `metrix.sink.retried` | `sink` | elements written again |
    /// | `metrix.sink.errors` | `sink` | calls that failed, panicked or took too long |
    /// | `metrix.sink.write` | `sink` | how long a write took on average, in seconds; left out if there was none |
    /// | `metrix.sink.queue` | `sink` | elements that wait now |
    /// | `metrix.sink.lag` | `sink` | how long the oldest of them has waited, in seconds |
    ///
    /// Counts are those since the elements before, so that they add up; their window starts then. Those of a stream or sink
    /// that was removed come until it has ended, and add to those of another that has its name now.
    ///
    /// They never wait: what a sink's queue has no room for is dropped and counted, where streams would wait, too.
    ///
    /// Memory: of each stream and sink that was removed, its counts until they are told.
    ///
    /// ```
    /// use metrix::{MCoordinator, MStream, SinkOptions, sink::Memory, size};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sink = Memory::new(size(1000));
    /// let kept = sink.clone();
    /// let coordinator = MCoordinator::builder()
    ///     .stream(MStream::builder("words").batch(size(10)).agg("sum"))
    ///     .sink_with("own", sink, SinkOptions::default().accept(|element| element.name.starts_with("metrix.")))
    ///     .own_metrics(Duration::from_secs(10))
    ///     .start()?;
    /// coordinator.send("words", 800.0)?;
    /// tokio::time::sleep(Duration::from_secs(11)).await;
    /// let told = kept.take();
    /// assert_eq!((&*told[0].name, told[0].tags.to_string(), told[0].value), ("metrix.stream.in", "stream=words".into(), 1.0));
    /// # Ok(())
    /// # }
    /// ```
    pub fn own_metrics(self, every: Duration) -> Self {
        Self { own_metrics: Some(every), ..self }
    }

    /// Adds counts of the application to the [own metrics](Self::own_metrics), with which they come: without these nobody asks for them.
    ///
    /// `totals` gives the name and the tags of each count, once each, and how much it is by then. The element has what it has grown by since
    /// the elements before, which is nothing if it has become less. It is asked each time that they come, and must not block for long; if it panics, that
    /// is logged, and it is asked no more.
    ///
    /// Memory: the name and tags of each count that there has been.
    ///
    /// ```
    /// use metrix::{MCoordinator, sink::Memory, size, tags};
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let (sink, lost) = (Memory::new(size(1000)), Arc::new(AtomicU64::new(3)));
    /// let (kept, total) = (sink.clone(), Arc::clone(&lost));
    /// let coordinator = MCoordinator::builder()
    ///     .sink("memory", sink)
    ///     .own_metrics(Duration::from_secs(10))
    ///     .own_counts(move || [("shop.lost", tags! { "of" => "orders" }, total.load(Ordering::Relaxed))])
    ///     .start()?;
    /// tokio::time::sleep(Duration::from_secs(11)).await;
    /// lost.fetch_add(2, Ordering::Relaxed);
    /// coordinator.shutdown(Duration::from_secs(1)).await;
    /// let of_shop: Vec<f64> = kept.take().iter().filter(|e| &*e.name == "shop.lost").map(|e| e.value).collect();
    /// assert_eq!(of_shop, [3.0, 2.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn own_counts<N, I>(mut self, mut totals: impl FnMut() -> I + Send + 'static) -> Self
    where
        N: Into<Arc<str>>,
        I: IntoIterator<Item = (N, Tags, u64)>,
    {
        let all = move || totals().into_iter().map(|(name, tags, total)| (name.into(), tags, total)).collect();
        self.own_counts.push(OwnCounts::new(all));
        self
    }

    /// Starts it on the tokio runtime that this is called in, which must have its timer on.
    ///
    /// # Errors
    /// If there is no runtime, or one without a timer, a stream can't be built, two streams or two sinks have one name, or a
    /// sink has a name that can't be. Then nothing was started, and the sinks are dropped. (Where the timer is missing,
    /// tokio's own panic is caught, so the panic hook tells of it too.)
    ///
    /// ```
    /// use metrix::{CoordinatorError, MCoordinator};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let without = tokio::runtime::Builder::new_current_thread().build()?;
    /// let _in_runtime = without.enter();
    /// assert_eq!(MCoordinator::builder().start().unwrap_err(), CoordinatorError::NoTimer);
    /// # Ok(())
    /// # }
    /// ```
    pub fn start(self) -> Result<MCoordinator, CoordinatorError> {
        let Ok(runtime) = Handle::try_current() else {
            return Err(CoordinatorError::NoRuntime);
        };
        // Tokio can't be asked whether there is a timer; a sleep that can't be had panics before it is ever awaited.
        if guard(|| drop(sleep(Duration::ZERO))).is_err() {
            return Err(CoordinatorError::NoTimer);
        }
        let mut names = BTreeSet::new();
        for (name, ..) in &self.sinks {
            check_sink_name(name)?;
            if !names.insert(name) {
                return Err(CoordinatorError::SinkTwice { name: name.clone() });
            }
        }
        let mut names = BTreeSet::new();
        for (stream, _) in &self.streams {
            if !names.insert(stream.name()) {
                return Err(CoordinatorError::StreamTwice { name: stream.name().into() });
            }
        }
        if let Some(every) = self.own_metrics {
            Interval::try_from(every).map_err(CoordinatorError::OwnMetrics)?;
        }
        let built = self.streams.into_iter().map(|(stream, through)| Ok((stream.build()?, through)));
        let streams = built.collect::<Result<Vec<_>, CoordinatorError>>()?;
        let coordinator = MCoordinator::new(runtime, self.rate_limit);
        for (name, sink, options) in self.sinks {
            coordinator.shared.add_sink(name, sink, options)?;
        }
        for ((sender, stream), through) in streams {
            match through {
                Some(through) => coordinator.shared.add_stream(sender, through(stream), true)?,
                None => coordinator.shared.add_stream(sender, stream, false)?,
            };
        }
        if let Some(every) = self.own_metrics {
            coordinator.shared.measure_itself(every, self.own_counts);
        }
        Ok(coordinator)
    }
}

impl fmt::Debug for MCoordinatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sinks: Vec<_> = self.sinks.iter().map(|(name, _, options)| (name, options)).collect();
        f.debug_struct("MCoordinatorBuilder")
            .field("rate_limit", &self.rate_limit)
            .field("streams", &self.streams.iter().map(|(stream, _)| stream).collect::<Vec<_>>())
            .field("sinks", &sinks)
            .field("own_metrics", &self.own_metrics)
            .field("own_counts", &self.own_counts)
            .finish()
    }
}
