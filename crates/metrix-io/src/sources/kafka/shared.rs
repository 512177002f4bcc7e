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
use super::lane::{Lane, Taken};
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
    lanes: Vec<Lane>,
    /// Whose turn it is.
    next: usize,
    /// Assigned, and without a lane as yet.
    opening: Vec<KafkaPartition>,
    strays: Vec<KafkaMessage>,
    /// The numbers of partitions whose ends have come before they had queues of their own.
    stray_ends: Vec<i32>,
    known: BTreeMap<KafkaPartition, Known>,
    failed: Option<KafkaError>,
    troubles: Troubles,
}

/// What this member knows of a partition, also when it has lost it.
#[derive(Default)]
struct Known {
    /// The offset of the message that is out.
    out: Option<i64>,
    /// The offset after the last message that was released.
    position: Option<i64>,
    /// What was committed when it was assigned, or by this member since, and what it has tried to commit: one of them is what the
    /// broker has, unless it is of another member.
    committed: Vec<(Option<i64>, String)>,
}

/// So many attempts to commit are remembered.
const ATTEMPTS: usize = 8;

/// What a source has seen so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KafkaSourceStats {
    /// Messages that it gave.
    pub messages: u64,
    /// Errors that passed, such as a topic that is not there yet.
    pub troubles: u64,
    /// How often a partition came or went.
    pub rebalances: u64,
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
        let mut troubles = Vec::new();
        let State { lanes, next, known, troubles: told, .. } = &mut *state;
        let (count, mut found) = (lanes.len(), None);
        'lanes: for step in 0..count {
            let place = (*next + step) % count;
            let lane = &mut lanes[place];
            while !lane.is_held {
                match lane.take() {
                    Taken::Event(event) => {
                        if let KafkaEvent::Message(message) = &event {
                            known.entry(lane.partition.clone()).or_default().out = Some(message.offset);
                            self.messages.fetch_add(1, Ordering::Relaxed);
                            told.clear();
                        }
                        *next = place + 1;
                        found = Some(event);
                        break 'lanes;
                    }
                    Taken::Trouble(error) => troubles.push(error),
                    Taken::Nothing => break,
                }
            }
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
            known.position = known.out.take().map(|offset| offset + 1).or(known.position);
        }
        if let Some(lane) = state.lanes.iter_mut().find(|lane| lane.partition == *partition) {
            lane.is_held = false;
        }
        drop(state);
        self.tell();
    }

    /// Where a partition goes on, if it was this member's and nobody has committed anything else for it since.
    pub(super) fn position(&self, partition: &KafkaPartition, offset: Option<i64>, metadata: &str) -> Option<i64> {
        let mut state = self.state();
        let known = state.known.entry(partition.clone()).or_default();
        let is_same = known.committed.iter().any(|(known, text)| *known == offset && *text == metadata);
        known.committed = vec![(offset, metadata.to_owned())];
        known.out = None;
        if !is_same {
            known.position = None;
        }
        known.position
    }

    pub(super) fn assign(&self, assignment: KafkaAssignment) {
        let mut state = self.state();
        state.opening.push(assignment.partition.clone());
        state.events.push_back(KafkaEvent::Assigned(assignment));
        self.rebalances.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn revoke(&self, partition: &KafkaPartition) {
        let mut state = self.state();
        state.opening.retain(|opening| opening != partition);
        state.strays.retain(|stray| stray.partition != *partition);
        state.stray_ends.retain(|number| *number != partition.number);
        let gone: Vec<Lane> = match state.lanes.iter().position(|lane| lane.partition == *partition) {
            Some(place) => vec![state.lanes.remove(place)],
            None => Vec::new(),
        };
        state.events.push_back(KafkaEvent::Revoked(partition.clone()));
        self.rebalances.fetch_add(1, Ordering::Relaxed);
        drop(state);
        drop(gone);
        self.tell();
    }

    /// A message that had come before its partition had a queue of its own.
    pub(super) fn stray(&self, message: &BorrowedMessage<'_>) {
        let partition = KafkaPartition { topic: message.topic().into(), number: message.partition() };
        let mut state = self.state();
        if let Some(lane) = state.lanes.iter_mut().find(|lane| lane.partition == partition) {
            lane.put_early(KafkaMessage::of(message, &partition));
        } else if state.opening.contains(&partition) {
            state.strays.push(KafkaMessage::of(message, &partition));
        }
        drop(state);
        self.tell();
    }

    /// The end of a partition of this number, which had come before the partition had a queue of its own.
    pub(super) fn stray_end(&self, number: i32) {
        let mut state = self.state();
        if state.opening.iter().any(|opening| opening.number == number) {
            state.stray_ends.push(number);
        }
    }

    /// Gives the partitions that have just been assigned queues of their own.
    pub(super) fn open_lanes(self: &Arc<Self>, consumer: &Arc<BaseConsumer<Group>>) {
        let opening = self.state().opening.clone();
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
        let ends = std::mem::take(&mut state.stray_ends);
        // An end has no topic. Of several partitions it may be of any, and then it is left out: their patience ends.
        let is_one = |number| queues.iter().filter(|(partition, _)| partition.number == number).count() == 1;
        let ended: Vec<i32> = ends.into_iter().filter(|number| is_one(*number)).collect();
        for (partition, queue) in queues {
            state.opening.retain(|opening| *opening != partition);
            let strays = std::mem::take(&mut state.strays);
            let (early, others) = partitioned(strays, &partition);
            state.strays = others;
            let is_ended = ended.contains(&partition.number);
            state.lanes.push(Lane::new(partition, queue, early, is_ended));
        }
        drop(state);
        self.tell();
    }

    /// Those that are read.
    pub(super) fn partitions(&self) -> Vec<KafkaPartition> {
        self.state().lanes.iter().map(|lane| lane.partition.clone()).collect()
    }

    /// What is to be committed, and the partitions that are left out.
    pub(super) fn begin_commit(
        &self,
        commits: &[KafkaCommit],
    ) -> Result<(TopicPartitionList, Vec<KafkaPartition>), KafkaError> {
        let mut state = self.state();
        let (mut list, mut left_out) = (TopicPartitionList::new(), Vec::new());
        for KafkaCommit { partition, offset, metadata } in commits {
            if state.lanes.iter().all(|lane| lane.partition != *partition) {
                left_out.push(partition.clone());
                continue;
            }
            let mut element = list.add_partition(&partition.topic, partition.number);
            element.set_offset(Offset::Offset(*offset)).map_err(|error| KafkaError::of(&error))?;
            element.set_metadata(metadata);
            let committed = &mut state.known.entry(partition.clone()).or_default().committed;
            if committed.len() > ATTEMPTS {
                // The first is the one that is known to be there.
                committed.remove(1);
            }
            committed.push((Some(*offset), metadata.clone()));
        }
        Ok((list, left_out))
    }

    /// The offset at which a partition begins was committed before it was read.
    pub(super) fn begins(&self, partition: &KafkaPartition, offset: i64) {
        self.state().known.entry(partition.clone()).or_default().committed = vec![(Some(offset), String::new())];
    }

    /// What was to be committed is.
    pub(super) fn committed(&self, commits: &[KafkaCommit]) {
        let mut state = self.state();
        for KafkaCommit { partition, offset, metadata } in commits {
            let Some(known) = state.known.get_mut(partition) else { continue };
            let commit = (Some(*offset), metadata.clone());
            // Where it was left out, since the partition was gone, something else may be there.
            if known.committed.contains(&commit) {
                known.committed = vec![commit];
            }
        }
    }

    /// Counts an error, and says it. One after which nothing more comes is told by `take`.
    pub(super) fn trouble(&self, error: &Cause) {
        if let Cause::PartitionEOF(_) = error {
            return;
        }
        if let Cause::MessageConsumptionFatal(_) = error {
            self.fail(error);
            return;
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
        state.opening.clear();
        drop(state);
        drop(lanes);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is locked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The messages of this partition, and the others.
fn partitioned(messages: Vec<KafkaMessage>, partition: &KafkaPartition) -> (VecDeque<KafkaMessage>, Vec<KafkaMessage>) {
    let (of_it, others): (Vec<_>, _) = messages.into_iter().partition(|message| message.partition == *partition);
    (of_it.into(), others)
}
