//! [`KafkaBuilder`]: how elements are to be sent to Kafka.

use std::num::NonZeroUsize;
use std::time::Duration;

use metrix::size;

use super::Kafka;
use super::topic::TopicName;
use crate::{KafkaCluster, KafkaError};

/// How elements are to be sent to Kafka.
#[derive(Clone, Debug)]
#[must_use]
pub struct KafkaBuilder {
    cluster: KafkaCluster,
    topic: String,
    max_topics: NonZeroUsize,
    headers: Vec<(String, String)>,
    compression: Compression,
    delivery_timeout: Duration,
}

/// How messages are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all.
    None,
    /// The smallest that brokers of any age take.
    Gzip,
    /// Quick, and not small.
    Snappy,
    /// Quick, and rather small.
    #[default]
    Lz4,
    /// Small and quick; brokers take it since Kafka 2.1.
    Zstd,
}

impl Kafka {
    /// A sink for this cluster, whose topic is `metrix` unless set.
    pub fn builder(cluster: &KafkaCluster) -> KafkaBuilder {
        KafkaBuilder {
            cluster: cluster.clone(),
            topic: "metrix".to_owned(),
            max_topics: size(1000),
            headers: Vec::new(),
            compression: Compression::default(),
            delivery_timeout: Duration::from_secs(120),
        }
    }
}

impl KafkaBuilder {
    /// The topic; or, as in `metrix.{name}`, one for each name of elements.
    ///
    /// | of the name | becomes |
    /// | --- | --- |
    /// | an ASCII letter or digit, or one of `-` `_` `.` | itself |
    /// | any other character, each | `_` |
    /// | a topic of more than 249 characters, an empty one, `.` and `..` | refused |
    /// | a topic that would be one more than [allowed](Self::max_topics) | refused |
    ///
    /// # Errors
    /// If Kafka can have no such topic.
    ///
    /// ```
    /// use metrix_io::KafkaCluster;
    /// use metrix_io::sinks::kafka::Kafka;
    ///
    /// let builder = Kafka::builder(&KafkaCluster::new("127.0.0.1")?);
    /// assert!(builder.clone().topic("metrix.{name}").is_ok());
    /// assert!(builder.topic("my topic").is_err());
    /// # Ok::<(), metrix_io::KafkaError>(())
    /// ```
    pub fn topic(self, topic: &str) -> Result<Self, KafkaError> {
        TopicName::new(topic, self.max_topics)?;
        Ok(Self { topic: topic.to_owned(), ..self })
    }

    /// So many topics may be made of names, since the client and the brokers keep each; 1000 unless set.
    pub fn max_topics(self, max_topics: NonZeroUsize) -> Self {
        Self { max_topics, ..self }
    }

    /// Adds a header to each message.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// How messages are compressed; by LZ4 unless set.
    pub fn compression(self, compression: Compression) -> Self {
        Self { compression, ..self }
    }

    /// So long a message is tried to be delivered; 2 minutes unless set. It is better longer than the coordinator's limit for a
    /// write, as a retry of the client's own adds nothing twice, and one after this may.
    pub fn delivery_timeout(self, delivery_timeout: Duration) -> Self {
        Self { delivery_timeout, ..self }
    }

    /// Opens it. That a broker is there is seen at the first write.
    ///
    /// # Errors
    /// If properties of the cluster don't fit each other, a file of certificates can't be read, or a header has a NUL character in its
    /// name.
    pub fn open(self) -> Result<Kafka, KafkaError> {
        let compression = match self.compression {
            Compression::None => "none",
            Compression::Gzip => "gzip",
            Compression::Snappy => "snappy",
            Compression::Lz4 => "lz4",
            Compression::Zstd => "zstd",
        };
        if let Some((name, _)) = self.headers.iter().find(|(name, _)| name.contains('\0')) {
            return Err(KafkaError::new(format!("no header can be called {name:?}: leave out the NUL character")));
        }
        let timeout = self.delivery_timeout.as_millis().clamp(1, i32::MAX as u128).to_string();
        let config = self.cluster.config(&[
            ("enable.idempotence", "true"),
            ("acks", "all"),
            ("partitioner", "murmur2_random"),
            ("compression.type", compression),
            ("message.timeout.ms", &timeout),
            ("queue.buffering.max.kbytes", "65536"),
            ("linger.ms", "5"),
        ]);
        let topic = TopicName::new(&self.topic, self.max_topics)?;
        let producer = Some(Kafka::connect(&config)?);
        Ok(Kafka { config, topic, headers: self.headers, producer, lone: None, begun: None, is_closed: false })
    }
}
