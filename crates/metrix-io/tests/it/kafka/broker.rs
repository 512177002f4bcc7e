//! A cluster in this process, and what it has.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use metrix::{MElement, Timestamp};
use metrix_io::KafkaCluster;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Headers;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};

pub(super) const PATIENCE: Duration = Duration::from_secs(180);

pub(super) struct Broker {
    pub(super) mock: MockCluster<'static, DefaultProducerContext>,
}

/// A message, as another consumer reads it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    pub(super) partition: i32,
    pub(super) key: String,
    pub(super) value: String,
    pub(super) headers: HashMap<String, String>,
}

impl Broker {
    pub(super) fn start() -> Self {
        Self { mock: MockCluster::new(3).unwrap() }
    }

    pub(super) fn address(&self) -> String {
        self.mock.bootstrap_servers()
    }

    pub(super) fn cluster(&self) -> KafkaCluster {
        KafkaCluster::new(&self.address()).unwrap()
    }

    pub(super) fn topic(&self, topic: &str, partitions: i32) {
        self.mock.create_topic(topic, partitions, 1).unwrap();
    }

    /// All messages of a topic, by another consumer; those of a partition in order.
    #[track_caller]
    pub(super) fn all(&self, topic: &str, partitions: i32) -> Vec<Found> {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", self.address()).set("group.id", "reader").set("enable.auto.commit", "false");
        let consumer: BaseConsumer = config.create().unwrap();
        let mut list = TopicPartitionList::new();
        let mut missing = 0;
        for partition in 0..partitions {
            let (_, high) = consumer.fetch_watermarks(topic, partition, PATIENCE).unwrap();
            missing += high;
            list.add_partition_offset(topic, partition, Offset::Beginning).unwrap();
        }
        consumer.assign(&list).unwrap();
        let (mut all, deadline) = (Vec::new(), Instant::now() + PATIENCE);
        while (all.len() as i64) < missing {
            assert!(Instant::now() < deadline, "{} of {missing} messages were read", all.len());
            let Some(message) = consumer.poll(Duration::from_millis(100)) else { continue };
            let message = message.unwrap();
            let text = |bytes: Option<&[u8]>| String::from_utf8(bytes.unwrap_or_default().to_vec()).unwrap();
            let headers = message.headers().into_iter().flat_map(|headers| headers.iter());
            all.push(Found {
                partition: message.partition(),
                key: text(message.key()),
                value: text(message.payload()),
                headers: headers.map(|header| (header.key.to_owned(), text(header.value))).collect(),
            });
        }
        all
    }
}

/// What is compared of an element: name, tags, the bits of the value, and the times.
pub(super) type Seen = (String, BTreeMap<String, String>, u64, String, Option<String>);

pub(super) fn seen(element: &MElement) -> Seen {
    let tags = element.tags.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let text = |at: Timestamp| at.to_string();
    (element.name.to_string(), tags, element.value.to_bits(), text(element.at), element.start.map(text))
}

/// The same, of what stands in a message.
pub(super) fn read(value: &str) -> Seen {
    let read: serde_json::Value = serde_json::from_str(value).unwrap();
    let text = |key: &str| read[key].as_str().map(str::to_owned);
    let tags = read["tags"].as_object().unwrap().iter();
    let tags = tags.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
    (text("name").unwrap(), tags, read["value"].as_f64().unwrap().to_bits(), text("at").unwrap(), text("start"))
}
