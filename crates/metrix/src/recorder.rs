//! [`MRecorder`]: metric streams of all that is instrumented with the `metrics` facade.

mod builder;
mod counter;
mod descriptions;
mod handle;
mod kind;
mod plan;
mod refusals;
mod stats;
mod streams;
mod table;

use std::fmt;
use std::sync::Arc;

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SetRecorderError, SharedString, Unit};

pub use builder::MRecorderBuilder;
pub use descriptions::Description;
pub use kind::MetricKind;
pub use stats::RecorderStats;

use counter::CounterHandle;
use descriptions::Descriptions;
use handle::{GaugeHandle, Handle, HistogramHandle};
use refusals::Refusals;
use streams::Streams;
use table::Table;

/// A recorder for the [`metrics`] facade: each metric of every crate that is instrumented with it becomes a stream of a
/// [coordinator](crate::MCoordinator).
///
/// The first registration of a name makes its stream, which has the metric's name; the labels are the tags. Where a label
/// is given twice, the last value wins; the order of labels means nothing. What a window of each kind comes to:
///
/// | in the code | is sent | elements unless told otherwise |
/// | --- | --- | --- |
/// | `counter!("n").increment(2)` | 2 | `n.sum`, `n.rate` (a second) |
/// | `counter!("n").absolute(total)` | by how much the total has grown | the same |
/// | `gauge!("n").set(1.5)`, `increment`, `decrement` | the value that it has then | `n.last` |
/// | `histogram!("n").record(0.2)` | 0.2, or the seconds of a `Duration` | `n.count`, `n.mean`, `n.p99` |
///
/// A window in which nothing was sent gives nothing: a gauge is given out in the windows in which it was set. The windows
/// of all metrics end at the same times. Levels and targets of metrics are ignored.
///
/// `absolute` takes readings of a counter that is kept elsewhere. The first is where counting starts, and sends nothing.
/// A reading that is lower than the one before was overtaken on its way, if it is at least half of that, and is left out,
/// as the facade asks for; one that is lower still shows that the counter has begun anew from 0, and all of it is the
/// increase. Differences are taken between integers, so that totals beyond 2^53 lose nothing. `increment` on the same
/// counter is counted beside the readings. All values are sent as `f64`. `record_many` takes the time of as many records.
///
/// A name that the coordinator's own streams or a metric of another kind have already gets the kind behind it, as in
/// `n.gauge`; that is logged. Whatever a crate asks for, it gets a handle, and no panic. For a name that a stream can't have
/// (empty, with control characters, longer than 1024 bytes), for one metric too many, and for a new one after the
/// coordinator's shutdown it is a handle that does nothing; each is counted in [`stats`](Self::stats), and the first of a
/// kind is logged. What the streams refuse, such as a value that is not finite, [their stats](crate::MCoordinator::stats) count.
///
/// A macro looks its metric up, under a lock that readers share; the handle that it gives sends without any look-up. Keep
/// it where that matters. The same labels registered from two places share one handle, so that one may take from a gauge
/// what the other has added. What the recorder itself logs comes from outside its locks, so that a subscriber may count it
/// with a metric. An aggregate of one's own must record nothing in its metric, since it runs under the lock of that stream.
///
/// A clone is the same recorder. It doesn't keep the coordinator from its end: [shutdown](crate::MCoordinator::shutdown) gives out
/// what is open. A stream that was [removed](crate::MCoordinator::remove_stream) doesn't come back, and refuses.
///
/// Memory: at most [`max_streams`](MRecorderBuilder::max_streams) streams and as many descriptions, and for each kind
/// [`max_handles`](MRecorderBuilder::max_handles) handles of about 250 bytes, and the labels twice.
///
/// ```
/// use metrix::{MCoordinator, MRecorder, sink::Memory, size};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sink = Memory::new(size(100));
/// let kept = sink.clone();
/// let coordinator = MCoordinator::builder().sink("memory", sink).start()?;
/// let recorder = MRecorder::builder().window(Duration::from_secs(10)).histograms(["count", "max"]).start(&coordinator)?;
/// recorder.install()?;
///
/// // Anywhere in the program and in what it depends on.
/// metrics::counter!("requests", "page" => "/").increment(30);
/// metrics::histogram!("took").record(Duration::from_millis(250));
/// metrics::histogram!("took").record(Duration::from_millis(750));
///
/// coordinator.shutdown(Duration::from_secs(5)).await; // or ten seconds later
/// let mut lines: Vec<String> = kept.take().iter().map(|element| element.to_string()).collect();
/// lines.sort();
/// assert_eq!(lines, ["requests.rate page=/ 3", "requests.sum page=/ 30", "took.count 2", "took.max 0.75"]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MRecorder {
    registry: Arc<Registry>,
}

