//! A coordinator at which steps are taken, and the account of it.

use std::sync::{Arc, Mutex};

use metrix::testing::Scripted;
use metrix::{CoordinatorError, MCoordinator, MSender, Overflow, SendError, Timestamp};
use tokio::task::{JoinHandle, yield_now};
use tokio::time::{advance, sleep};

use super::watched::Watched;
use super::{Duration, MElement, Next, Plan, Send, Step, Troubled, Values, ms};

/// A coordinator, and the account of what was done to it.
pub(super) struct Rig {
    coordinator: Arc<MCoordinator>,
    /// All elements that the streams have given, as the first sink's filter sees them before they wait anywhere.
    given: Arc<Mutex<Vec<MElement>>>,
    streams: Vec<MSender>,
    sinks: Vec<Watched>,
    next: Next,
    accepted: Values,
    waiting: Vec<JoinHandle<Option<Values>>>,
    /// Whether an end came that may have been too early for the sinks.
    hurried: bool,
    /// Removals of streams, and shutdowns.
    ending: Vec<JoinHandle<()>>,
}

impl Rig {
    pub(super) fn new(streams: Vec<Plan>, first: Troubled, sinks: Vec<Troubled>) -> Self {
        let given = Arc::new(Mutex::new(Vec::new()));
        let mut rig = Self {
            coordinator: Arc::new(MCoordinator::builder().start().unwrap()),
            given: Arc::clone(&given),
            streams: Vec::new(),
            sinks: Vec::new(),
            next: Next::default(),
            accepted: Values::default(),
            waiting: Vec::new(),
            hurried: false,
            ending: Vec::new(),
        };
        let sees_all = first.options.accept(move |element| {
            given.lock().unwrap().push(element.clone());
            true
        });
        rig.add_sink(Troubled { options: sees_all, ..first }, true);
        sinks.into_iter().for_each(|sink| rig.add_sink(sink, true));
        streams.into_iter().for_each(|stream| rig.add_stream(stream));
        rig
    }

    fn add_stream(&mut self, plan: Plan) {
        let stream = plan.builder(&format!("n{}", self.streams.len()));
        match self.coordinator.add_stream(stream) {
            Ok(sender) => self.streams.push(sender),
            Err(error) => assert_eq!(error, CoordinatorError::ShutDown),
        }
    }

    fn add_sink(&mut self, Troubled { acts, options, overflow }: Troubled, from_the_start: bool) {
        let (sink, name) = (Scripted::new(acts), format!("s{}", self.sinks.len()));
        let recorded = sink.recorded();
        match self.coordinator.add_sink(name.clone(), sink, options) {
            Ok(()) => {
                let blocks = overflow == Overflow::Block;
                self.sinks.push(Watched { name, recorded, blocks, from_the_start, removal: None });
            }
            Err(error) => assert_eq!(error, CoordinatorError::ShutDown),
        }
    }

    /// The sink that sees all stays.
    fn remove_sink(&mut self, place: usize) {
        let Some(watched) = self.sinks.get_mut(1 + place) else { return };
        if watched.removal.is_none() {
            let (coordinator, name) = (Arc::clone(&self.coordinator), watched.name.clone());
            watched.removal = Some(tokio::spawn(async move { coordinator.remove_sink(&name).await }));
        }
    }

    fn send(&mut self, place: usize, send: Send) {
        let (sender, Some(value)) = (&self.streams[place % self.streams.len()], self.next.value()) else { return };
        match sender.try_send_at(value.0 as f64, send.tags(), Timestamp::from_secs(send.second)) {
            Ok(()) => self.accepted.add(value),
            Err(SendError::Full { .. } | SendError::Closed { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }

    fn wait(&mut self, place: usize, send: Send) {
        let (sender, Some(value)) = (self.streams[place % self.streams.len()].clone(), self.next.value()) else {
            return;
        };
        self.waiting.push(tokio::spawn(async move {
            let at = Timestamp::from_secs(send.second);
            match sender.send_async_at(value.0 as f64, send.tags(), at).await {
                Ok(()) => Some(value),
                Err(SendError::Closed { .. }) => None,
                Err(error) => panic!("{error}"),
            }
        }));
    }

    fn remove_stream(&mut self, place: usize) {
        let name = self.streams[place % self.streams.len()].name().to_owned();
        let coordinator = Arc::clone(&self.coordinator);
        self.ending.push(tokio::spawn(async move {
            if let Err(error) = coordinator.remove_stream(&name).await {
                let gone = matches!(error, CoordinatorError::UnknownStream { .. } | CoordinatorError::ShutDown);
                assert!(gone, "{error}");
            }
        }));
    }

    fn shutdown(&mut self, deadline: Duration) {
        let coordinator = Arc::clone(&self.coordinator);
        self.ending.push(tokio::spawn(async move {
            coordinator.shutdown(deadline).await;
        }));
    }

    pub(super) async fn step(&mut self, step: Step) {
        match step {
            Step::Send(stream, send) => self.send(stream, send),
            Step::Wait(stream, send) => self.wait(stream, send),
            Step::GiveUp => self.waiting.iter().rev().take(1).for_each(JoinHandle::abort),
            Step::Yield(times) => {
                for _ in 0..times {
                    yield_now().await;
                }
            }
            Step::Advance(millis) => advance(ms(millis)).await,
            Step::Close(stream) => self.streams[stream % self.streams.len()].close(),
            Step::AddStream(stream) => self.add_stream(stream),
            Step::RemoveStream(stream) => self.remove_stream(stream),
            Step::AddSink(sink) => self.add_sink(sink, false),
            Step::RemoveSink(sink) => self.remove_sink(sink),
            Step::Shutdown(deadline) => {
                self.hurried = true;
                self.shutdown(ms(deadline));
            }
        }
    }

    /// Ends it, and looks at what became of everything.
    pub(super) async fn check(mut self) {
        self.shutdown(Duration::from_secs(3600));
        for end in self.ending {
            end.await.unwrap();
        }
        for wait in self.waiting {
            match wait.await {
                Ok(sent) => self.accepted.add(sent.unwrap_or_default()),
                Err(error) => assert!(error.is_cancelled(), "{error}"),
            }
        }
        // A stream may still have waited for a sink that was removed.
        sleep(Duration::from_secs(3600)).await;

        let given = self.given.lock().unwrap().clone();
        let (values, stats) = (Values::once(&given), self.streams.iter().map(MSender::stats));
        let (taken, emitted, late) = stats
            .map(|stats| (stats.accepted, stats.emitted, stats.late))
            .fold((0, 0, 0), |all, one| (all.0 + one.0, all.1 + one.1, all.2 + one.2));
        assert_eq!((taken, emitted), (self.accepted.count(), given.len() as u64));
        assert!(values.are_among(self.accepted));
        assert_eq!(values.count() + late, taken, "a value was lost on its way through a stream");

        let report = self.coordinator.stats();
        assert_eq!(report.nowhere, 0);
        for mut sink in self.sinks {
            let removed = match sink.removal.take() {
                Some(removal) => removal.await.unwrap().ok(),
                None => None,
            };
            let stats = removed.unwrap_or_else(|| report.sinks[&*sink.name]);
            sink.check(&stats, &given);
            let name = sink.name;
            if removed.is_none() && sink.from_the_start {
                assert_eq!(stats.accepted, emitted, "{name} was not given all: {stats:?}");
            }
            if !self.hurried {
                assert_eq!(stats.undelivered, 0, "{name} had the time: {stats:?}");
            }
        }
    }
}
