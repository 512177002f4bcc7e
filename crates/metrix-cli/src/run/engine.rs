//! [`run`]: the sources, streams and sinks of a run, from its beginning to its end.

use std::sync::Arc;
use std::time::Duration;

use metrix::{CoordinatorError, MCoordinator, Report};

use super::dials::Dials;
use super::drained::Drained;
use super::feed::Order;
use super::hashes::Hashes;
use super::inputs::Inputs;
use super::ledger::{Cut, Grid, Health, Kept, Ledgers};
use super::names::Named;
use super::own_counts::OwnCounts;
use super::router::{Entrance, Router};
use super::setup::Setup;
use super::sinks::{self, Failures, Takers};
use super::sources::Sources;
use super::stop::{GRACE, Stop, Why};
use super::summary::Summary;
use super::voice::Voice;
use super::{dials, signals, streams};
use crate::args::RunArgs;
use crate::check::counted;
use crate::config::{Config, Grouping, SinkConfig, SourceConfig, StreamConfig};
use crate::exit::Exit;
use crate::view::View;

/// Runs a configuration; `ends` says that all of its inputs do.
pub(crate) async fn run(config: Config, args: &RunArgs, ends: bool, voice: &Voice) -> Exit {
    let (is_built_in, strict) = (args.config.is_none(), args.strict);
    let setup = Setup::new(voice.clone(), is_built_in, strict);
    if let Err(error) = signals::watch(setup.stop.clone()) {
        voice.say(format_args!("signals can't be listened for: {error}"));
        return Exit::Failed;
    }
    let inputs = match (ends, config.sources.iter().any(SourceConfig::acknowledges)) {
        (true, _) => Inputs::End,
        (false, true) => Inputs::Acknowledged,
        (false, false) => Inputs::Endless,
    };
    // First what may be missing, so that nothing has been done if it is.
    let Some(sources) = Sources::open(config.sources, &setup) else { return Exit::Failed };
    let view = sinks::view(&config.sinks, args);
    let own = config.own_metrics.map(|every| (every, OwnCounts::new(&sources, &setup)));
    let started = match Started::new(&config.streams, &config.sinks, own, args, inputs, view.as_ref(), &setup) {
        Ok(started) => started,
        Err(problems) => {
            problems.iter().for_each(|problem| voice.say(problem));
            return Exit::Failed;
        }
    };
    let screen = match view.map(|view| started.dials(&sources, &setup).show(view, &setup)).transpose() {
        Ok(screen) => screen,
        Err(error) => {
            voice.say(format_args!("the terminal can't be taken for the live view: {error}: run with --plain"));
            started.end(&setup.stop).await;
            return Exit::Failed;
        }
    };
    let order = if ends { Order::Strict } else { Order::Loose };
    let prints = sinks::on_stdout(&config.sinks).next().is_some();
    let outcome = sources.read(&started.router, &started.ledgers, order, prints).await;
    voice.bar().finish_and_clear();
    let report = started.end(&setup.stop).await;
    if let Some(screen) = screen {
        dials::leave(screen, &setup).await;
    }
    let summary = Summary { outcome, report, router: &started.router, failures: &started.failures };
    summary.say(voice);
    let fault = started.ledgers.health().fault();
    if let Some(fault) = fault {
        voice.say(fault);
    }
    let left = started.ledgers.left_to_the_next();
    if left > 0 {
        let elements = counted(left, "element");
        voice.mention(format_args!("{elements} of windows that the end cuts short: they come whole with the next run"));
    }
    match setup.stop.why() {
        Some(Why::WrongLine) => Exit::Wrong,
        _ if summary.has_failed() || fault.is_some() => Exit::Failed,
        Some(Why::Asked(signal)) if summary.outcome.is_cut_short => Exit::Interrupted(signal),
        Some(Why::Asked(_) | Why::StdoutClosed | Why::SinkFailed) | None => Exit::Ok,
    }
}

/// Streams and sinks at work.
struct Started {
    coordinator: Arc<MCoordinator>,
    router: Arc<Router>,
    ledgers: Arc<Ledgers>,
    /// By the names of the sinks.
    failures: Vec<(String, Failures)>,
}

