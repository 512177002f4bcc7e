//! [`NatsSourceConfig`]: the keys of a `nats` source.

use std::num::NonZeroUsize;
use std::time::Duration;

use metrix_io::NatsServer;
use metrix_io::sources::nats::{NatsSource, NatsStart};

use super::payload::{self, FORMAT, Payload};
use super::{METRICS, PATTERN, TIMESTAMP};
use crate::config::key::Key;
use crate::config::nats::{self, NatsPlace};
use crate::config::problem::Read;
use crate::config::table::Table;
use crate::config::value::Value;

/// A `nats` source.
#[derive(Debug)]
pub(crate) struct NatsSourceConfig {
    pub(crate) place: NatsPlace,
    pub(crate) stream: String,
    pub(crate) consumer: String,
    pub(crate) filter: Option<String>,
    pub(crate) start: Option<NatsStart>,
    pub(crate) payload: Payload,
    /// The tag that has a message's subject.
    pub(crate) subject_tag: Option<String>,
    /// The headers that become tags.
    pub(crate) header_tags: Vec<String>,
    pub(crate) max_ack_pending: Option<NonZeroUsize>,
    pub(crate) ack_wait: Option<Duration>,
    pub(crate) bucket: Option<String>,
    pub(crate) commit_every: Option<Duration>,
}

const STREAM: Key = Key::new("stream", "\"METRICS\"");
const CONSUMER: Key = Key::new("consumer", "\"metrix\"");
const FILTER: Key = Key::new("filter", "\"metrics.eu.>\"");
const START: Key = Key::new("start", "\"new\"");
const SUBJECT_TAG: Key = Key::new("subject_tag", "\"subject\"");
const HEADER_TAGS: Key = Key::new("header_tags", "[\"zone\"]");
const MAX_ACK_PENDING: Key = Key::new("max_ack_pending", "100000");
const ACK_WAIT: Key = Key::new("ack_wait", "\"30s\"");
const BUCKET: Key = Key::new("bucket", "\"metrix\"");
const COMMIT_EVERY: Key = Key::new("commit_every", "\"1s\"");

pub(super) const KEYS: &[Key] = &nats::keys::<14, 18, 24>([
    STREAM,
    CONSUMER,
    FILTER,
    START,
    FORMAT,
    PATTERN,
    TIMESTAMP,
    METRICS,
    SUBJECT_TAG,
    HEADER_TAGS,
    MAX_ACK_PENDING,
    ACK_WAIT,
    BUCKET,
    COMMIT_EVERY,
]);

pub(super) fn read(table: &Table<'_>) -> Read<NatsSourceConfig> {
    let stream = table.required(STREAM, |value| named(value, |name| source(name, "metrix", None)));
    let consumer = table.optional(CONSUMER, |value| named(value, |name| source("A", name, None)));
    let filter = table.optional(FILTER, |value| value.word().map(str::to_owned));
    let start = table.optional(START, |value| value.one_of(&[("all", NatsStart::All), ("new", NatsStart::New)]));
    let payload = payload::read(table);
    let subject_tag = table.optional(SUBJECT_TAG, |value| value.name().map(str::to_owned));
    let header_tags = table.optional(HEADER_TAGS, |value| Ok(value.texts()?.into_iter().map(str::to_owned).collect()));
    let max_ack_pending = table.optional(MAX_ACK_PENDING, Value::size);
    let ack_wait = table.optional(ACK_WAIT, Value::period);
    let bucket = table.optional(BUCKET, |value| named(value, |name| source("A", "b", Some(name))));
    let commit_every = table.optional(COMMIT_EVERY, Value::period);
    let place = nats::read(table);
    Ok(NatsSourceConfig {
        place: place?,
        stream: stream?,
        consumer: consumer?.unwrap_or_else(|| "metrix".to_owned()),
        filter: filter?,
        start: start?,
        payload: payload?,
        subject_tag: subject_tag?,
        header_tags: header_tags?.unwrap_or_default(),
        max_ack_pending: max_ack_pending?,
        ack_wait: ack_wait?,
        bucket: bucket?,
        commit_every: commit_every?,
    })
}

/// The consumers that are read as so far, each of which is for one reader.
#[derive(Debug, Default)]
pub(crate) struct Consumers(Vec<(NatsPlace, String, String)>);

impl Consumers {
    /// Reports a source that reads as the same as one before it. Where others connect, they may be of another account, and other consumers.
    pub(in crate::config) fn check(&mut self, source: &NatsSourceConfig, table: &Table<'_>) {
        let NatsSourceConfig { place, stream, consumer, .. } = source;
        let one = (place.one(), stream.clone(), consumer.clone());
        if self.0.contains(&one) {
            let key = if table.get(CONSUMER).is_some() { CONSUMER } else { STREAM };
            table.wrong_key(
                key.name,
                format!(
                    "two sources read the stream `{stream}` as the consumer `{consumer}`, which is for one: give this one another `consumer`"
                ),
            );
        }
        self.0.push(one);
    }
}

/// A source that has these names, or why it can't have them.
fn source(stream: &str, consumer: &str, bucket: Option<&str>) -> Result<(), String> {
    let server = NatsServer::new("nats://127.0.0.1").map_err(|error| error.to_string())?;
    let source = NatsSource::new(server, stream, consumer).map_err(|error| error.to_string())?;
    bucket.map(|bucket| source.bucket(bucket)).transpose().map(drop).map_err(|error| error.to_string())
}

fn named(value: &Value<'_>, check: impl Fn(&str) -> Result<(), String>) -> Read<String> {
    let name = value.text()?;
    check(name).map_err(|error| value.wrong(error))?;
    Ok(name.to_owned())
}
