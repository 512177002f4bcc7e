//! [`MRecorderBuilder`]: what a recorder is to be.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use metrix_core::{Timestamp, size};

use super::descriptions::Descriptions;
use super::plan::Plan;
use super::refusals::Refusals;
use super::streams::Streams;
use super::table::Table;
use super::{MRecorder, Registry};
use crate::{Agg, AggError, BuildError, CoordinatorError, IntoAgg, MCoordinator, Tags};

type Given = Result<Vec<Agg>, AggError>;

/// Builds a recorder: see [`MRecorder::builder`].
///
/// ```
/// use metrix::{MCoordinator, MRecorder, tags};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let coordinator = MCoordinator::builder().start()?;
/// let recorder = MRecorder::builder()
///     .window(Duration::from_secs(60))
///     .gauges(["last", "max"])
///     .metric("took", ["histogram(0.1,1,10)", "p99"])
///     .default_tags(tags! { "host" => "a" })
///     .start(&coordinator)?;
/// assert_eq!(recorder.stats().streams, 0); // until there is a metric
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder builds nothing by itself"]
pub struct MRecorderBuilder {
    every: Duration,
    origin: Option<Timestamp>,
    counters: Given,
    gauges: Given,
    histograms: Given,
    own: HashMap<Arc<str>, Given>,
    default_tags: Tags,
    max_series: NonZeroUsize,
    max_tag_bytes: usize,
    max_streams: NonZeroUsize,
    max_handles: NonZeroUsize,
    queue: NonZeroUsize,
}

impl MRecorderBuilder {
    pub(super) fn new() -> Self {
        Self {
            every: Duration::from_secs(10),
            origin: None,
            counters: given(["sum", "rate"]),
            gauges: given(["last"]),
            histograms: given(["count", "mean", "p99"]),
            own: HashMap::new(),
            default_tags: Tags::NONE,
            max_series: size(100_000),
            max_tag_bytes: 64 * 1024,
            max_streams: size(10_000),
            max_handles: size(100_000),
            queue: size(10_000),
        }
    }

    /// Sums up windows of this length, 10 seconds unless set.
    pub fn window(self, every: Duration) -> Self {
        Self { every, ..self }
    }

    /// Aligns the windows so that one of them starts at `origin`, such as [`Timestamp::EPOCH`]; without this, the first
    /// starts when the recorder is.
    pub fn aligned_to(self, origin: Timestamp) -> Self {
        Self { origin: Some(origin), ..self }
    }

    /// What counters come to in a window, instead of `sum` and `rate`: see [`Agg`].
    pub fn counters(self, aggs: impl IntoIterator<Item = impl IntoAgg>) -> Self {
        Self { counters: given(aggs), ..self }
    }

    /// What gauges come to in a window, instead of `last`.
    pub fn gauges(self, aggs: impl IntoIterator<Item = impl IntoAgg>) -> Self {
        Self { gauges: given(aggs), ..self }
    }

    /// What histograms come to in a window, instead of `count`, `mean` and `p99`.
    pub fn histograms(self, aggs: impl IntoIterator<Item = impl IntoAgg>) -> Self {
        Self { histograms: given(aggs), ..self }
    }

    /// What the metric of this name comes to in a window, whatever its kind; of several for one name, the last counts.
    pub fn metric(mut self, name: impl Into<Arc<str>>, aggs: impl IntoIterator<Item = impl IntoAgg>) -> Self {
        self.own.insert(name.into(), given(aggs));
        self
    }

    /// Tags that every metric has unless its labels say otherwise.
    pub fn default_tags(self, tags: impl Into<Tags>) -> Self {
        Self { default_tags: tags.into(), ..self }
    }

    /// At most this many sets of labels for each metric in one window (100 000 unless set): see
    /// [`MStreamBuilder::max_series`](crate::MStreamBuilder::max_series).
    pub fn max_series(self, n: NonZeroUsize) -> Self {
        Self { max_series: n, ..self }
    }

    /// Refuses what is recorded with labels that are longer than this, names and values together (64 KiB unless set).
    pub fn max_tag_bytes(self, bytes: usize) -> Self {
        Self { max_tag_bytes: bytes, ..self }
    }

