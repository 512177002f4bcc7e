//! [`Shared`]: what a source and the thread of its membership both know.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rdkafka::Message as _;
use rdkafka::Offset;
use rdkafka::consumer::BaseConsumer;
use rdkafka::error::KafkaError as Cause;
use rdkafka::message::BorrowedMessage;
use rdkafka::topic_partition_list::TopicPartitionList;
use tokio::sync::Notify;
use tracing::warn;

use super::event::{KafkaAssignment, KafkaCommit, KafkaEvent, KafkaMessage, KafkaPartition};
use super::group::{Group, waker};
use super::known::Known;
use super::lanes::Lanes;
use super::opening::Opening;
use super::stats::KafkaSourceStats;
use super::troubles::Troubles;
use crate::KafkaError;

/// What a source and the thread of its membership both know.
#[derive(Default)]
pub(super) struct Shared {
    state: Mutex<State>,
    told: Notify,
    is_leaving: AtomicBool,
    messages: AtomicU64,
    troubles: AtomicU64,
    rebalances: AtomicU64,
}

#[derive(Default)]
struct State {
    /// What comes before all messages.
    events: VecDeque<KafkaEvent>,
    lanes: Lanes,
    opening: Opening,
    known: BTreeMap<KafkaPartition, Known>,
    failed: Option<KafkaError>,
    troubles: Troubles,
}

impl Shared {
    /// The next event, if there is one.
    pub(super) fn take(&self) -> Result<Option<KafkaEvent>, KafkaError> {
        let mut state = self.state();
        if let Some(event) = state.events.pop_front() {
            return Ok(Some(event));
        }
        if let Some(error) = &state.failed {
            return Err(error.clone());
        }
        let (found, troubles) = state.lanes.take();
        if let Some(KafkaEvent::Message(message)) = &found {
            state.known.entry(message.partition.clone()).or_default().give(message.offset);
            state.troubles.clear();
            self.messages.fetch_add(1, Ordering::Relaxed);
        }
        drop(state);
        troubles.iter().for_each(|error| self.trouble(error));
        Ok(found)
    }

    /// Waits until something may be there.
    pub(super) async fn told(&self) {
        self.told.notified().await;
    }

    pub(super) fn tell(&self) {
        self.told.notify_one();
    }

    pub(super) fn release(&self, partition: &KafkaPartition) {
        let mut state = self.state();
        if let Some(known) = state.known.get_mut(partition) {
            known.release();
        }
        if let Some(lane) = state.lanes.get(partition) {
            lane.is_held = false;
        }
        drop(state);
        self.tell();
    }

    /// Where a partition goes on, if it was this member's and nobody has committed anything else for it since.
    pub(super) fn position(&self, partition: &KafkaPartition, offset: Option<i64>, metadata: &str) -> Option<i64> {
        self.state().known.entry(partition.clone()).or_default().assign(offset, metadata)
    }

