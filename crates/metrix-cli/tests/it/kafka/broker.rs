//! A cluster in this process.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::{Message, Offset, TopicPartitionList};

pub(super) const PATIENCE: Duration = Duration::from_secs(180);

pub(super) struct Broker {
    pub(super) mock: MockCluster<'static, DefaultProducerContext>,
}

/// A message to be sent.
pub(super) struct Sent {
    pub(super) partition: i32,
    pub(super) payload: Vec<u8>,
}

impl Broker {
    pub(super) fn start() -> Self {
        Self::of(1)
    }

    /// A cluster of so many brokers.
    pub(super) fn of(brokers: i32) -> Self {
        Self { mock: MockCluster::new(brokers).unwrap() }
    }

    pub(super) fn address(&self) -> String {
        self.mock.bootstrap_servers()
    }

    pub(super) fn topic(&self, topic: &str, partitions: i32) {
        self.mock.create_topic(topic, partitions, 1).unwrap();
    }

    fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", self.address());
        config
    }

    /// Sends messages, compressed, with a key and a header.
    pub(super) fn send(&self, topic: &str, messages: impl IntoIterator<Item = Sent>) {
        let mut config = self.config();
        config.set("compression.type", "zstd").set("linger.ms", "50").set("queue.buffering.max.messages", "1000000");
        let producer: ThreadedProducer<_> = config.create_with_context(DefaultProducerContext).unwrap();
        for Sent { partition, payload } in messages {
            let headers = OwnedHeaders::new().insert(Header { key: "zone", value: Some("eu") });
            let message = BaseRecord::to(topic).partition(partition).key("a key").payload(&payload).headers(headers);
            producer.send(message).map_err(|(error, _)| error).unwrap();
        }
        producer.flush(PATIENCE).unwrap();
    }

    /// What a topic of one partition has.
    pub(super) fn values(&self, topic: &str) -> Vec<String> {
        let consumer: BaseConsumer = self.config().set("group.id", "reader").create().unwrap();
        let (_, end) = consumer.fetch_watermarks(topic, 0, PATIENCE).unwrap();
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(topic, 0, Offset::Beginning).unwrap();
        consumer.assign(&list).unwrap();
        let mut values = Vec::new();
        while (values.len() as i64) < end {
            let message = consumer.poll(PATIENCE).expect("there are more").unwrap();
            values.push(String::from_utf8(message.payload().unwrap().to_vec()).unwrap());
        }
        values
    }

    /// Another member of a group, which commits nothing.
    pub(super) fn member(&self, group: &str, topic: &str, session: Duration) -> BaseConsumer {
        let mut config = self.config();
        config.set("group.id", group).set("enable.auto.commit", "false").set("heartbeat.interval.ms", "1000");
        config.set("session.timeout.ms", session.as_millis().to_string());
        let member: BaseConsumer = config.create().unwrap();
        member.subscribe(&[topic]).unwrap();
        member
    }

    /// What a group has committed for the partitions of a topic: offset and text.
    pub(super) fn committed(&self, group: &str, topic: &str, partitions: i32) -> Vec<(Offset, String)> {
        let consumer: BaseConsumer = self.config().set("group.id", group).create().unwrap();
        let mut list = TopicPartitionList::new();
        list.add_partition_range(topic, 0, partitions - 1);
        let committed = consumer.committed_offsets(list, PATIENCE).unwrap();
        committed.elements().iter().map(|element| (element.offset(), element.metadata().to_owned())).collect()
    }
}
