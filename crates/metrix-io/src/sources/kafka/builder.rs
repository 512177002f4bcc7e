//! [`KafkaSourceBuilder`]: how topics of Kafka are to be read.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use tokio::sync::oneshot;

use super::KafkaSource;
use super::group::{Group, serve};
use super::shared::Shared;
use crate::kafka::Told;
use crate::{KafkaCluster, KafkaError};

/// How topics of Kafka are to be read.
#[derive(Clone, Debug)]
#[must_use]
pub struct KafkaSourceBuilder {
    cluster: KafkaCluster,
    topics: Vec<String>,
    group: String,
    instance: Option<String>,
    start: Start,
    session_timeout: Duration,
}

/// Where a group begins that has committed nothing, or whose place is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// With the oldest message that is there.
    #[default]
    Earliest,
    /// With what comes from now on. The end of each partition is committed when it is assigned, so that nothing is left out when the
    /// group is away later. Of a partition that is added to a topic, what is written before a member knows of it, which may take
    /// half a minute, is left out.
    Latest,
}

impl KafkaSource {
    /// A source of these topics, of the group `metrix` unless set. A name that begins with `^` is a regular expression.
    pub fn builder(cluster: &KafkaCluster, topics: impl IntoIterator<Item = impl Into<String>>) -> KafkaSourceBuilder {
        KafkaSourceBuilder {
            cluster: cluster.clone(),
            topics: topics.into_iter().map(Into::into).collect(),
            group: "metrix".to_owned(),
            instance: None,
            start: Start::default(),
            session_timeout: Duration::from_secs(45),
        }
    }
}

impl KafkaSourceBuilder {
    /// Whose members share the partitions.
    pub fn group(self, group: &str) -> Self {
        Self { group: group.to_owned(), ..self }
    }

    /// The name of this member, which no other has at the same time. With one, a member that is started anew gets its
    /// partitions back at once; without, a group waits for one that was killed until its session is over.
    pub fn instance(self, instance: &str) -> Self {
        Self { instance: Some(instance.to_owned()), ..self }
    }

    /// Where a group begins that has committed nothing; at the earliest message unless set.
    pub fn start(self, start: Start) -> Self {
        Self { start, ..self }
    }

    /// After so long without a sign of life a member is taken for dead; 45 seconds unless set. Brokers usually allow 6 seconds to
    /// 30 minutes; it is at most an hour.
    pub fn session_timeout(self, session_timeout: Duration) -> Self {
        Self { session_timeout, ..self }
    }

    /// Joins the group. That a broker is there is not waited for.
    ///
    /// # Errors
    /// If properties of the cluster don't fit each other, a file of certificates can't be read, there is no topic, or the system
    /// has no thread for it.
    ///
    /// ```
    /// use metrix_io::KafkaCluster;
    /// use metrix_io::sources::kafka::KafkaSource;
    ///
    /// let cluster = KafkaCluster::new("127.0.0.1")?.property("fetch.max.bytes", "10")?;
    /// let error = KafkaSource::builder(&cluster, ["requests"]).open().unwrap_err();
    /// assert!(error.to_string().contains("fetch.max.bytes"), "{error}");
    /// # Ok::<(), metrix_io::KafkaError>(())
    /// ```
    pub fn open(self) -> Result<KafkaSource, KafkaError> {
        let Self { cluster, topics, group, instance, start, session_timeout } = self;
        let session = session_timeout.as_millis().clamp(1, 3_600_000);
        // A session can't be longer than this, which is 5 minutes unless set.
        let poll = session.max(300_000).to_string();
        let (heartbeat, session) = ((session / 4).max(1).to_string(), session.to_string());
        let mut config = cluster.config(&[
            ("group.id", &group),
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            ("enable.partition.eof", "true"),
            ("auto.offset.reset", if start == Start::Earliest { "earliest" } else { "latest" }),
            ("session.timeout.ms", &session),
            ("max.poll.interval.ms", &poll),
            ("heartbeat.interval.ms", &heartbeat),
            // Of each partition, as they have queues of their own.
            ("queued.max.messages.kbytes", "4096"),
            ("queued.min.messages", "1000"),
            // That a partition is at its end is known after this time.
            ("fetch.wait.max.ms", "100"),
            ("topic.metadata.refresh.interval.ms", "30000"),
        ]);
        if let Some(instance) = &instance {
            config.set("group.instance.id", instance);
        }
        let shared = Arc::<Shared>::default();
        let context = Group { start, shared: Arc::clone(&shared), told: Told::default() };
        let of = |error| KafkaError::of(&error);
        let consumer: BaseConsumer<Group> = config.create_with_context(context).map_err(of)?;
        let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
        if topics.is_empty() {
            return Err(KafkaError::new("a source of Kafka needs a topic"));
        }
        consumer.subscribe(&topics).map_err(of)?;
        let consumer = Arc::new(consumer);
        let (end, ended) = oneshot::channel();
        let (served, known) = (Arc::clone(&consumer), Arc::clone(&shared));
        let work = move || {
            serve(served, &known);
            // Nobody may wait for it.
            let _ = end.send(());
        };
        let thread = thread::Builder::new().name("kafka group".to_owned()).spawn(work);
        let thread = thread.map_err(|error| KafkaError::new(format!("the system has no thread for Kafka: {error}")))?;
        Ok(KafkaSource { consumer: Some(consumer), shared, thread: Some(thread), turn: Arc::default(), ended })
    }
}