    pub(super) fn assign(&self, assignment: KafkaAssignment) {
        let mut state = self.state();
        state.opening.add(assignment.partition.clone());
        state.events.push_back(KafkaEvent::Assigned(assignment));
        self.rebalances.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn revoke(&self, partitions: Vec<KafkaPartition>) {
        let mut state = self.state();
        partitions.iter().for_each(|partition| state.opening.remove(partition));
        let gone: Vec<_> = partitions.iter().map(|partition| state.lanes.remove(partition)).collect();
        self.rebalances.fetch_add(partitions.len() as u64, Ordering::Relaxed);
        state.events.push_back(KafkaEvent::Revoked(partitions));
        drop(state);
        drop(gone);
        self.tell();
    }

    /// A message that had come before its partition had a queue of its own.
    pub(super) fn stray(&self, message: &BorrowedMessage<'_>) {
        let partition = KafkaPartition { topic: message.topic().into(), number: message.partition() };
        let mut state = self.state();
        let message = KafkaMessage::of(message, &partition);
        match state.lanes.get(&partition) {
            Some(lane) => lane.put_early(message),
            None => state.opening.put(message),
        }
        drop(state);
        self.tell();
    }

    /// The end of a partition of this number, which had come before the partition had a queue of its own.
    pub(super) fn stray_end(&self, number: i32) {
        self.state().opening.put_end(number);
    }

    /// Gives the partitions that have just been assigned queues of their own.
    pub(super) fn open_lanes(self: &Arc<Self>, consumer: &Arc<BaseConsumer<Group>>) {
        let opening = self.state().opening.partitions();
        if opening.is_empty() {
            return;
        }
        let rebalances = self.rebalances.load(Ordering::Relaxed);
        let mut queues = Vec::new();
        for partition in opening {
            if let Some(mut queue) = consumer.split_partition_queue(&partition.topic, partition.number) {
                queue.set_nonempty_callback(waker(self));
                queues.push((partition, queue));
            }
        }
        // What had come before is all in the queue that they shared.
        while let Some(polled) = consumer.poll(std::time::Duration::ZERO) {
            match polled {
                Ok(message) => self.stray(&message),
                Err(Cause::PartitionEOF(number)) => self.stray_end(number),
                Err(error) => self.trouble(&error),
            }
        }
        if self.rebalances.load(Ordering::Relaxed) != rebalances {
            // These queues may be of what is gone; the next time there are others.
            return;
        }
        let mut state = self.state();
        let lanes = state.opening.open(queues);
        state.lanes.add(lanes);
        drop(state);
        self.tell();
    }

    /// Those that are read.
    pub(super) fn partitions(&self) -> Vec<KafkaPartition> {
        self.state().lanes.partitions().cloned().collect()
    }

    /// What is to be committed, and the partitions that are left out.
    pub(super) fn begin_commit(
        &self,
        commits: &[KafkaCommit],
    ) -> Result<(TopicPartitionList, Vec<KafkaPartition>), KafkaError> {
        let mut state = self.state();
        let (mut list, mut left_out) = (TopicPartitionList::new(), Vec::new());
        for commit in commits {
            let KafkaCommit { partition, offset, metadata } = commit;
            if state.lanes.get(partition).is_none() {
                left_out.push(partition.clone());
                continue;
            }
            let mut element = list.add_partition(&partition.topic, partition.number);
            element.set_offset(Offset::Offset(*offset)).map_err(|error| KafkaError::of(&error))?;
            element.set_metadata(metadata);
            state.known.entry(partition.clone()).or_default().begin_commit(commit);
        }
        Ok((list, left_out))
    }

    /// The offset at which a partition begins was committed before it was read.
    pub(super) fn begins(&self, partition: &KafkaPartition, offset: i64) {
        self.state().known.entry(partition.clone()).or_default().begin(offset);
    }

    /// What was to be committed is.
    pub(super) fn committed(&self, commits: &[KafkaCommit]) {
        let mut state = self.state();
        for commit in commits {
            if let Some(known) = state.known.get_mut(&commit.partition) {
                known.end_commit(commit);
            }
        }
    }

    /// Counts an error, and says it. One after which nothing more comes is told by `take`.
    pub(super) fn trouble(&self, error: &Cause) {
        match error {
            Cause::PartitionEOF(_) => return,
            Cause::MessageConsumptionFatal(_) => return self.fail(error),
            _ => {}
        }
        self.troubles.fetch_add(1, Ordering::Relaxed);
        if self.state().troubles.is_news(error) {
            warn!("reading from Kafka: {}", KafkaError::of(error));
        }
    }

    pub(super) fn fail(&self, error: &Cause) {
        self.state().failed.get_or_insert_with(|| KafkaError::of(error));
        self.tell();
    }

    pub(super) fn stats(&self) -> KafkaSourceStats {
        KafkaSourceStats {
            messages: self.messages.load(Ordering::Relaxed),
            troubles: self.troubles.load(Ordering::Relaxed),
            rebalances: self.rebalances.load(Ordering::Relaxed),
        }
    }

    pub(super) fn leave(&self) {
        self.is_leaving.store(true, Ordering::Release);
    }

    pub(super) fn is_leaving(&self) -> bool {
        self.is_leaving.load(Ordering::Acquire)
    }

    /// Lets go of all that holds the consumer.
    pub(super) fn end(&self) {
        let mut state = self.state();
        let lanes = std::mem::take(&mut state.lanes);
        state.opening = Opening::default();
        drop(state);
        drop(lanes);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is locked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