struct Registry {
    streams: Streams,
    counters: Table<CounterHandle>,
    gauges: Table<GaugeHandle>,
    histograms: Table<HistogramHandle>,
    descriptions: Descriptions,
    refusals: Refusals,
}

impl MRecorder {
    /// Begins to build a recorder.
    pub fn builder() -> MRecorderBuilder {
        MRecorderBuilder::new()
    }

    /// Makes it the recorder of the whole process. For a part of it there are [`metrics::with_local_recorder`] and
    /// [`metrics::set_default_local_recorder`], which take a reference to it.
    ///
    /// # Errors
    /// If the process has one already.
    ///
    /// ```
    /// use metrix::{MCoordinator, MRecorder};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let coordinator = MCoordinator::builder().start()?;
    /// let recorder = MRecorder::builder().start(&coordinator)?;
    /// assert!(recorder.install().is_ok());
    /// assert!(recorder.install().is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn install(&self) -> Result<(), SetRecorderError<Self>> {
        metrics::set_global_recorder(self.clone())
    }

    /// What was said about a metric: of several kinds of the name, the first in the order of [`MetricKind`].
    ///
    /// ```
    /// use metrics::Unit;
    /// use metrix::{MCoordinator, MRecorder, MetricKind};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let coordinator = MCoordinator::builder().start()?;
    /// let recorder = MRecorder::builder().start(&coordinator)?;
    /// metrics::with_local_recorder(&recorder, || {
    ///     metrics::describe_histogram!("took", Unit::Seconds, "how long a request took");
    /// });
    /// let took = recorder.description("took").unwrap();
    /// assert_eq!((took.kind, took.unit, &*took.text), (MetricKind::Histogram, Some(Unit::Seconds), "how long a request took"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn description(&self, name: &str) -> Option<Description> {
        self.registry.descriptions.get(name)
    }

    /// All that was said about metrics, in the order of names and kinds.
    pub fn descriptions(&self) -> Vec<Description> {
        self.registry.descriptions.all()
    }

    /// How much there is of what, and how often there was too much of it.
    pub fn stats(&self) -> RecorderStats {
        let Registry { streams, counters, gauges, histograms, descriptions, refusals } = &*self.registry;
        RecorderStats {
            streams: streams.len(),
            handles: counters.len() + gauges.len() + histograms.len(),
            descriptions: descriptions.len(),
            ..refusals.stats()
        }
    }
}

impl Registry {
    /// The handle of a key; `None` if it can't have one.
    #[inline]
    fn handle<H: Handle>(&self, table: &Table<H>, key: &Key) -> Option<Arc<H>> {
        table.get(key).or_else(|| self.new_handle(table, key))
    }

    #[cold]
    fn new_handle<H: Handle>(&self, table: &Table<H>, key: &Key) -> Option<Arc<H>> {
        match self.streams.sender(H::KIND, key.name()) {
            Ok(sender) => Some(table.add(key, &sender, &self.refusals)),
            Err(refusal) => {
                self.refusals.count(refusal, key.name());
                None
            }
        }
    }

    fn describe(&self, kind: MetricKind, name: &KeyName, unit: Option<Unit>, text: &SharedString) {
        if let Err(refusal) = self.descriptions.add(kind, name.as_str(), unit, text) {
            self.refusals.count(refusal, name.as_str());
        }
    }
}

impl Recorder for MRecorder {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, text: SharedString) {
        self.registry.describe(MetricKind::Counter, &name, unit, &text);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, text: SharedString) {
        self.registry.describe(MetricKind::Gauge, &name, unit, &text);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, text: SharedString) {
        self.registry.describe(MetricKind::Histogram, &name, unit, &text);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.registry.handle(&self.registry.counters, key).map_or_else(Counter::noop, Counter::from_arc)
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.registry.handle(&self.registry.gauges, key).map_or_else(Gauge::noop, Gauge::from_arc)
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.registry.handle(&self.registry.histograms, key).map_or_else(Histogram::noop, Histogram::from_arc)
    }
}

impl fmt::Debug for MRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MRecorder").field("stats", &self.stats()).finish_non_exhaustive()
    }
}
