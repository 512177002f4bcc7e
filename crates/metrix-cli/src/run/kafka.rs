//! [`KafkaMessages`]: the source of messages of Kafka.

mod commits;
mod head;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use metrix::Timestamp;
use metrix_io::KafkaError;
use metrix_io::sources::kafka::{Alignment, KafkaEvent, KafkaPartition, KafkaSource};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, sleep_until};

use self::commits::Commits;
use self::head::Head;
use self::waiting::Waiting;
use super::account::{Account, REPLAYED};
use super::ahead::Ahead;
use super::feed::Feed;
use super::ledger::{Acknowledged, Begins, COMMIT_EVERY, Ledgers};
use super::parser::Parser;
use super::quoting::Quoting;
use super::router::Router;
use super::setup::Setup;
use super::stop::Why;
use crate::config::{KafkaSourceConfig, MessageTag};

/// A partition that gives nothing, and is not known to be at its end, holds up others for so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long after the run was asked to stop a message may take whose readings have to wait: less than the sources may, so that
/// the account is not lost.
const GRACE_OF_TAKING: Duration = Duration::from_secs(10);

/// Messages of Kafka, which never end by themselves.
#[derive(Debug)]
pub(crate) struct KafkaMessages {
    source: KafkaSource,
    name: String,
    parser: Quoting<Parser>,
    message_tags: Vec<(String, MessageTag)>,
    max_ahead: Duration,
    commit_every: Duration,
    setup: Setup,
}

/// A source at work.
struct Reading<'r> {
    source: &'r KafkaSource,
    commits: &'r Commits,
    alignment: Alignment<KafkaPartition, Head>,
    waiting: Waiting,
    parser: Quoting<Parser>,
    message_tags: &'r [(String, MessageTag)],
    feed: Feed,
    account: Account,
    begun: Instant,
    setup: &'r Setup,
}

impl KafkaMessages {
    /// Joins the group, or says in words why it can't.
    pub(crate) fn open(config: KafkaSourceConfig, setup: Setup) -> Result<Self, String> {
        let name = name(&config);
        let source = open(&config).map_err(|error| format!("source {name:?}: it can't be opened: {error}"))?;
        let parser = Quoting(Parser::of(config.payload));
        let KafkaSourceConfig { message_tags, max_ahead, commit_every, .. } = config;
        let commit_every = commit_every.unwrap_or(COMMIT_EVERY);
        Ok(Self { source, name, parser, message_tags, max_ahead, commit_every, setup })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Reads until the run is to stop. What was sent is committed once it has reached the sinks.
    pub(crate) async fn run(self, router: Arc<Router>, ledgers: Arc<Ledgers>) -> Account {
        let Self { source, name, parser, message_tags, max_ahead, commit_every, setup } = self;
        let ledger = ledgers.open(Acknowledged::Together);
        let source = Arc::new(source);
        let commits = Commits::new(Arc::clone(&source), Arc::clone(&ledger), setup.voice.clone(), name.clone());
        let committing = tokio::spawn(commits.clone().go_on(commit_every));
        let mut reading = Reading {
            source: &source,
            commits: &commits,
            alignment: Alignment::new(max_ahead, PATIENCE),
            waiting: Waiting::new(Instant::now()),
            parser,
            message_tags: &message_tags,
            feed: Feed::noting(router, ledger).refusing(Ahead::new(&name, &setup)),
            account: Account::new(name, setup.faults()),
            begun: Instant::now(),
            setup: &setup,
        };
        if let Err(error) = reading.go_on().await {
            setup.voice.say(format_args!("source {:?}: {error}", reading.account.name));
            reading.account.failed = true;
        }
        let account = reading.into_account();
        committing.abort();
        commits.at_the_end();
        account
    }
}

impl Reading<'_> {
    async fn go_on(&mut self) -> Result<(), KafkaError> {
        loop {
            if let Some((partition, head)) = self.alignment.take(self.now()) {
                if !self.send(&partition, head).await {
                    return Ok(());
                }
                self.source.release(&partition);
                // Others have something to do too.
                yield_now().await;
                if self.setup.stop.why().is_some() {
                    return Ok(());
                }
                continue;
            }
            self.commits.set_at_end(self.alignment.is_at_end());
            let now = self.now();
            let deadline = self.alignment.deadline(now);
            let wait = deadline.map(|deadline| since(now, deadline));
            let waiting = self.waiting.deadline();
            tokio::select! {
                biased;
                () = self.setup.stop.asked() => return Ok(()),
                event = self.source.next() => self.take(event?),
                () = sleep(wait.unwrap_or_default()), if wait.is_some() => {}
                () = sleep_until(waiting.unwrap_or(self.begun)), if waiting.is_some() => {
                    self.waiting.tell();
                    self.setup.voice.mention(format_args!(
                        "source {:?}: it has no partition yet: its brokers may be away, other members of its group have them all, or one that \
                         ended without a word holds its own until its `session_timeout` is over",
                        self.account.name
                    ));
                }
            }
        }
    }