impl Started {
    fn new(
        streams: &[StreamConfig],
        sinks: &[SinkConfig],
        own: Option<(Duration, OwnCounts)>,
        args: &RunArgs,
        inputs: Inputs,
        view: Option<&View>,
        setup: &Setup,
    ) -> Result<Self, Vec<String>> {
        let takers = Takers::new(sinks.len(), setup.stop.clone());
        let make = |config| sinks::make(config, streams, args, inputs, view, &takers, &setup.voice);
        let made: Vec<_> = sinks.iter().map(make).collect();
        let problems: Vec<String> = made.iter().filter_map(|made| made.as_ref().err().cloned()).collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        let (mut builder, mut failures) = (MCoordinator::builder(), Vec::new());
        if let Some((every, counts)) = own {
            builder = counts.add_to(builder.own_metrics(every));
        }
        for (sink, name) in made.into_iter().flatten().zip(sinks::names(sinks)) {
            failures.push((name.clone(), sink.failures));
            builder = builder.sink_with(name, sink.sink, sink.options);
        }
        let drained: Vec<Arc<Drained>> = streams.iter().map(|_| Arc::default()).collect();
        let cuts: Vec<Arc<Cut>> = streams.iter().map(|_| Arc::default()).collect();
        for ((stream, drained), cut) in streams.iter().zip(&drained).zip(&cuts) {
            let (is_of_several, drained, cut) = (!stream.is_of_one_name(), Arc::clone(drained), Arc::clone(cut));
            let named = move |elements| Named::new(elements, is_of_several, drained, cut);
            builder = builder.stream_through(streams::builder(stream, inputs), named);
        }
        let refused = |error: CoordinatorError| vec![error.to_string()];
        let coordinator = builder.start().map_err(refused)?;
        let coordinator = Arc::new(coordinator);
        let kept = streams.iter().zip(cuts).map(|(stream, cut)| {
            let grid = match stream.grouping {
                Grouping::Event { every, .. } => Some(Grid::new(every)),
                Grouping::Batch(_) | Grouping::Arrival(_) => None,
            };
            Ok(Kept { name: stream.name.clone(), sender: coordinator.stream(&stream.name)?, grid, cut })
        });
        let (kept, health) =
            (kept.collect::<Result<_, _>>().map_err(refused)?, Health::new(setup.stop.clone(), takers));
        let ledgers = Ledgers::new(kept, Arc::clone(&coordinator), health);
        let entrances = streams.iter().zip(drained).map(|(stream, drained)| {
            let sender = coordinator.stream(&stream.name)?;
            let (is_timed, takes_times) = match stream.grouping {
                Grouping::Event { .. } => (true, true),
                Grouping::Batch(_) => (false, true),
                Grouping::Arrival(_) => (false, false),
            };
            let (names, kinds, tags) = (stream.names.clone(), stream.kinds.clone(), stream.tags.clone());
            let (is_of_one_name, hashes) = (stream.is_of_one_name(), Hashes::of(stream));
            Ok(Entrance { names, kinds, is_of_one_name, hashes, sender, tags, is_timed, takes_times, drained })
        });
        let router = Router::new(entrances.collect::<Result<_, _>>().map_err(refused)?);
        let router = Arc::new(router.counting(Arc::clone(&setup.unmatched)));
        Ok(Self { coordinator, router, ledgers: Arc::new(ledgers), failures })
    }

    fn dials(&self, sources: &Sources, setup: &Setup) -> Dials {
        let (coordinator, router) = (Arc::clone(&self.coordinator), Arc::clone(&self.router));
        let (wrong, ahead, stop) = (Arc::clone(&setup.wrong), Arc::clone(&setup.ahead), setup.stop.clone());
        Dials { coordinator, router, wrong, ahead, meters: sources.meters(), stop }
    }

    /// Closes the windows, and waits until the sinks have everything: as long as it takes, but not if the run is to stop.
    async fn end(&self, stop: &Stop) -> Report {
        let closing = self.ledgers.closing();
        let all = async {
            self.router.close().await;
            self.coordinator.shutdown(stop.left()).await
        };
        let report = tokio::select! {
            biased;
            report = all => report,
            () = stop.overdue(GRACE) => self.coordinator.shutdown(Duration::ZERO).await,
        };
        closing.close(&report).await;
        report
    }
}
