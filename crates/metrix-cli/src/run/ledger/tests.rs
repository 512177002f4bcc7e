//! A source that is killed again and again: what the sinks have of it in the end.

use std::collections::{BTreeMap, BTreeSet};

use metrix::{Jitter, MElement, MStream, Overflow, Retry, Sink, SinkOptions, Windows, WriteError, size};
use metrix_io::{Glob, Reading};
use proptest::prelude::*;
use tokio::runtime::{Builder, Runtime};
use tokio::time::sleep;

use super::*;
use crate::config::{KindsTaken, TagsKept};
use crate::run::feed::Feed;
use crate::run::hashes::Hashes;
use crate::run::router::{Entrance, Router};
use crate::run::sinks::Takers;
use crate::run::stop::{Stop, Why};

async fn settle(ledger: &Ledger) -> Settled {
    ledger.advance().await;
    ledger.settled()
}

/// The windows of the stream `event`.
const EVERY: Duration = Duration::from_secs(10);

/// Random numbers of a seed that is told when a case fails.
#[derive(Debug)]
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        // A linear congruential generator with the multiplier and increment of Knuth's MMIX; its upper bits are the better ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

/// What is sent of each message: of the second `at`, a value for a window, and a one for a batch.
#[derive(Clone, Debug)]
struct Message {
    timed: Vec<(i64, f64)>,
}

/// What outlives a run: the messages, what was acknowledged, and what the sink has.
#[derive(Debug)]
struct World {
    partitions: Vec<Vec<Message>>,
    dice: Dice,
    /// Of each partition, the position and text that were committed.
    commits: BTreeMap<Partition, (Position, String)>,
    /// Those that were acknowledged one by one, and the text that was kept before.
    acknowledged: BTreeSet<(Partition, Position)>,
    kept: String,
    sink: Arc<Mutex<Stored>>,
}

/// What a sink has that replaces elements of the same series and window, and one that adds to a file.
#[derive(Debug, Default)]
struct Stored {
    windows: BTreeMap<(String, Option<Timestamp>, Timestamp), f64>,
    batches: BTreeSet<String>,
}

/// Writes to what outlives it, and fails now and then when it has written half.
struct Model {
    stored: Arc<Mutex<Stored>>,
    dice: Dice,
}

impl Sink for Model {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        let fails = self.dice.once_in(4);
        let half = if fails { batch.len() / 2 } else { batch.len() };
        sleep(Duration::from_millis(self.dice.below(300))).await;
        let mut stored = self.stored.lock().unwrap();
        for element in &batch[..half] {
            match element.start {
                Some(_) => {
                    let series = element.tags.to_string();
                    stored.windows.insert((series, element.start, element.at), element.value);
                }
                None => _ = stored.batches.insert(element.tags.to_string()),
            }
        }
        if fails { Err(WriteError::retryable("for the test")) } else { Ok(()) }
    }
}

/// A run of the program, as far as this matters.
struct Run {
    ledgers: Ledgers,
    ledger: Arc<Ledger>,
    feed: Feed,
    settling: Settling,
    coordinator: Arc<MCoordinator>,
}

impl Run {
    fn new(world: &mut World, acknowledged: Acknowledged) -> Self {
        let windows = Windows::every(EVERY).aligned_to(Timestamp::EPOCH).event_time(Duration::from_secs(30));
        let streams = [
            // So short that they are full now and then.
            MStream::builder("event").window(windows).agg("sum").queue(size(10)),
            MStream::builder("batch")
                .batch(size(if world.dice.once_in(2) { 7 } else { 150 }))
                .agg("count")
                .queue(size(10)),
        ];
        let builder = streams.into_iter().fold(MCoordinator::builder(), |builder, stream| builder.stream(stream));
        let retry = Retry::forever().first(Duration::from_millis(100)).jitter(Jitter::None);
        let options = SinkOptions::default().queue(size(5)).overflow(Overflow::Block).retry(retry).max_batch(size(3));
        let sink = Model { stored: Arc::clone(&world.sink), dice: Dice(world.dice.below(1 << 30)) };
        let coordinator = Arc::new(builder.sink_with("model", sink, options).start().unwrap());
        let entrance = |name: &str| Entrance {
            names: Glob::new(name),
            kinds: KindsTaken::All,
            is_of_one_name: true,
            hashes: Hashes::default(),
            sender: coordinator.stream(name).unwrap(),
            tags: TagsKept::All,
            is_timed: name == "event",
            takes_times: true,
            drained: Arc::default(),
        };
        let kept = |name: &str| Kept {
            name: name.to_owned(),
            sender: coordinator.stream(name).unwrap(),
            grid: (name == "event").then(|| Grid::new(EVERY)),
            cut: Arc::default(),
        };
        let router = Arc::new(Router::new(["event", "batch"].map(entrance).into()));
        let health = Health::new(Stop::new(), Takers::new(1, Stop::new()));
        let ledgers = Ledgers::new(["event", "batch"].map(kept).into(), Arc::clone(&coordinator), health);
        let ledger = ledgers.open(acknowledged);
        let feed = Feed::noting(router, Arc::clone(&ledger));
        for partition in 0..world.partitions.len() as Partition {
            let commit = world.commits.get(&partition);
            let begins = match acknowledged {
                Acknowledged::Together => {
                    Begins { at: commit.map(|(at, _)| *at), text: commit.map_or("", |(_, text)| text), goes_on: false }
                }
                Acknowledged::OneByOne => Begins { text: &world.kept, ..Begins::default() },
            };
            ledger.resume(partition, begins).unwrap();
        }
        let settling = ledger.settling(COMMIT_EVERY);
        Self { ledgers, ledger, feed, settling, coordinator }
    }

