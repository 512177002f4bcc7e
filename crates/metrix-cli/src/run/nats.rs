//! [`NatsMessages`]: the source that reads a stream of NATS JetStream.

mod message_reader;
mod told;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use metrix_io::NatsError;
use metrix_io::sources::nats::{NatsMessage, NatsSource};
use tokio::time::{Instant, sleep_until, timeout};

use self::message_reader::{MessageReader, lines};
use self::told::Told;
use super::account::{Account, REPLAYED};
use super::ahead::Ahead;
use super::feed::Feed;
use super::ledger::{Begins, COMMIT_EVERY, Ledger, Settled};
use super::router::Router;
use super::setup::Setup;
use super::stop::Why;
use crate::config::NatsSourceConfig;

/// A server that takes longer to say that there is nothing to read is taken to be away.
const ANSWER: Duration = Duration::from_secs(2);

/// All messages of a stream are of one partition.
const PARTITION: u32 = 0;

/// A stream of NATS JetStream, whose messages are acknowledged when the windows that have their elements have reached the sinks.
#[derive(Debug)]
pub(crate) struct NatsMessages {
    name: String,
    source: NatsSource,
    reader: MessageReader,
    every: Duration,
    setup: Setup,
}

impl NatsMessages {
    /// Says in words what is missing for it.
    pub(crate) fn new(config: NatsSourceConfig, setup: Setup) -> Result<Self, String> {
        let name = format!("{}/{}", config.place.url, config.stream);
        let every = config.commit_every.unwrap_or(COMMIT_EVERY);
        let source = source(&config).map_err(|error| format!("source {name:?}: {error}"))?;
        let NatsSourceConfig { payload, subject_tag, header_tags, .. } = config;
        Ok(Self { name, source, reader: MessageReader::new(payload, subject_tag, header_tags), every, setup })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Reads messages until the run is to stop, and leaves what acknowledges the last of them to the ledger.
    pub(crate) async fn read(self, router: Arc<Router>, ledger: Arc<Ledger>) -> Account {
        let Self { name, mut source, mut reader, every, setup } = self;
        let mut account = Account::new(name, setup.faults());
        let mut feed = Feed::noting(router, Arc::clone(&ledger)).refusing(Ahead::new(&account.name, &setup));
        let mut told = Told::default();
        let is_open = open(&mut source, &ledger, &mut told, &account.name, &setup).await;
        if is_open {
            let mut settling = ledger.settling(every);
            loop {
                let deadline = told.deadline();
                let settled = tokio::select! {
                    biased;
                    () = setup.stop.asked() => break,
                    settled = settling.recv() => settled,
                    message = source.next() => {
                        told.hear(message.as_ref().err(), &account.name, &setup.voice);
                        let Ok(message) = message else { continue };
                        let sent = send(&mut source, &message, &mut reader, &mut feed, &mut account, &setup).await;
                        if sent { continue } else { break }
                    }
                    () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {
                        told.hear(None::<&NatsError>, &account.name, &setup.voice);
                        continue;
                    }
                };
                let Some(settled) = settled else { break };
                let committed = tokio::select! {
                    biased;
                    () = setup.stop.asked() => {
                        // They are acknowledged with the last.
                        settle(&mut source, &settled);
                        break;
                    }
                    committed = commit(&mut source, &settled) => committed,
                };
                told.hear(committed.as_ref().err(), &account.name, &setup.voice);
                let is_at_end = tokio::select! {
                    biased;
                    () = setup.stop.asked() => break,
                    is_at_end = timeout(ANSWER, source.is_at_end()) => is_at_end.unwrap_or(false),
                };
                ledger.set_at_end(is_at_end);
                told.look(&source, &account.name, &setup.voice);
            }
        }
        let (stats, left_out) = (source.stats(), feed.left_out());
        let others =
            vec![(stats.rejected, "messages that nobody can read"), (left_out.replayed, REPLAYED), feed.ahead()];
        // Where nothing was read of what a run before has stored, nothing takes its place.
        if is_open {
            ledger.at_the_end(move |settled| async move {
                // What isn't acknowledged now comes again.
                let _ = commit(&mut source, &settled).await;
            });
        }
        Account { readings: feed.readings(), skipped: reader.skipped(), others, ..account }
    }
}

/// Connects, for as long as it takes, and tells the ledger what was stored; tells whether it has, before the run was to stop.
async fn open(source: &mut NatsSource, ledger: &Ledger, told: &mut Told, name: &str, setup: &Setup) -> bool {
    loop {
        let opened = tokio::select! {
            biased;
            () = setup.stop.asked() => return false,
            opened = source.open() => opened.map(str::to_owned),
        };
        told.hear(opened.as_ref().err(), name, &setup.voice);
        if let Ok(note) = opened {
            if let Err(wrong) = ledger.resume(PARTITION, Begins { text: &note, ..Begins::default() }) {
                setup.voice.say(format_args!("source {name:?}: {wrong}"));
            }
            if let Some(differing) = source.differing() {
                setup.voice.say(format_args!("source {name:?}: {differing}"));
            }
            return true;
        }
    }
}

/// Sends the readings of a message; tells whether it goes on after that.
async fn send(
    source: &mut NatsSource,
    message: &NatsMessage,
    reader: &mut MessageReader,
    feed: &mut Feed,
    account: &mut Account,
    setup: &Setup,
) -> bool {
    if !feed.begin(PARTITION, message.position()) {
        return true;
    }
    let (before, mut is_wrong) = (feed.readings(), false);
    for line in lines(message.payload()) {
        account.lines += 1;
        let Err(fault) = reader.read(line, message, feed) else { continue };
        is_wrong = true;
        let (kind, sequence) = (fault.kind, message.position());
        account.faults.add(kind, format_args!("{}: message {sequence}, {}: {fault}", account.name, message.subject()));
        if setup.strict {
            setup.stop.ask(Why::WrongLine);
            return false;
        }
    }
    if is_wrong && feed.readings() == before {
        source.reject(message.position());
    }
    tokio::select! {
        biased;
        () = feed.finish() => true,
        // What is not sent then comes again in the next run.
        () = setup.stop.asked() => false,
    }
}

async fn commit(source: &mut NatsSource, settled: &Settled) -> Result<(), NatsError> {
    settle(source, settled);
    source.commit(settled.text(PARTITION)).await
}

fn settle(source: &mut NatsSource, settled: &Settled) {
    settled.messages.iter().for_each(|(_, position)| source.settle(*position));
}

fn source(config: &NatsSourceConfig) -> Result<NatsSource, Box<dyn Error>> {
    let mut source = NatsSource::new(config.place.open()?, &config.stream, &config.consumer)?;
    if let Some(start) = config.start {
        source = source.start(start);
    }
    if let Some(filter) = &config.filter {
        source = source.filter(filter);
    }
    if let Some(messages) = config.max_ack_pending {
        source = source.max_ack_pending(messages);
    }
    if let Some(time) = config.ack_wait {
        source = source.ack_wait(time);
    }
    Ok(match &config.bucket {
        Some(bucket) => source.bucket(bucket)?,
        None => source,
    })
}
