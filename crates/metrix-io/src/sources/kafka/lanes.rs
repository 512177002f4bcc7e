//! [`Lanes`]: the partitions that are read, in turns.

use rdkafka::error::KafkaError;

use super::event::{KafkaEvent, KafkaPartition};
use super::lane::{Lane, Taken};

/// The partitions that are read, in turns.
#[derive(Default)]
pub(super) struct Lanes {
    all: Vec<Lane>,
    /// Whose turn it is.
    next: usize,
}

impl Lanes {
    pub(super) fn add(&mut self, lanes: Vec<Lane>) {
        self.all.extend(lanes);
    }

    pub(super) fn remove(&mut self, partition: &KafkaPartition) -> Option<Lane> {
        let place = self.all.iter().position(|lane| lane.partition == *partition)?;
        Some(self.all.remove(place))
    }

    pub(super) fn get(&mut self, partition: &KafkaPartition) -> Option<&mut Lane> {
        self.all.iter_mut().find(|lane| lane.partition == *partition)
    }

    pub(super) fn partitions(&self) -> impl Iterator<Item = &KafkaPartition> {
        self.all.iter().map(|lane| &lane.partition)
    }

    /// What comes next, of any of them; and what was wrong before.
    pub(super) fn take(&mut self) -> (Option<KafkaEvent>, Vec<KafkaError>) {
        let (count, mut troubles) = (self.all.len(), Vec::new());
        for step in 0..count {
            let place = (self.next + step) % count;
            let lane = &mut self.all[place];
            while !lane.is_held {
                match lane.take() {
                    Taken::Event(event) => {
                        self.next = place + 1;
                        return (Some(event), troubles);
                    }
                    Taken::Trouble(error) => troubles.push(error),
                    Taken::Nothing => break,
                }
            }
        }
        (None, troubles)
    }
}
