//! [`MStreamBuilder`]: what a metric stream is to be.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use metrix_core::{EventTime, Interval, Operator, Pushed, Pusher, TimeDomain, Timestamp, pushed, pushed_at, size};

use super::batches::Batches;
use super::common::Common;
use super::elements::Elements;
use super::entry::Entry;
use super::exit::Exit;
use super::gate_waker::GateWaker;
use super::measurement::Measurement;
use super::open::Opened;
use super::overflow::{Overflow, overflow_tags};
use super::pipeline::ToElements;
use super::sharded::Sharded;
use super::stats::Counters;
use super::{BuildError, MSender, MStream, Stage, Windows, pipeline};
use crate::later::Later;
use crate::name::is_name;
use crate::shard::Shards;
use crate::{Agg, AggError, Aggs, IntoAgg, Tags};

/// A stream that has a name but neither windows nor batches yet.
#[derive(Clone, Debug)]
#[must_use = "a builder builds nothing by itself"]
pub struct NamedBuilder {
    name: Arc<str>,
}

impl NamedBuilder {
    pub(super) fn new(name: Arc<str>) -> Self {
        Self { name }
    }

    /// Sums up windows of time: a [`Duration`] for windows of that length in arrival time, the first of which starts when
    /// the stream is built; [`Windows`] for more.
    pub fn window(self, windows: impl Into<Windows>) -> MStreamBuilder {
        MStreamBuilder::new(self.name, Grouping::Windows(windows.into()))
    }

    /// Sums up every `n` measurements of the stream, whatever their tags and [weights](MSender::weighted). A batch holds
    /// no time: it is given out when its last measurement comes, or when the stream ends.
    pub fn batch(self, n: NonZeroUsize) -> MStreamBuilder {
        MStreamBuilder::new(self.name, Grouping::Batches(n))
    }
}

/// What a stream sums up: exactly one of the two.
#[derive(Clone, Debug)]
enum Grouping {
    Windows(Windows),
    Batches(NonZeroUsize),
}

/// Builds a metric stream: see [`MStream::builder`].
#[derive(Clone, Debug)]
#[must_use = "a builder builds nothing by itself"]
pub struct MStreamBuilder {
    name: Arc<str>,
    grouping: Grouping,
    aggs: Vec<Result<Agg, AggError>>,
    default_tags: Tags,
    max_series: NonZeroUsize,
    max_tag_bytes: usize,
    queue: NonZeroUsize,
}

impl MStreamBuilder {
    fn new(name: Arc<str>, grouping: Grouping) -> Self {
        Self {
            name,
            grouping,
            aggs: Vec::new(),
            default_tags: Tags::NONE,
            max_series: size(100_000),
            max_tag_bytes: 64 * 1024,
            queue: size(10_000),
        }
    }

    /// Adds an aggregate: a name such as `"mean"` or `"p99"`, an [`Agg`], or a pair of a name of your own and either.
    pub fn agg(mut self, agg: impl IntoAgg) -> Self {
        self.aggs.push(agg.into_agg());
        self
    }

    /// Adds several aggregates, all given in one way: names, pairs, or [`Agg`]s. To mix these, call [`agg`](Self::agg) for
    /// each.
    pub fn aggs(self, aggs: impl IntoIterator<Item = impl IntoAgg>) -> Self {
        aggs.into_iter().fold(self, Self::agg)
    }

    /// Tags that every measurement has unless it says otherwise.
    pub fn default_tags(self, tags: impl Into<Tags>) -> Self {
        Self { default_tags: tags.into(), ..self }
    }

    /// At most this many tag sets in one window or batch (100 000 unless set): the measurements of further ones go to
    /// one series with the tag `metrix.overflow=true` and are counted, and the first is logged with the tag that grows.
    ///
    /// A series that several threads send counts once, but where they have so many in common that each one's together are more than
    /// this, all first values of a window after that take a lock: make it as many times as large.
    pub fn max_series(self, n: NonZeroUsize) -> Self {
        Self { max_series: n, ..self }
    }

    /// Refuses measurements whose tags are longer than this, names and values together (64 KiB unless set).
    pub fn max_tag_bytes(self, bytes: usize) -> Self {
        Self { max_tag_bytes: bytes, ..self }
    }

    /// Closes no window or batch while this many elements or more wait to be taken from the stream (10 000 unless set), and
    /// refuses the measurements that would; the others go into the one that is open. In event time, where any may close a
    /// window, all are refused. More can wait, because a window that closes gives out all of its elements.
    pub fn queue(self, n: NonZeroUsize) -> Self {
        Self { queue: n, ..self }
    }