    /// Sends a message, unless the run is killed before all of it is sent, which is told.
    async fn take(&mut self, world: &mut World, message: (Partition, Position)) -> bool {
        let Message { timed } = world.partitions[message.0 as usize][message.1 as usize].clone();
        if !self.feed.begin(message.0, message.1) {
            return true;
        }
        for (at, value) in timed {
            let mut reading = Reading { at: Some(Timestamp::from_secs(at)), ..Reading::new("event", value) };
            reading.tags.push(("series".into(), (at % 3).to_string().into()));
            self.feed.send(&reading);
            self.pause(world, 100).await;
            if world.dice.once_in(500) {
                return false;
            }
        }
        let mut reading = Reading::new("batch", 1.0);
        reading.tags.push(("message".into(), format!("{message:?}").into()));
        self.feed.send(&reading);
        loop {
            tokio::select! {
                () = self.feed.finish() => return true,
                settled = self.settling.recv() => world.acknowledge(settled.unwrap(), true),
            }
        }
    }

    /// Waits for as long at most, and acknowledges meanwhile.
    async fn pause(&mut self, world: &mut World, most: u64) {
        let pause = sleep(Duration::from_millis(world.dice.below(most)));
        tokio::pin!(pause);
        loop {
            tokio::select! {
                () = &mut pause => return,
                settled = self.settling.recv() => world.acknowledge(settled.unwrap(), true),
            }
        }
    }

    /// Ends as it should.
    async fn end(self, world: &mut World) {
        let (tell, told) = tokio::sync::oneshot::channel();
        self.ledger.at_the_end(|settled| async { tell.send(settled).unwrap() });
        let closing = self.ledgers.closing();
        let report = self.coordinator.shutdown(Duration::from_secs(1000)).await;
        assert_eq!(report.streams["event"].late, 0, "the test is wrong");
        assert!(report.streams.values().all(|stream| stream.refused() == 0), "{report}");
        closing.close(&report).await;
        let settled = told.await.unwrap();
        world.acknowledge(settled, false);
    }
}

