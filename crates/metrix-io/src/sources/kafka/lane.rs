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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rdkafka::ClientConfig;
    use rdkafka::consumer::BaseConsumer;

    use super::super::builder::Start;
    use super::super::event::KafkaAssignment;
    use super::super::shared::Shared;
    use super::*;

    /// A member that knows of no brokers.
    fn member(shared: &Arc<Shared>) -> Arc<BaseConsumer<Group>> {
        let context = Group { start: Start::Earliest, shared: Arc::clone(shared), told: crate::kafka::Told::default() };
        Arc::new(ClientConfig::new().set("group.id", "lanes").create_with_context(context).unwrap())
    }

    fn partition(topic: &str) -> KafkaPartition {
        KafkaPartition { topic: topic.into(), number: 0 }
    }

    /// The offset of a message, or whether it is the end.
    fn taken(lane: &mut Lane) -> Result<i64, bool> {
        match lane.take() {
            Taken::Event(KafkaEvent::Message(message)) => Ok(message.offset),
            Taken::Event(other) => Err(other == KafkaEvent::End(lane.partition.clone())),
            Taken::Trouble(_) | Taken::Nothing => Err(false),
        }
    }

    #[test]
    fn what_came_too_early_is_given_once_and_in_order() {
        let queue = member(&Arc::default()).split_partition_queue("t", 0).unwrap();
        let message = |offset| KafkaMessage::new(partition("t"), offset, "");
        let mut lane = Lane::new(partition("t"), queue, [message(5)].into(), true);
        assert_eq!(taken(&mut lane), Ok(5));
        [4, 5, 6].into_iter().for_each(|offset| lane.put_early(message(offset)));
        let then = [taken(&mut lane), taken(&mut lane), taken(&mut lane)];
        assert_eq!(then, [Ok(6), Err(true), Err(false)]);
    }

    #[track_caller]
    fn check_ends(topics: &[&str], expected: usize) {
        let shared = Arc::<Shared>::default();
        let member = member(&shared);
        for topic in topics {
            let partition = partition(topic);
            shared.assign(KafkaAssignment { partition, committed: None, metadata: String::new(), goes_on: false });
        }
        shared.stray_end(0);
        shared.open_lanes(&member);
        let events = std::iter::from_fn(|| shared.take().unwrap());
        assert_eq!(events.filter(|event| matches!(event, KafkaEvent::End(_))).count(), expected);
        shared.end();
    }

    #[test]
    fn an_end_that_came_too_early_is_given_where_it_is_clear_whose_it_is() {
        check_ends(&["t"], 1);
        check_ends(&["t", "u"], 0);
    }
}
