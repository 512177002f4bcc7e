//! [`KafkaSource`]: messages of topics of Kafka, as a member of a consumer group.

mod alignment;
mod builder;
mod event;
mod group;
mod known;
mod lane;
mod lanes;
mod opening;
mod shared;
mod stats;
mod troubles;

use std::fmt;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::{KafkaError as Cause, RDKafkaErrorCode};
use tokio::sync::{Mutex, oneshot};

use self::group::Group;
use self::shared::Shared;
use crate::KafkaError;

pub use self::alignment::Alignment;
pub use self::builder::{KafkaSourceBuilder, Start};
pub use self::event::{KafkaAssignment, KafkaCommit, KafkaEvent, KafkaMessage, KafkaPartition};
pub use self::stats::KafkaSourceStats;

/// Reads topics of Kafka as a member of a consumer group, and commits only what it is told to.
///
/// Of each partition it gives one message, and the next when that one is [released](Self::release). So its user decides which
/// partition goes on, for which there is [`Alignment`]. Each partition waits in a queue of its own, and one that stands still
/// holds up no other; the member stays in its group, however long its user takes.
///
/// A commit has a text beside the offset, which comes back when the partition is assigned again, to whichever member:
/// [`KafkaAssignment::metadata`]. What is not committed is read again by who gets the partition next; delivery is at least once.
///
/// # When partitions come and go
///
/// [`KafkaEvent::Assigned`] comes before any message of the partition. If the group has been arranged anew, and nobody else has
/// committed anything for the partition meanwhile, it goes on after the last message that was released:
/// [`KafkaAssignment::goes_on`]. Otherwise it begins at the committed offset, and what was not committed is to be forgotten.
///
/// # Memory
///
/// Of each partition up to 4 MiB and what one fetch brings, usually 1 MiB. A thread, and those of librdkafka, one for each broker.
///
/// ```no_run
/// use metrix_io::KafkaCluster;
/// use metrix_io::sources::kafka::{KafkaCommit, KafkaEvent, KafkaSource};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let cluster = KafkaCluster::new("127.0.0.1:9092")?;
/// let source = KafkaSource::builder(&cluster, ["requests"]).group("counters").open()?;
/// loop {
///     if let KafkaEvent::Message(message) = source.next().await? {
///         println!("{} bytes", message.payload.len());
///         source.release(&message.partition);
///         let (offset, metadata) = (message.offset + 1, String::new());
///         source.commit(&[KafkaCommit { partition: message.partition, offset, metadata }]).await?;
///     }
/// }
/// # }
/// ```
pub struct KafkaSource {
    /// `None` when it is closed.
    consumer: Option<Arc<BaseConsumer<Group>>>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    /// Whose turn it is to commit.
    turn: Arc<Mutex<()>>,
    /// Completes when the thread has ended.
    ended: oneshot::Receiver<()>,
}

/// How long a broker may take to say where a partition ends.
const ANSWER: Duration = Duration::from_secs(2);

impl KafkaSource {
    /// What comes next. Partitions take turns.
    ///
    /// # Errors
    /// If this member can't go on, as when another one has its [instance](KafkaSourceBuilder::instance), or it may not ask what has
    /// been committed. What passes, such as a topic that is not there yet, is counted, and logged once until a message comes.
    ///
    /// # Cancel safety
    /// Nothing is lost.
    pub async fn next(&self) -> Result<KafkaEvent, KafkaError> {
        loop {
            if let Some(event) = self.shared.take()? {
                return Ok(event);
            }
            self.shared.told().await;
        }
    }

    /// Says that the last message of this partition is done with, so that the next may come. It is the place from which the
    /// partition goes on if it is assigned to this member again.
    pub fn release(&self, partition: &KafkaPartition) {
        self.shared.release(partition);
    }