    fn take(&mut self, event: KafkaEvent) {
        match event {
            KafkaEvent::Assigned(assigned) => {
                let at = assigned.committed.and_then(|committed| u64::try_from(committed).ok());
                let begins = Begins { at, text: &assigned.metadata, goes_on: assigned.goes_on };
                if let Err(error) = self.commits.resume(&assigned.partition, begins) {
                    let name = &self.account.name;
                    self.setup
                        .voice
                        .say(format_args!("source {name:?}: what {} was committed with: {error}", assigned.partition));
                }
                self.alignment.add(assigned.partition, self.now());
                if self.waiting.come() {
                    self.setup.voice.mention(format_args!("source {:?}: it has partitions now", self.account.name));
                }
            }
            KafkaEvent::Revoked(partitions) => {
                self.waiting.go(partitions.len(), Instant::now());
                partitions.iter().for_each(|partition| {
                    // It was not sent, and comes again to whoever reads the partition then.
                    self.alignment.remove(partition);
                    self.commits.revoke(partition);
                });
            }
            KafkaEvent::End(partition) => self.alignment.end(&partition),
            KafkaEvent::Message(message) => {
                let (partition, now) = (message.partition.clone(), self.now());
                let head = Head::read(&message, &mut self.parser, self.message_tags);
                self.alignment.put(&partition, head.oldest, head, now);
            }
            // The library may have others, of which this knows nothing.
            _ => {}
        }
    }

    /// Sends a message; says whether the run goes on.
    async fn send(&mut self, partition: &KafkaPartition, head: Head) -> bool {
        let Self { commits, feed, account, setup, .. } = self;
        account.lines += head.lines;
        account.skipped += head.skipped;
        for fault in head.faults {
            let name = &account.name;
            account.faults.add(fault.kind, format_args!("{name}: {partition} at {}: {}", head.offset, fault.message));
            if setup.strict {
                setup.stop.ask(Why::WrongLine);
                return false;
            }
        }
        let behind = feed.left_out().behind;
        if feed.begin(commits.number(partition), head.offset) {
            head.readings.iter().for_each(|reading| feed.send(reading));
        }
        if behind == 0 && feed.left_out().behind > 0 {
            setup.voice.say(format_args!(
                "source {:?}: what {partition} has is late, since the streams were further on when it came here, and is not in their windows: \
                 give each instance an `instance`, and keep as many of them as there are",
                account.name
            ));
        }
        tokio::select! {
            biased;
            () = feed.finish() => true,
            () = setup.stop.overdue(GRACE_OF_TAKING) => false,
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_nanos(i64::try_from(self.begun.elapsed().as_nanos()).unwrap_or(i64::MAX))
    }

    fn into_account(self) -> Account {
        let Self { source, feed, parser, alignment, account, .. } = self;
        let left_out = feed.left_out();
        let others = vec![
            (source.stats().troubles, "errors of Kafka"),
            (alignment.overruled(), "messages not aligned, as another partition was silent for long"),
            (left_out.replayed, REPLAYED),
            feed.ahead(),
            (left_out.behind, "late, as the stream was further on than their partition when it came here"),
            (left_out.again, "messages that came again"),
            (parser.0.forgotten(), "gauges forgotten, since there are so many"),
            (feed.untimed(), "without a time, taken at the time when they were read by streams that go by it"),
        ];
        Account { readings: feed.readings(), others, ..account }
    }
}

fn since(now: Timestamp, then: Timestamp) -> Duration {
    Duration::from_nanos(u64::try_from(then.as_nanos().saturating_sub(now.as_nanos())).unwrap_or(0))
}

fn name(config: &KafkaSourceConfig) -> String {
    format!("kafka://{}/{}", config.cluster.brokers, config.topics.join(","))
}

fn open(config: &KafkaSourceConfig) -> Result<KafkaSource, Box<dyn std::error::Error>> {
    let builder = KafkaSource::builder(&config.cluster.cluster()?, &config.topics);
    let mut builder = builder.group(&config.group).start(config.start);
    if let Some(instance) = &config.instance {
        builder = builder.instance(instance);
    }
    if let Some(session_timeout) = config.session_timeout {
        builder = builder.session_timeout(session_timeout);
    }
    Ok(builder.open()?)
}
