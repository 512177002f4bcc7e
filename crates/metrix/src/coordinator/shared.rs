//! [`Shared`]: the streams and sinks of a coordinator, and the tasks that carry elements between them.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_core::Stream;
use futures_util::FutureExt;
use futures_util::future::join_all;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::fed::{Done, Fed};
use super::news::News;
use super::own_counts::OwnCounts;
use super::own_metrics::own_metrics;
use super::registry::{End, Open, OwnMetrics, Registry};
use super::routes::Routes;
use super::served::Served;
use super::{CoordinatorError, Report};
use crate::delivery::{Delivery, ErasedSink, Queue, within};
use crate::guard::message;
use crate::{Graph, MElement, MSender, MStream, MStreamBuilder, SinkOptions, Stage, StreamStats};

/// All of a coordinator, shared with its tasks.
#[derive(Debug)]
pub(crate) struct Shared {
    runtime: Handle,
    rate_limit: Duration,
    pub(super) routes: Arc<Routes>,
    registry: Mutex<Registry>,
}

/// How long the tasks of the streams may take to end once nothing holds them up any more.
const GRACE: Duration = Duration::from_secs(1);

impl Shared {
    pub(super) fn new(runtime: Handle, rate_limit: Duration) -> Arc<Self> {
        let (feeding, all_fed) = mpsc::channel(1);
        let registry = Registry {
            streams: BTreeMap::new(),
            sinks: BTreeMap::new(),
            leaving_streams: Vec::new(),
            leaving_sinks: Vec::new(),
            own_metrics: None,
            open: Some(Open { feeding, all_fed }),
            end: End::NotYet,
        };
        Arc::new(Self { runtime, rate_limit, routes: Arc::default(), registry: Mutex::new(registry) })
    }