    /// Commits offsets, each the one of the next message to be read, and gives the partitions that it has left out, as they aren't assigned.
    ///
    /// # Errors
    /// If the group's broker refused any of them: then some may be committed.
    ///
    /// # Cancel safety
    /// If it is dropped the commit goes on, and the next one waits for it.
    pub async fn commit(&self, commits: &[KafkaCommit]) -> Result<Vec<KafkaPartition>, KafkaError> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let Some(consumer) = self.consumer.clone() else { return Err(KafkaError::new("the source is closed")) };
        let (list, left_out) = self.shared.begin_commit(commits)?;
        if list.count() == 0 {
            return Ok(left_out);
        }
        let (done, result) = oneshot::channel();
        let work = move || {
            // It waits for the group's broker, which may be away; only one does at a time.
            let result = consumer.commit(&list, CommitMode::Sync);
            // Who asked may be gone.
            let _ = done.send(result);
            drop((consumer, turn));
        };
        let thread = thread::Builder::new().name("kafka commit".to_owned()).spawn(work);
        thread.map_err(|error| KafkaError::new(format!("the system has no thread for Kafka: {error}")))?;
        match result.await {
            Ok(Ok(())) => self.shared.committed(commits),
            Ok(Err(error)) => return Err(refused(&error, commits)),
            Err(_) => return Err(KafkaError::new("the commit came to no end")),
        }
        Ok(left_out)
    }

    /// The offsets after the last messages of the partitions that are assigned, of which their brokers are asked: so it is known that
    /// these are there.
    ///
    /// # Errors
    /// If one of them doesn't answer within two seconds.
    pub async fn ends(&self) -> Result<Vec<(KafkaPartition, i64)>, KafkaError> {
        let Some(consumer) = self.consumer.clone() else { return Err(KafkaError::new("the source is closed")) };
        let partitions = self.shared.partitions();
        let (done, result) = oneshot::channel();
        let work = move || {
            let end = |partition: KafkaPartition| {
                let ends = consumer.fetch_watermarks(&partition.topic, partition.number, ANSWER);
                ends.map(|(_, end)| (partition, end)).map_err(|error| KafkaError::of(&error))
            };
            // Who asked may be gone.
            let _ = done.send(partitions.into_iter().map(end).collect());
        };
        let thread = thread::Builder::new().name("kafka ends".to_owned()).spawn(work);
        thread.map_err(|error| KafkaError::new(format!("the system has no thread for Kafka: {error}")))?;
        result.await.unwrap_or_else(|_| Err(KafkaError::new("the question for the ends came to no end")))
    }

    /// What it has seen so far.
    pub fn stats(&self) -> KafkaSourceStats {
        self.shared.stats()
    }

    /// Leaves the group, so that other members get the partitions at once, and waits until that is done. Where it is only
    /// dropped that happens soon after, if the program goes on.
    pub async fn close(mut self) {
        self.leave();
        // It is there or gone; either way the thread is at its end.
        let _ = (&mut self.ended).await;
        if let Some(thread) = self.thread.take() {
            // Nothing of it is needed.
            let _ = thread.join();
        }
    }

    fn leave(&mut self) {
        // The thread is to drop the last one, since that waits for brokers.
        self.consumer = None;
        self.shared.leave();
    }
}

/// Why a commit was refused. A broker doesn't say how long a text is, and how long it may be.
fn refused(error: &Cause, commits: &[KafkaCommit]) -> KafkaError {
    let words = KafkaError::of(error);
    if error.rdkafka_error_code() != Some(RDKafkaErrorCode::OffsetMetadataTooLarge) {
        return words;
    }
    let longest = commits.iter().map(|commit| commit.metadata.len()).max().unwrap_or(0);
    let most = KafkaCommit::LONGEST_METADATA;
    KafkaError::new(format!(
        "{words}: it has {longest} bytes, and a broker takes no more than {most}, unless its `offset.metadata.max.bytes` says otherwise"
    ))
}

impl Drop for KafkaSource {
    fn drop(&mut self) {
        self.leave();
    }
}

impl fmt::Debug for KafkaSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KafkaSource").field("stats", &self.stats()).finish_non_exhaustive()
    }
}
