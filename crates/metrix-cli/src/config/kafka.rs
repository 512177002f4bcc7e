//! [`KafkaConfig`]: how a cluster of Kafka is reached.

use std::path::PathBuf;

use metrix_io::{KafkaCluster, KafkaError, KafkaSasl};

use super::key::Key;
use super::problem::Read;
use super::secret::{self, SecretPlace};
use super::servers::one_name;
use super::table::Table;
use super::value::{Value, all};

/// How a cluster of Kafka is reached, of sources and sinks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KafkaConfig {
    pub(crate) brokers: String,
    pub(crate) user: Option<(String, SecretPlace)>,
    pub(crate) sasl: KafkaSasl,
    pub(crate) tls: bool,
    /// Those that this machine trusts unless set.
    pub(crate) ca_file: Option<PathBuf>,
    /// Properties of librdkafka.
    pub(crate) properties: Vec<(String, String)>,
}

const BROKERS: Key = Key::new("brokers", "\"127.0.0.1:9092\"");
const USER: Key = Key::new("user", "\"metrix\"");
const PASSWORD_ENV: Key = Key::new("password_env", "\"KAFKA_PASSWORD\"");
const PASSWORD_FILE: Key = Key::new("password_file", "\"/etc/metrix/password\"");
const SASL: Key = Key::new("sasl", "\"scram-sha-512\"");
const TLS: Key = Key::new("tls", "true");
const CA_FILE: Key = Key::new("ca_file", "\"/etc/metrix/ca.pem\"");
const PROPERTIES: Key = Key::new("properties", "{ \"socket.keepalive.enable\" = \"true\" }");

const OWN: [Key; 8] = [BROKERS, USER, PASSWORD_ENV, PASSWORD_FILE, SASL, TLS, CA_FILE, PROPERTIES];

/// These keys, and others after them, of which there are so many in all.
pub(super) const fn keys<const OTHERS: usize, const ALL: usize>(others: [Key; OTHERS]) -> [Key; ALL] {
    assert!(OTHERS + OWN.len() == ALL);
    let mut all = [BROKERS; ALL];
    let mut place = 0;
    while place < ALL {
        all[place] = if place < OWN.len() { OWN[place] } else { others[place - OWN.len()] };
        place += 1;
    }
    all
}

/// What makes a program that has what this one may lack.
const WITH_TLS: &str = "cargo install --path crates/metrix-cli --features kafka-tls";

pub(super) fn read(table: &Table<'_>) -> Read<KafkaConfig> {
    let brokers = table.required(BROKERS, |value| {
        let brokers = value.text()?;
        KafkaCluster::new(brokers).map(|_| brokers.to_owned()).map_err(|error| value.wrong(error))
    });
    let user = secret::user(table, USER, PASSWORD_ENV, PASSWORD_FILE);
    let sasl = table.optional(SASL, |value| {
        value.one_of(&[
            ("plain", KafkaSasl::Plain),
            ("scram-sha-256", KafkaSasl::ScramSha256),
            ("scram-sha-512", KafkaSasl::ScramSha512),
        ])
    });
    let tls = table.optional(TLS, Value::flag);
    let ca_file = table.optional(CA_FILE, |value| value.word().map(PathBuf::from));
    let properties = table.optional(PROPERTIES, properties);
    let (user, sasl, tls, ca_file) = (user?, sasl?.unwrap_or_default(), tls?.unwrap_or(false), ca_file?);
    if ca_file.is_some() && !tls {
        return Err(table.wrong_key(CA_FILE.name, "`ca_file` is of TLS: add tls = true, or leave it out"));
    }
    if table.get(SASL).is_some() && user.is_none() {
        return Err(
            table.wrong_key(SASL.name, "`sasl` is how a user says who it is: add user = \"metrix\", or leave it out")
        );
    }
    let is_there = |key: Key, made: Result<KafkaCluster, KafkaError>| {
        made.map_err(|error| table.wrong_key(key.name, format!("{error}, as does `{WITH_TLS}`")))
    };
    let any = KafkaCluster::new("a");
    let with_sasl = is_there(SASL, any.clone().and_then(|any| any.sasl(sasl)));
    let with_tls = is_there(TLS, if tls { any.and_then(|any| any.tls(None)) } else { any });
    with_sasl?;
    with_tls?;
    Ok(KafkaConfig { brokers: brokers?, user, sasl, tls, ca_file, properties: properties?.unwrap_or_default() })
}

fn properties(value: &Value<'_>) -> Read<Vec<(String, String)>> {
    let Some(pairs) = value.pairs() else { return Err(value.is_no("a table of strings")) };
    all(pairs.iter().map(|(name, value)| {
        let text = value.text()?;
        let any = KafkaCluster::new("a").and_then(|cluster| cluster.property(name, text));
        any.map(|_| ((*name).to_owned(), text.to_owned())).map_err(|error| value.wrong(error))
    }))
}

impl KafkaConfig {
    /// The same as that of another if both name the same brokers, whatever they are called.
    pub(super) fn one_name(&self) -> String {
        one_name(&self.brokers, 9092)
    }

    /// The cluster, with its password, which is looked up now.
    pub(crate) fn cluster(&self) -> Result<KafkaCluster, Box<dyn std::error::Error>> {
        let mut cluster = KafkaCluster::new(&self.brokers)?;
        if let Some((name, password)) = &self.user {
            cluster = cluster.user(name, password.open()?).sasl(self.sasl)?;
        }
        if self.tls {
            cluster = cluster.tls(self.ca_file.as_deref())?;
        }
        for (name, value) in &self.properties {
            cluster = cluster.property(name, value)?;
        }
        Ok(cluster)
    }
}
