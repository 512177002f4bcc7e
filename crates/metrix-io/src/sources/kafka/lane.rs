//! [`Lane`]: the messages of a partition.

use std::collections::VecDeque;
use std::time::Duration;

use rdkafka::consumer::base_consumer::PartitionQueue;
use rdkafka::error::KafkaError;

use super::event::{KafkaEvent, KafkaMessage, KafkaPartition};
use super::group::Group;

/// The messages of a partition that is assigned.
pub(super) struct Lane {
    pub(super) partition: KafkaPartition,
    queue: PartitionQueue<Group>,
    /// Those that had come before it had a queue of its own.
    early: VecDeque<KafkaMessage>,
    /// Whether its end had come before, too, after these.
    is_ended: bool,
    /// The offset of its last message.
    last: Option<i64>,
    /// Whether one of its messages is out.
    pub(super) is_held: bool,
}

/// What a lane has.
pub(super) enum Taken {
    Event(KafkaEvent),
    Trouble(KafkaError),
    Nothing,
}

impl Lane {
    pub(super) fn new(
        partition: KafkaPartition,
        queue: PartitionQueue<Group>,
        early: VecDeque<KafkaMessage>,
        is_ended: bool,
    ) -> Self {
        Self { partition, queue, early, is_ended, last: None, is_held: false }
    }

    /// Takes a message that came to the wrong queue, unless what stands behind it has been given.
    pub(super) fn put_early(&mut self, message: KafkaMessage) {
        if self.last.is_none_or(|last| message.offset > last) {
            self.early.push_back(message);
        }
    }

    /// The next of it, if it is there.
    pub(super) fn take(&mut self) -> Taken {
        let message = match self.early.pop_front() {
            Some(message) => message,
            None if std::mem::take(&mut self.is_ended) => {
                return Taken::Event(KafkaEvent::End(self.partition.clone()));
            }
            None => match self.queue.poll(Duration::ZERO) {
                Some(Ok(message)) => KafkaMessage::of(&message, &self.partition),
                Some(Err(KafkaError::PartitionEOF(_))) => {
                    return Taken::Event(KafkaEvent::End(self.partition.clone()));
                }
                Some(Err(error)) => return Taken::Trouble(error),
                None => return Taken::Nothing,
            },
        };
        self.last = Some(message.offset);
        self.is_held = true;
        Taken::Event(KafkaEvent::Message(message))
    }
}
