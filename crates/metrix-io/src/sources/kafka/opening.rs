//! [`Opening`]: partitions that are assigned, and have no queues of their own as yet.

use rdkafka::consumer::base_consumer::PartitionQueue;

use super::event::{KafkaMessage, KafkaPartition};
use super::group::Group;
use super::lane::Lane;

/// Partitions that are assigned, and have no queues of their own as yet; with what has come of them in the queue that they share.
#[derive(Default)]
pub(super) struct Opening {
    partitions: Vec<KafkaPartition>,
    strays: Vec<KafkaMessage>,
    /// The numbers of partitions whose ends have come. An end has no topic.
    ends: Vec<i32>,
}

impl Opening {
    pub(super) fn add(&mut self, partition: KafkaPartition) {
        self.partitions.push(partition);
    }

    pub(super) fn remove(&mut self, partition: &KafkaPartition) {
        self.partitions.retain(|opening| opening != partition);
        self.strays.retain(|stray| stray.partition != *partition);
        self.ends.retain(|number| *number != partition.number);
    }

    pub(super) fn partitions(&self) -> Vec<KafkaPartition> {
        self.partitions.clone()
    }

    pub(super) fn put(&mut self, message: KafkaMessage) {
        if self.partitions.contains(&message.partition) {
            self.strays.push(message);
        }
    }

    pub(super) fn put_end(&mut self, number: i32) {
        if self.partitions.iter().any(|opening| opening.number == number) {
            self.ends.push(number);
        }
    }

    /// Makes lanes of those that have queues now.
    pub(super) fn open(&mut self, queues: Vec<(KafkaPartition, PartitionQueue<Group>)>) -> Vec<Lane> {
        let ends = std::mem::take(&mut self.ends);
        // Of several partitions an end may be of any, and then it is left out: their patience ends.
        let is_one = |number| queues.iter().filter(|(partition, _)| partition.number == number).count() == 1;
        let ended: Vec<i32> = ends.into_iter().filter(|number| is_one(*number)).collect();
        let open = |(partition, queue): (KafkaPartition, _)| {
            self.partitions.retain(|opening| *opening != partition);
            let strays = std::mem::take(&mut self.strays).into_iter();
            let (early, others): (Vec<_>, _) = strays.partition(|stray| stray.partition == partition);
            self.strays = others;
            let is_ended = ended.contains(&partition.number);
            Lane::new(partition, queue, early.into(), is_ended)
        };
        queues.into_iter().map(open).collect()
    }
}
