//! [`KafkaSourceConfig`]: the keys of a `kafka` source.

use std::collections::HashSet;
use std::time::Duration;

use metrix_io::sources::kafka::Start;

use super::payload::{self, Payload};
use crate::config::kafka::{self, KafkaConfig};
use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::table::Table;
use crate::config::value::{Value, all};

/// A `kafka` source.
#[derive(Debug)]
pub(crate) struct KafkaSourceConfig {
    pub(crate) cluster: KafkaConfig,
    pub(crate) topics: Vec<String>,
    /// `metrix` unless set.
    pub(crate) group: String,
    pub(crate) instance: Option<String>,
    pub(crate) start: Start,
    pub(crate) session_timeout: Option<Duration>,
    pub(crate) commit_every: Option<Duration>,
    /// How far a partition may be ahead of another.
    pub(crate) max_ahead: Duration,
    /// Tags that are made of messages.
    pub(crate) message_tags: Vec<(String, MessageTag)>,
    pub(crate) payload: Payload,
}

/// What of a message a tag is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MessageTag {
    Topic,
    Partition,
    Key,
    Header(String),
}

const TOPICS: Key = Key::new("topics", "[\"metrics\"]");
const GROUP: Key = Key::new("group", "\"metrix\"");
const INSTANCE: Key = Key::new("instance", "\"host1\"");
const START: Key = Key::new("start", "\"earliest\"");
const SESSION_TIMEOUT: Key = Key::new("session_timeout", "\"45s\"");
const COMMIT_EVERY: Key = Key::new("commit_every", "\"1s\"");
const MAX_AHEAD: Key = Key::new("max_ahead", "\"0s\"");
const MESSAGE_TAGS: Key = Key::new("message_tags", "{ topic = \"topic\", zone = \"header:zone\" }");
const FORMAT: Key = payload::FORMAT;

pub(super) const KEYS: &[Key] = &kafka::keys::<12, 20>([
    TOPICS,
    GROUP,
    INSTANCE,
    START,
    SESSION_TIMEOUT,
    COMMIT_EVERY,
    MAX_AHEAD,
    MESSAGE_TAGS,
    FORMAT,
    super::PATTERN,
    super::TIMESTAMP,
    super::METRICS,
]);

pub(super) fn read(table: &Table<'_>) -> Read<KafkaSourceConfig> {
    let cluster = kafka::read(table);
    let topics = table.required(TOPICS, |value| {
        let topics = value.texts()?;
        if topics.is_empty() || topics.contains(&"") {
            return Err(value.wrong(format!("`topics` has to name a topic: write topics = {}", TOPICS.example)));
        }
        Ok(topics.into_iter().map(str::to_owned).collect())
    });
    let name = |key| table.optional(key, |value| value.name().map(str::to_owned));
    let (group, instance) = (name(GROUP), name(INSTANCE));
    let start =
        table.optional(START, |value| value.one_of(&[("earliest", Start::Earliest), ("latest", Start::Latest)]));
    let session_timeout = table.optional(SESSION_TIMEOUT, Value::period);
    let commit_every = table.optional(COMMIT_EVERY, Value::period);
    let max_ahead = table.optional(MAX_AHEAD, Value::duration);
    let message_tags = table.optional(MESSAGE_TAGS, message_tags);
    let payload = payload::read(table);
    Ok(KafkaSourceConfig {
        cluster: cluster?,
        topics: topics?,
        group: group?.unwrap_or_else(|| "metrix".to_owned()),
        instance: instance?,
        start: start?.unwrap_or_default(),
        session_timeout: session_timeout?,
        commit_every: commit_every?,
        max_ahead: max_ahead?.unwrap_or(Duration::ZERO),
        message_tags: message_tags?.unwrap_or_default(),
        payload: payload?,
    })
}

/// The members of groups that there are so far, by their brokers, group and instance, each of which is one reader.
#[derive(Debug, Default)]
pub(crate) struct Instances(HashSet<(String, String, String)>);

impl Instances {
    /// Reports a source that is the same member as one before it: the brokers would shut out the other.
    pub(in crate::config) fn check(&mut self, source: &KafkaSourceConfig, table: &Table<'_>) {
        let Some(instance) = &source.instance else { return };
        let one = (source.cluster.one_name(), source.group.clone(), instance.clone());
        if !self.0.insert(one) {
            table.wrong_key(
                INSTANCE.name,
                format!("two sources of one group are the instance `{instance}`, which is for one: give this one another `instance`"),
            );
        }
    }
}

fn message_tags(value: &Value<'_>) -> Read<Vec<(String, MessageTag)>> {
    let Some(pairs) = value.pairs() else { return Err(value.is_no("a table of strings")) };
    all(pairs.iter().map(|(tag, value)| {
        let of = match (value.text()?, value.text()?.strip_prefix("header:")) {
            ("topic", _) => MessageTag::Topic,
            ("partition", _) => MessageTag::Partition,
            ("key", _) => MessageTag::Key,
            (_, Some(name)) if !name.is_empty() => MessageTag::Header(name.to_owned()),
            (other, _) => {
                let message =
                    format!("no tag can be made of `{other}`: write topic, partition, key, or header: and its name");
                return Err(value.wrong(message));
            }
        };
        Ok(((*tag).to_owned(), of))
    }))
}