    pub(super) fn registry(&self) -> MutexGuard<'_, Registry> {
        // Nothing of ours panics while it is locked, and nothing of anyone else's runs.
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What there is, unless it has been shut down.
    pub(super) fn open(&self) -> Result<MutexGuard<'_, Registry>, CoordinatorError> {
        let registry = self.registry();
        if registry.open.is_some() { Ok(registry) } else { Err(CoordinatorError::ShutDown) }
    }

    pub(super) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// Builds and adds a stream. Its clock is that of the runtime, wherever this is called.
    pub(crate) fn build_stream(&self, stream: MStreamBuilder) -> Result<MSender, CoordinatorError> {
        let _in_runtime = self.runtime.enter();
        let (sender, elements) = stream.build()?;
        self.add_stream(sender, elements, false)
    }

    /// The same, with a pipeline between the stream and the sinks.
    pub(super) fn build_stream_through<S>(
        &self,
        stream: MStreamBuilder,
        through: impl FnOnce(MStream) -> S,
    ) -> Result<MSender, CoordinatorError>
    where
        S: Stream<Item = MElement> + Send + 'static,
    {
        let _in_runtime = self.runtime.enter();
        let (sender, stream) = stream.build()?;
        self.add_stream(sender, Box::pin(through(stream)), true)
    }

    /// Adds a stream by its sender and what the sinks are to get of it.
    pub(super) fn add_stream(
        &self,
        sender: MSender,
        stream: impl Stream<Item = MElement> + Send + Unpin + 'static,
        through: bool,
    ) -> Result<MSender, CoordinatorError> {
        let name: Arc<str> = sender.name().into();
        let mut registry = self.open()?;
        if registry.streams.contains_key(&name) {
            return Err(CoordinatorError::StreamTwice { name });
        }
        let (tells, done) = watch::channel(Done::default());
        let (routes, stream_name) = (Arc::clone(&self.routes), Arc::clone(&name));
        // Whoever waits for the end of all streams waits until it is dropped, and finds a panic noted by then.
        let feeding = registry.open.as_ref().map(|open| open.feeding.clone());
        let taken = sender.taken();
        let task = self.runtime.spawn(async move {
            let has_handed_on = |handed_on| _ = tells.send_if_modified(|done| done.hands_on(handed_on));
            let work = routes.feed(stream, || taken.count(), has_handed_on);
            if let Err(payload) = AssertUnwindSafe(work).catch_unwind().await {
                tracing::error!(stream = &*stream_name, panic = message(payload), "the stream panicked, and is over");
                tells.send_modify(|done| done.panicked = true);
            }
            drop((feeding, tells));
        });
        let (task, told) = (task.abort_handle(), StreamStats::default());
        let fed = Fed { sender: sender.clone(), done, cut_off: false, task, through, told };
        registry.streams.insert(name, fed);
        Ok(sender)
    }

    /// Takes a stream out; gives what tells of it, and of its task's end, at which its last elements have gone to the sinks.
    pub(super) fn remove_stream(&self, name: &str) -> Result<(MSender, watch::Receiver<Done>), CoordinatorError> {
        let mut registry = self.open()?;
        let fed = registry.streams.remove(name).ok_or_else(|| registry.unknown_stream(name))?;
        let removed = (fed.sender.clone(), fed.done.clone());
        if registry.own_metrics.is_none() {
            registry.leaving_streams.retain(|fed| !fed.is_over());
        }
        registry.leaving_streams.push(fed);
        drop(registry);
        removed.0.close();
        Ok(removed)
    }

    pub(super) fn add_sink(
        &self,
        name: Arc<str>,
        sink: Box<dyn ErasedSink>,
        options: SinkOptions,
    ) -> Result<(), CoordinatorError> {
        let mut registry = self.open()?;
        if registry.sinks.contains_key(&name) {
            return Err(CoordinatorError::SinkTwice { name });
        }
        let options = options.or_rate_limit(self.rate_limit);
        let served = Served::new(Delivery::start(name.clone(), sink, options, &self.runtime));
        registry.sinks.insert(name, served);
        self.route(&registry);
        Ok(())
    }

    /// Takes a sink out; it gets nothing more than what waits for it.
    pub(super) fn remove_sink(&self, name: &str) -> Result<Arc<Queue>, CoordinatorError> {
        let mut registry = self.open()?;
        let served = registry.sinks.remove(name).ok_or_else(|| registry.unknown_sink(name))?;
        self.route(&registry);
        let queue = Arc::clone(served.delivery.queue());
        queue.close();
        if registry.own_metrics.is_none() {
            registry.leaving_sinks.retain(|served| !served.is_over());
        }
        registry.leaving_sinks.push(served);
        Ok(queue)
    }

    fn route(&self, registry: &Registry) {
        self.routes.set(registry.sinks.values().map(|served| Arc::clone(served.delivery.queue())));
    }

    /// Starts the own metrics. They are not among the streams, so that they can be stopped last.
    pub(super) fn measure_itself(self: &Arc<Self>, every: Duration, counts: Vec<OwnCounts>) {
        let (stop, stopped) = oneshot::channel();
        let elements = Box::pin(own_metrics(Arc::clone(self), every, counts, stopped));
        let routes = Arc::clone(&self.routes);
        // They wait for no sink, so that they tell in time which sink is in trouble.
        let task = self.runtime.spawn(async move { routes.feed_at_once(elements).await });
        self.registry().own_metrics = Some(OwnMetrics { every, stop, task });
    }

    /// Ends it: the streams first, then the own metrics, then the sinks, so that each can still tell what it has to tell
    /// to those after it. At the deadline what is left counts as undelivered. Does nothing the second time.
    pub(super) async fn wind_up(self: Arc<Self>, deadline: Option<Instant>) {
        let Some(Open { feeding, mut all_fed }) = self.close() else { return };
        drop(feeding);
        if within(deadline, all_fed.recv()).await.is_none() {
            self.cut_short();
            if within(Instant::now().checked_add(GRACE), all_fed.recv()).await.is_none() {
                let mut registry = self.registry();
                let Registry { streams, leaving_streams, .. } = &mut *registry;
                streams.values_mut().chain(leaving_streams).for_each(Fed::cut_off);
            }
        }
        let own_metrics = self.registry().own_metrics.take();
        if let Some(OwnMetrics { stop, mut task, .. }) = own_metrics {
            // Nobody listens if the task has ended with its runtime.
            let _ = stop.send(());
            if within(deadline, &mut task).await.is_none() {
                self.cut_short();
                task.abort();
            }
        }
        let finished = self.registry().finish_sinks(deadline);
        join_all(finished).await;
        self.registry().end = End::Done;
    }

    /// Ends it where its runtime can't any more: what it held is lost, which the report tells from now on.
    pub(super) fn give_up(&self) {
        {
            let mut registry = self.registry();
            if registry.end != End::NotYet {
                return;
            }
            registry.end = End::RuntimeGone;
        }
        tracing::error!(
            "the runtime of a coordinator is gone before its end, and what it held is lost: call `shutdown(deadline).await` \
             while the runtime lasts"
        );
        drop(self.close());
        self.cut_short();
    }

    /// Takes no more measurements, streams and sinks.
    fn close(&self) -> Option<Open> {
        let mut registry = self.registry();
        let open = registry.open.take();
        let senders: Vec<MSender> = registry.streams.values().map(|fed| fed.sender.clone()).collect();
        drop(registry);
        // Closing a stream wakes those who wait to send, and a waker can be anything.
        senders.iter().for_each(MSender::close);
        open
    }

    /// Ends all waiting for room, so that what the streams still have is counted.
    fn cut_short(&self) {
        for served in self.registry().sinks.values() {
            served.delivery.queue().end();
        }
    }

    /// What has become of all since this was asked last. What is over by now is told of for the last time.
    pub(super) fn news(&self) -> News {
        self.registry().news()
    }

    pub(super) fn report(&self) -> Report {
        let registry = self.registry();
        let names_of = |is: fn(&Fed) -> bool| {
            registry.streams.iter().filter(move |(_, fed)| is(fed)).map(|(name, _)| name.clone()).collect()
        };
        Report {
            panicked: names_of(|fed| fed.done.borrow().panicked),
            cut_off: names_of(|fed| fed.cut_off),
            streams: registry.streams.iter().map(|(name, fed)| (name.clone(), fed.sender.stats())).collect(),
            sinks: registry.sinks.iter().map(|(name, sink)| (name.clone(), sink.delivery.queue().stats())).collect(),
            nowhere: self.routes.nowhere(),
            runtime_gone: registry.end == End::RuntimeGone,
        }
    }

    /// The streams whose open windows or batches hold measurements.
    pub(super) fn open_streams(&self) -> usize {
        self.registry().streams.values().filter(|fed| fed.sender.has_open()).count()
    }

    pub(super) fn graph(&self) -> Graph {
        let registry = self.registry();
        let streams = registry.streams.iter();
        let graph = streams.fold(Graph::default(), |graph, (name, fed)| graph.stream(name, &fed.stages()));
        let own = registry
            .own_metrics
            .iter()
            .map(|own| Stage::new("metrix", "own", format!("own metrics every {:?}", own.every)));
        let graph = own.fold(graph, |graph, stage| graph.stream("metrix", &[stage]));
        registry.sinks.iter().fold(graph, |graph, (name, sink)| graph.sink(name, &sink.delivery.queue().label()))
    }
}
