//! [`KafkaSinkConfig`]: the keys of a `kafka` sink.

use std::time::Duration;

use metrix_io::KafkaCluster;
use metrix_io::sinks::kafka::{Compression, Kafka};

use crate::config::kafka::{self, KafkaConfig};
use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::table::Table;
use crate::config::value::{Value, all};

/// A `kafka` sink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KafkaSinkConfig {
    pub(crate) cluster: KafkaConfig,
    /// `metrix` unless set.
    pub(crate) topic: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) compression: Compression,
    pub(crate) delivery_timeout: Option<Duration>,
}

const TOPIC: Key = Key::new("topic", "\"metrix\"");
const HEADERS: Key = Key::new("headers", "{ source = \"metrix\" }");
const COMPRESSION: Key = Key::new("compression", "\"lz4\"");
const DELIVERY_TIMEOUT: Key = Key::new("delivery_timeout", "\"2m\"");

pub(super) const KEYS: &[Key] = &kafka::keys::<4, 12>([TOPIC, HEADERS, COMPRESSION, DELIVERY_TIMEOUT]);

pub(super) fn read(table: &Table<'_>) -> Read<KafkaSinkConfig> {
    let cluster = kafka::read(table);
    let topic = table.optional(TOPIC, |value| {
        let topic = value.text()?;
        let any = KafkaCluster::new("a").and_then(|cluster| Kafka::builder(&cluster).topic(topic));
        any.map(|_| topic.to_owned()).map_err(|error| value.wrong(error))
    });
    let headers = table.optional(HEADERS, headers);
    let compression = table.optional(COMPRESSION, |value| {
        value.one_of(&[
            ("none", Compression::None),
            ("gzip", Compression::Gzip),
            ("snappy", Compression::Snappy),
            ("lz4", Compression::Lz4),
            ("zstd", Compression::Zstd),
        ])
    });
    let delivery_timeout = table.optional(DELIVERY_TIMEOUT, Value::period);
    Ok(KafkaSinkConfig {
        cluster: cluster?,
        topic: topic?,
        headers: headers?.unwrap_or_default(),
        compression: compression?.unwrap_or_default(),
        delivery_timeout: delivery_timeout?,
    })
}

fn headers(value: &Value<'_>) -> Read<Vec<(String, String)>> {
    let Some(pairs) = value.pairs() else { return Err(value.is_no("a table of strings")) };
    all(pairs.iter().map(|(name, value)| Ok(((*name).to_owned(), value.text()?.to_owned()))))
}