impl World {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let mut message = |at: u64| {
            let element = |dice: &mut Dice| (100 + at as i64 + dice.below(10) as i64 - 5, dice.below(1000) as f64);
            Message { timed: (0..1 + dice.below(4)).map(|_| element(&mut dice)).collect() }
        };
        let partitions = (0..3).map(|_| (0..120).map(&mut message).collect()).collect();
        Self {
            partitions,
            dice,
            commits: BTreeMap::new(),
            acknowledged: BTreeSet::new(),
            kept: String::new(),
            sink: Arc::default(),
        }
    }

    /// Keeps what is settled, or nothing of it; single messages may be acknowledged in vain.
    fn acknowledge(&mut self, settled: Settled, may_fail: bool) {
        let fails = may_fail && self.dice.once_in(3);
        for (partition, position) in &settled.positions {
            if !fails {
                self.commits.insert(*partition, (*position, settled.text(*partition).to_owned()));
            }
        }
        self.kept = settled.texts.values().next().cloned().unwrap_or_default();
        let acknowledged = settled.messages.into_iter().filter(|_| !fails || self.dice.below(4) > 0);
        let acknowledged: Vec<_> = acknowledged.collect();
        self.acknowledged.extend(acknowledged);
    }

    /// What comes next: of any partition that is not ahead of the one whose time has come least far by as much as the lateness.
    fn next(&mut self, sent: &[Position]) -> Option<(Partition, Position)> {
        let next = sent.iter().enumerate().map(|(partition, position)| (*position, partition));
        let left = next.filter(|(position, partition)| *position < self.partitions[*partition].len() as Position);
        let left: Vec<_> = left.collect();
        let (least, _) = left.iter().min()?;
        let may: Vec<_> = left.iter().filter(|(position, _)| *position < least + 15).collect();
        let (position, partition) = *may[self.dice.below(may.len() as u64) as usize];
        Some((partition as Partition, position))
    }

    /// Runs until it is killed, or asked to end, or to the end of the messages; tells whether it got there.
    async fn run(&mut self, acknowledged: Acknowledged, ends: bool) -> bool {
        let mut run = Run::new(self, acknowledged);
        let start = |(partition, _): (usize, &Vec<Message>)| {
            self.commits.get(&(partition as Partition)).map_or(0, |(position, _)| *position)
        };
        let mut sent: Vec<Position> = match acknowledged {
            Acknowledged::Together => self.partitions.iter().enumerate().map(start).collect(),
            Acknowledged::OneByOne => vec![0; self.partitions.len()],
        };
        let mut last = None;
        while let Some(message) = self.next(&sent) {
            sent[message.0 as usize] += 1;
            if acknowledged == Acknowledged::OneByOne && self.acknowledged.contains(&message) {
                continue;
            }
            let is_sent = run.take(self, message).await;
            // What isn't acknowledged in time comes again.
            let again =
                last.replace(message).filter(|_| acknowledged == Acknowledged::OneByOne && self.dice.once_in(5));
            if let Some(again) = again.filter(|again| !self.acknowledged.contains(again)) {
                run.take(self, again).await;
            }
            if !is_sent || !ends && self.dice.once_in(150) {
                return false;
            }
            if self.dice.once_in(300) {
                run.end(self).await;
                return false;
            }
            run.pause(self, 200).await;
        }
        if ends {
            run.end(self).await;
        }
        true
    }

    /// What the windows come to.
    fn expected(&self) -> BTreeMap<(String, Option<Timestamp>, Timestamp), f64> {
        let mut expected = BTreeMap::new();
        for (at, value) in self.partitions.iter().flatten().flat_map(|message| &message.timed) {
            let span = Grid::new(EVERY).span(Timestamp::from_secs(*at));
            let window = (format!("series={}", at % 3), Some(span.start), span.end);
            *expected.entry(window).or_insert(0.0) += value;
        }
        expected
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// Killed at random, and then run to the end, twice.
fn check(seed: u64, acknowledged: Acknowledged) {
    let mut world = World::new(seed);
    for _ in 0..6 {
        // What the run had goes with its runtime, wherever it was.
        runtime().block_on(world.run(acknowledged, false));
    }
    for _ in 0..2 {
        while !runtime().block_on(world.run(acknowledged, true)) {}
        let stored = world.sink.lock().unwrap();
        assert_eq!(stored.windows, world.expected());
        let messages: usize = world.partitions.iter().map(Vec::len).sum();
        assert_eq!(stored.batches.len(), messages);
    }
    // All but what is in windows that the end has cut short was acknowledged, and comes no more.
    match acknowledged {
        Acknowledged::Together => assert!(world.commits.values().all(|(position, _)| *position >= 60)),
        Acknowledged::OneByOne => assert!(world.acknowledged.len() >= 180),
    }
}

#[test]
fn the_end_settles_batches_that_it_cuts_short_and_no_windows() {
    for acknowledged in [Acknowledged::Together, Acknowledged::OneByOne] {
        let mut world = World::new(7);
        let only_batches =
            |messages: &mut Vec<Message>| messages.iter_mut().skip(100).for_each(|message| message.timed.clear());
        world.partitions.iter_mut().for_each(only_batches);
        let no_windows = |partition: &mut Vec<Message>| partition.retain(|message| message.timed.is_empty());
        let mut without = World { partitions: world.partitions.clone(), ..World::new(7) };
        without.partitions.iter_mut().for_each(no_windows);
        while !runtime().block_on(without.run(acknowledged, true)) {}
        let settled = |world: &World| match acknowledged {
            Acknowledged::Together => world.commits.values().map(|(position, _)| *position).sum::<Position>(),
            Acknowledged::OneByOne => world.acknowledged.len() as Position,
        };
        assert_eq!(settled(&without), 3 * 20);
        while !runtime().block_on(world.run(acknowledged, true)) {}
        assert!(settled(&world) < 3 * 120, "the last windows were cut short");
    }
}

/// A stream of windows that nothing but a minute old is late for, and its ledger.
fn alone(stop: &Stop) -> (Ledgers, Arc<Ledger>, Feed, Arc<MCoordinator>) {
    let windows = Windows::every(EVERY).aligned_to(Timestamp::EPOCH).event_time(Duration::from_secs(60));
    let stream = MStream::builder("event").window(windows).agg("sum");
    let model = Model { stored: Arc::default(), dice: Dice(3) };
    let retry = SinkOptions::default().retry(Retry::forever());
    let coordinator = MCoordinator::builder().stream(stream).sink_with("model", model, retry).start().unwrap();
    let coordinator = Arc::new(coordinator);
    let sender = coordinator.stream("event").unwrap();
    let entrance = Entrance {
        names: Glob::new("event"),
        kinds: KindsTaken::All,
        is_of_one_name: true,
        hashes: Hashes::default(),
        sender: sender.clone(),
        tags: TagsKept::All,
        is_timed: true,
        takes_times: true,
        drained: Arc::default(),
    };
    let kept = Kept { name: "event".to_owned(), sender, grid: Some(Grid::new(EVERY)), cut: Arc::default() };
    let ledgers =
        Ledgers::new(vec![kept], Arc::clone(&coordinator), Health::new(stop.clone(), Takers::new(1, stop.clone())));
    let ledger = ledgers.open(Acknowledged::Together);
    let feed = Feed::noting(Arc::new(Router::new(vec![entrance])), Arc::clone(&ledger));
    (ledgers, ledger, feed, coordinator)
}

async fn send(feed: &mut Feed, position: Position, secs: i64) {
    assert!(feed.begin(0, position));
    feed.send(&Reading { at: Some(Timestamp::from_secs(secs)), ..Reading::new("event", 1.0) });
    feed.finish().await;
}

#[tokio::test(start_paused = true)]
async fn time_stands_still_unless_there_is_nothing_to_read() {
    let (_ledgers, ledger, mut feed, coordinator) = alone(&Stop::new());
    let sender = coordinator.stream("event").unwrap();
    send(&mut feed, 1, 1000).await;
    for _ in 0..90 {
        assert_eq!(settle(&ledger).await.positions[&0], 1);
        sleep(Duration::from_secs(1)).await;
    }
    // It was away for long, and something that is not late was still to come.
    assert_eq!(sender.closed_until(), Some(Timestamp::from_secs(940)));
    send(&mut feed, 2, 945).await;
    ledger.set_at_end(true);
    let mut settled = settle(&ledger).await;
    for _ in 0..90 {
        sleep(Duration::from_secs(1)).await;
        settled = settle(&ledger).await;
    }
    assert_eq!((settled.positions[&0], settled.text(0)), (3, r#"{"1030":["event"]}"#));
    assert_eq!(coordinator.stats().streams["event"].late, 0);
}

#[tokio::test(start_paused = true)]
async fn a_time_that_can_not_be_makes_nothing_late() {
    let (_ledgers, ledger, mut feed, coordinator) = alone(&Stop::new());
    send(&mut feed, 1, 8_000_000_000).await;
    send(&mut feed, 2, 1000).await;
    assert_eq!((feed.left_out().ahead, coordinator.stats().streams["event"].late), (1, 0));
    let ahead = ledger.resume(1, Begins { text: r#"{"8000000000":["event"]}"#, ..Begins::default() }).unwrap_err();
    assert!(ahead.contains("which is still to come"), "{ahead}");
    assert!(feed.begin(1, 1));
    feed.send(&Reading { at: Some(Timestamp::from_secs(1000)), ..Reading::new("event", 1.0) });
    feed.finish().await;
    assert_eq!(feed.left_out().replayed, 0);
}

#[tokio::test(start_paused = true)]
async fn a_partition_leaves_out_only_its_own_and_what_is_late_for_it_is_counted() {
    let (_ledgers, ledger, mut feed, _coordinator) = alone(&Stop::new());
    send(&mut feed, 1, 1000).await;
    let begins = Begins { at: Some(7), text: r#"{"900":["event"]}"#, goes_on: false };
    ledger.resume(1, begins).unwrap();
    assert!(feed.begin(1, 7));
    for secs in [895, 905, 945] {
        feed.send(&Reading { at: Some(Timestamp::from_secs(secs)), ..Reading::new("event", 1.0) });
    }
    feed.finish().await;
    assert_eq!((feed.left_out().replayed, feed.left_out().behind), (1, 1));
    send(&mut feed, 2, 950).await;
    let settled = settle(&ledger).await;
    assert_eq!((settled.positions[&0], settled.positions[&1]), (1, 7));
    assert_eq!(settled.text(1), r#"{"940":["event"]}"#);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_over_ends_the_run_and_settles_nothing() {
    let stop = Stop::new();
    let (ledgers, ledger, mut feed, coordinator) = alone(&stop);
    coordinator.remove_stream("event").await.unwrap();
    send(&mut feed, 1, 1000).await;
    assert_eq!(stop.why(), Some(Why::SinkFailed));
    assert!(ledgers.health().fault().unwrap().starts_with("stream \"event\" is over"));
    assert_eq!(settle(&ledger).await.positions[&0], 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn whatever_is_killed_when_the_sums_are_exact_and_nothing_is_missing(seed in any::<u64>()) {
        check(seed, Acknowledged::Together);
    }

    #[test]
    fn so_they_are_where_messages_are_acknowledged_one_by_one(seed in any::<u64>()) {
        check(seed, Acknowledged::OneByOne);
    }
}
