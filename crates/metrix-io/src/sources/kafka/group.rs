//! [`Group`]: what a member of a consumer group does when it is told.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use rdkafka::ClientContext;
use rdkafka::Offset;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext, RebalanceProtocol};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::topic_partition_list::{TopicPartitionList, TopicPartitionListElem};
use rdkafka::types::RDKafkaRespErr;
use tracing::warn;

use super::builder::Start;
use super::event::{KafkaAssignment, KafkaPartition};
use super::shared::Shared;
use super::troubles::{Troubles, is_forbidden};
use crate::kafka::Told;

/// So long the group's broker may take to say what has been committed, before it is asked again.
const PATIENCE: Duration = Duration::from_secs(5);

/// The pauses between these, which grow.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(5)];

/// What a member does when partitions come and go.
pub(super) struct Group {
    pub(super) start: Start,
    pub(super) shared: Arc<Shared>,
    pub(super) told: Told,
}

impl Group {
    /// Asks until there is an answer, as long as this member is in its group; gives up where it is not allowed.
    fn ask<T>(
        &self,
        consumer: &BaseConsumer<Self>,
        what: &str,
        question: impl Fn() -> KafkaResult<T>,
    ) -> KafkaResult<Option<T>> {
        let (mut troubles, [mut pause, longest]) = (Troubles::default(), PAUSES);
        loop {
            let error = match question() {
                Ok(answer) => return Ok(Some(answer)),
                Err(error) if is_forbidden(&error) => return Err(error),
                Err(error) => error,
            };
            if troubles.is_news(&error) {
                warn!("{what}: {}", crate::KafkaError::of(&error));
            }
            let until = Instant::now() + pause;
            while Instant::now() < until {
                if self.shared.is_leaving() || consumer.assignment_lost() {
                    return Ok(None);
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            pause = (pause * 2).min(longest);
        }
    }

    /// What has been committed for these. It is asked for as long as it takes, since without it nobody knows where to begin.
    fn committed(
        &self,
        consumer: &BaseConsumer<Self>,
        list: &TopicPartitionList,
    ) -> KafkaResult<Option<TopicPartitionList>> {
        self.ask(consumer, "what has been committed to Kafka is not known yet", || {
            let committed = consumer.committed_offsets(list.clone(), PATIENCE)?;
            committed.elements().iter().try_for_each(TopicPartitionListElem::error)?;
            Ok(committed)
        })
    }

    /// The end of a partition, where it is to begin, which is committed: otherwise what comes while nobody reads would be left out,
    /// if nothing has come before.
    fn committed_end(&self, consumer: &BaseConsumer<Self>, partition: &KafkaPartition) -> KafkaResult<Option<i64>> {
        self.ask(consumer, "where to begin is not committed to Kafka yet", || {
            let (_, end) = consumer.fetch_watermarks(&partition.topic, partition.number, PATIENCE)?;
            let mut list = TopicPartitionList::new();
            list.add_partition_offset(&partition.topic, partition.number, Offset::Offset(end))?;
            consumer.commit(&list, CommitMode::Sync)?;
            Ok(end)
        })
    }

    /// Says where to begin, and remembers what has come.
    fn assigned(&self, consumer: &BaseConsumer<Self>, list: &mut TopicPartitionList) -> KafkaResult<()> {
        let Some(committed) = self.committed(consumer, list)? else {
            return assign(consumer, &TopicPartitionList::new());
        };
        for element in committed.elements() {
            let partition = partition(&element);
            let mut offset = match element.offset() {
                Offset::Offset(offset) => Some(offset),
                _ => None,
            };
            let metadata = if offset.is_some() { metadata(&element) } else { String::new() };
            let position = self.shared.position(&partition, offset, &metadata);
            if self.start == Start::Latest && position.or(offset).is_none() {
                let Some(end) = self.committed_end(consumer, &partition)? else {
                    return assign(consumer, &TopicPartitionList::new());
                };
                self.shared.begins(&partition, end);
                offset = Some(end);
            }
            if let Some(begin) = position.or(offset) {
                list.set_partition_offset(&partition.topic, partition.number, Offset::Offset(begin))?;
            }
            let goes_on = position.is_some();
            self.shared.assign(KafkaAssignment { partition, committed: offset, metadata, goes_on });
        }
        assign(consumer, list)
    }
}

impl ConsumerContext for Group {
    fn rebalance(&self, consumer: &BaseConsumer<Self>, error: RDKafkaRespErr, list: &mut TopicPartitionList) {
        let done = if error == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            self.assigned(consumer, list)
        } else {
            self.shared.revoke(list.elements().iter().map(partition).collect());
            unassign(consumer, list)
        };
        if let Err(error) = done {
            self.shared.fail(&error);
        }
    }
}

impl ClientContext for Group {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.told.log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.told.error(error, reason);
    }
}

fn assign(consumer: &BaseConsumer<Group>, list: &TopicPartitionList) -> KafkaResult<()> {
    match consumer.rebalance_protocol() {
        RebalanceProtocol::Cooperative => consumer.incremental_assign(list),
        RebalanceProtocol::Eager | RebalanceProtocol::None => consumer.assign(list),
    }
}

fn unassign(consumer: &BaseConsumer<Group>, list: &TopicPartitionList) -> KafkaResult<()> {
    match consumer.rebalance_protocol() {
        RebalanceProtocol::Cooperative => consumer.incremental_unassign(list),
        RebalanceProtocol::Eager | RebalanceProtocol::None => consumer.unassign(),
    }
}

fn partition(element: &TopicPartitionListElem<'_>) -> KafkaPartition {
    KafkaPartition { topic: element.topic().into(), number: element.partition() }
}

/// The text of a commit; empty if it is no text, as another program's may be.
pub(super) fn metadata(element: &TopicPartitionListElem<'_>) -> String {
    // The library panics where it is not UTF-8.
    catch_unwind(AssertUnwindSafe(|| element.metadata().to_owned())).unwrap_or_default()
}

/// Serves the member until its source leaves: all that it is told happens on this thread.
pub(super) fn serve(consumer: Arc<BaseConsumer<Group>>, shared: &Arc<Shared>) {
    while !shared.is_leaving() {
        match consumer.poll(Duration::from_millis(100)) {
            None => {}
            Some(Ok(message)) => shared.stray(&message),
            Some(Err(KafkaError::PartitionEOF(number))) => shared.stray_end(number),
            Some(Err(error)) => shared.trouble(&error),
        }
        shared.open_lanes(&consumer);
    }
    // What is in them holds the consumer, whose end is the end of the membership.
    shared.end();
    drop(consumer);
}

/// Wakes who waits for the next message of a queue.
pub(super) fn waker(shared: &Arc<Shared>) -> impl Fn() + Send + Sync + 'static {
    let shared: Weak<Shared> = Arc::downgrade(shared);
    move || {
        if let Some(shared) = shared.upgrade() {
            shared.tell();
        }
    }
}