    /// The stream's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Builds the stream. Windows of arrival time begin now, by tokio's clock.
    ///
    /// # Errors
    /// If the name is empty or has control characters, a length of time can't be, or the aggregates are none, unknown or
    /// of the same name.
    pub fn build(self) -> Result<(MSender, MStream), BuildError> {
        if !is_name(&self.name) {
            return Err(BuildError::Name { name: self.name });
        }
        let every = match &self.grouping {
            Grouping::Windows(windows) => Some(self.interval(windows.every, "windows")?),
            Grouping::Batches(_) => None,
        };
        let aggs: Vec<Agg> = self.aggs.iter().cloned().collect::<Result<_, _>>().map_err(|error| self.of_agg(error))?;
        let aggs = Aggs::new(aggs, every.map(Interval::as_duration)).map_err(|error| self.of_agg(error))?;
        let names: Arc<[Arc<str>]> = aggs.names().map(|agg| format!("{}.{agg}", self.name).into()).collect();
        let (counters, later) = (Arc::new(Counters::default()), Arc::new(Later::default()));
        let aggs = aggs.telling(self.name.clone(), Arc::clone(&later));
        let overflow = Overflow {
            stream: self.name.clone(),
            max_series: self.max_series,
            counters: Arc::clone(&counters),
            later: Arc::clone(&later),
            tags: overflow_tags(),
        };
        let mut late = None;
        // Where no order plays a part, threads fold by themselves, and what they have is merged.
        let mergeable = if aggs.is_order_free() { aggs.mergeable().ok() } else { None };
        let (shards, sharded) = match mergeable.filter(|_| self.is_in_arrival_time()) {
            Some(aggs) => {
                let (shards, key) = Shards::new(overflow.max_series);
                (Some(Arc::clone(&shards)), Some(Sharded::new(aggs, overflow.clone(), shards, key)))
            }
            None => (None, None),
        };
        let by_the_clock = matches!(self.grouping, Grouping::Windows(_));
        let to = ToElements { aggs: aggs.clone(), names, counters: Arc::clone(&counters) };
        let (entry, elements): (Arc<dyn Entry>, Box<dyn Exit>) = match (&self.grouping, sharded) {
            (Grouping::Batches(n), Some(sharded)) => {
                let batches = Batches::new(*n, Opened { fold: sharded, counters: Arc::clone(&counters) });
                erase(pushed(pipeline::pipeline(batches, to), self.queue))
            }
            (Grouping::Batches(n), None) => {
                let groups = pipeline::groups(aggs.clone(), overflow);
                let operator = pipeline::pipeline(pipeline::batches(*n, groups), to);
                erase(pushed(operator, self.queue))
            }
            (Grouping::Windows(windows), Some(sharded)) => {
                let fold = Opened { fold: sharded, counters: Arc::clone(&counters) };
                let window = pipeline::windows(windows.of(fold));
                erase(pushed(pipeline::pipeline(window, to), self.queue))
            }
            (Grouping::Windows(windows), None) => {
                let window = pipeline::windows(windows.of(pipeline::groups(aggs.clone(), overflow)));
                let operator = pipeline::pipeline(window, to);
                match windows.lateness {
                    None => erase(pushed(operator, self.queue)),
                    Some(lateness) => {
                        let time_of = |measurement: &Measurement| measurement.at.unwrap_or_else(Timestamp::now);
                        let mut event_time = EventTime::new(time_of).lateness(lateness);
                        if let Some(idle) = windows.idle {
                            self.interval(idle, "an idle time")?;
                            event_time = event_time.idle(idle);
                        }
                        late = Some(event_time.late_counter());
                        erase(pushed_at(operator, event_time, self.queue))
                    }
                }
            }
        };
        let stages = self.stages();
        let max_tag_bytes = self.max_tag_bytes;
        let shared = Common { name: self.name, counters, later, late, shards, aggs, max_tag_bytes, stages };
        let shared = Arc::new(shared);
        let gate = shared
            .shards
            .clone()
            .map(|shards| Arc::new(GateWaker::new(shards, by_the_clock, Arc::clone(&shared.counters))));
        let sender = MSender::new(entry, Arc::clone(&shared), self.default_tags);
        Ok((sender, MStream { elements, shared, gate, begun: 0, ended: false }))
    }

    fn is_in_arrival_time(&self) -> bool {
        match &self.grouping {
            Grouping::Windows(windows) => windows.lateness.is_none(),
            Grouping::Batches(_) => true,
        }
    }

    fn interval(&self, length: Duration, of: &'static str) -> Result<Interval, BuildError> {
        Interval::try_from(length).map_err(|error| BuildError::Interval { stream: self.name.clone(), of, error })
    }

    fn of_agg(&self, error: AggError) -> BuildError {
        BuildError::Agg { stream: self.name.clone(), error }
    }

    fn stages(&self) -> Vec<Stage> {
        let grouping = match &self.grouping {
            Grouping::Windows(windows) => {
                let label = match windows.lateness {
                    None => format!("timed_window({:?})", windows.every),
                    Some(lateness) => format!("timed_window({:?}), event time, lateness {lateness:?}", windows.every),
                };
                Stage::new(&self.name, "window", label)
            }
            Grouping::Batches(n) => Stage::new(&self.name, "batch", format!("partition({n})")),
        };
        let aggs: Vec<&str> = self.aggs.iter().flatten().map(Agg::name).collect();
        vec![
            grouping,
            Stage::new(&self.name, "groups", format!("group_by(tags, [{}])", aggs.join(", "))),
            Stage::new(&self.name, "filter", "filter(not empty)"),
            Stage::new(&self.name, "elements", "map(to elements)"),
            Stage::new(&self.name, "flatten", "flatten"),
        ]
    }
}

/// Hides what the pipeline is made of.
fn erase<O, T>(
    (pusher, outputs): (Pusher<Measurement, O, T>, Pushed<Measurement, O, T>),
) -> (Arc<dyn Entry>, Box<dyn Exit>)
where
    O: Operator<Measurement, Out = Elements> + Send + 'static,
    T: TimeDomain<Measurement> + Send + 'static,
{
    (Arc::new(pusher), Box::new(outputs.elements()))
}