    /// At most this many metrics, by name and kind (10 000 unless set), and as many descriptions: further ones are
    /// counted, the first is logged, and their handles do nothing.
    pub fn max_streams(self, n: NonZeroUsize) -> Self {
        Self { max_streams: n, ..self }
    }

    /// Keeps at most this many handles of each kind, by name and labels (100 000 unless set). Beyond that every
    /// registration makes one of its own: counters and histograms lose nothing by it, but gauges and totals that are not
    /// kept by the caller begin anew each time. That is counted, and the first is logged.
    pub fn max_handles(self, n: NonZeroUsize) -> Self {
        Self { max_handles: n, ..self }
    }

    /// Refuses what is recorded of a metric while this many of its elements or more wait for the sinks' queues (10 000 unless
    /// set): see [`MStreamBuilder::queue`](crate::MStreamBuilder::queue).
    pub fn queue(self, n: NonZeroUsize) -> Self {
        Self { queue: n, ..self }
    }

    /// Starts the recorder: each metric becomes a stream of this coordinator, whose sinks get the elements. Windows begin now,
    /// by tokio's clock. To have the recorder told of metrics, [install](MRecorder::install) it.
    ///
    /// # Errors
    /// If the length of the windows can't be, the aggregates of a kind or of a metric are none, unknown or of the same
    /// name, a metric that has aggregates of its own can't be called so, or the coordinator has been shut down.
    ///
    /// ```
    /// use metrix::{MCoordinator, MRecorder};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let coordinator = MCoordinator::builder().start()?;
    /// let error = MRecorder::builder().counters(["smu"]).start(&coordinator).unwrap_err().to_string();
    /// assert!(error.starts_with("the stream \"counters\": there is no aggregate `smu`: did you mean `sum`?"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn start(self, coordinator: &MCoordinator) -> Result<MRecorder, CoordinatorError> {
        let coordinator = coordinator.shared()?;
        let (max_streams, max_handles, max_tag_bytes) = (self.max_streams, self.max_handles, self.max_tag_bytes);
        let plan = self.plan()?;
        let registry = Registry {
            counters: Table::new(max_handles, max_tag_bytes),
            gauges: Table::new(max_handles, max_tag_bytes),
            histograms: Table::new(max_handles, max_tag_bytes),
            descriptions: Descriptions::new(max_streams),
            refusals: Refusals::default(),
            streams: Streams::new(plan, max_streams, coordinator),
        };
        Ok(MRecorder { registry: Arc::new(registry) })
    }

    /// Streams are built as metrics come, where nobody can be told what is wrong with them; so each is tried here.
    fn plan(self) -> Result<Plan, BuildError> {
        let plan = Plan {
            every: self.every,
            origin: self.origin.unwrap_or_else(Timestamp::now),
            counters: checked("counters", self.counters)?,
            gauges: checked("gauges", self.gauges)?,
            histograms: checked("histograms", self.histograms)?,
            own: self
                .own
                .into_iter()
                .map(|(metric, given)| Ok((Arc::clone(&metric), checked(&metric, given)?)))
                .collect::<Result<_, BuildError>>()?,
            default_tags: self.default_tags,
            max_series: self.max_series,
            max_tag_bytes: self.max_tag_bytes,
            queue: self.queue,
        };
        let kinds = [("counters", &plan.counters), ("gauges", &plan.gauges), ("histograms", &plan.histograms)];
        let own = plan.own.iter().map(|(metric, aggs)| (&**metric, aggs));
        for (name, aggs) in kinds.into_iter().chain(own) {
            let _tried = plan.stream_of(name.into(), aggs).build()?;
        }
        Ok(plan)
    }
}

fn checked(name: &str, given: Given) -> Result<Vec<Agg>, BuildError> {
    given.map_err(|error| BuildError::Agg { stream: name.into(), error })
}

fn given(aggs: impl IntoIterator<Item = impl IntoAgg>) -> Given {
    aggs.into_iter().map(IntoAgg::into_agg).collect()
}
