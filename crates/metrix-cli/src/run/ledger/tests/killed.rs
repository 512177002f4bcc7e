//! A source that is killed again and again: what the sinks have of it in the end.

use std::collections::{BTreeMap, BTreeSet};

use metrix::{Jitter, Overflow, size};
use proptest::prelude::*;
use tokio::runtime::{Builder, Runtime};

use super::model::{Dice, Model, Stored};
use super::*;
use crate::run::ledger::settling::Settling;

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
            is_timed: name == "event",
            ..Entrance::of(name, coordinator.stream(name).unwrap())
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
