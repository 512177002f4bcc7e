//! [`KafkaCluster`]: how a cluster of Kafka is reached.

mod error;
mod told;

use std::fmt;
use std::path::{Path, PathBuf};

use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;

pub use self::error::KafkaError;
pub(crate) use self::told::Told;
use crate::Secret;

/// How a cluster of Kafka is reached: its brokers, and who asks.
///
/// ```
/// use metrix_io::{KafkaCluster, Secret};
///
/// let cluster = KafkaCluster::new("kafka1:9092,kafka2:9092")?.user("metrix", Secret::new("s3cr3t")?);
/// assert!(!format!("{cluster:?}").contains("s3cr3t"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # TLS
/// librdkafka, which does the work, knows no TLS but OpenSSL's. It is there with the feature `kafka-tls`, which needs OpenSSL's
/// headers to be built, and so is SCRAM. Everything else in this crate has rustls.
#[derive(Clone, Debug)]
pub struct KafkaCluster {
    brokers: String,
    client_id: String,
    user: Option<(KafkaSasl, String, Secret)>,
    tls: Option<Option<PathBuf>>,
    properties: Vec<(String, String)>,
}

/// How a user says who it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum KafkaSasl {
    /// The password is sent as it is.
    #[default]
    Plain,
    /// Over a challenge, with SHA-256; only with the feature `kafka-tls`.
    ScramSha256,
    /// Over a challenge, with SHA-512; only with the feature `kafka-tls`.
    ScramSha512,
}

/// The beginnings of the names of properties that can't be set, and why.
const OTHERS: [(&str, &str); 14] = [
    ("bootstrap.servers", "they are the cluster's brokers"),
    ("metadata.broker.list", "they are the cluster's brokers"),
    ("group.id", "it is the source's"),
    ("enable.auto.commit", "a source commits what it is told"),
    ("enable.auto.offset.store", "a source commits what it is told"),
    ("enable.partition.eof", "the source needs to know"),
    ("enable.idempotence", "the sink needs it"),
    ("acks", "the sink needs those of all"),
    ("request.required.acks", "the sink needs those of all"),
    ("transactional.id", "the sink has no transactions"),
    ("sasl.password", "a password is the user's"),
    ("ssl.key.password", "a password is not to be shown"),
    ("ssl.keystore.password", "a password is not to be shown"),
    ("plugin.library.paths", "it would run other programs"),
];

impl KafkaCluster {
    /// The cluster of these brokers, as in `kafka1:9092,kafka2:9092`; those that are not named are found through them. The port
    /// is 9092 unless given.
    ///
    /// # Errors
    /// If no broker is named, or a name has spaces or control characters. Whether one is there is seen later.
    pub fn new(brokers: &str) -> Result<Self, KafkaError> {
        let is_wrong =
            |broker: &str| broker.is_empty() || broker.contains(|c: char| c.is_control() || c.is_whitespace());
        if brokers.split(',').any(is_wrong) {
            let message = format!("no brokers are called {brokers:?}: write them as kafka1:9092,kafka2:9092");
            return Err(KafkaError::new(message));
        }
        Ok(Self {
            brokers: brokers.to_owned(),
            client_id: "metrix".to_owned(),
            user: None,
            tls: None,
            properties: Vec::new(),
        })
    }

    /// What the client is called in the logs and quotas of the brokers; `metrix` unless set.
    #[must_use]
    pub fn client_id(self, client_id: &str) -> Self {
        Self { client_id: client_id.to_owned(), ..self }
    }

    /// Who it is, by PLAIN. Without TLS the password can be read by those between.
    #[must_use]
    pub fn user(self, name: &str, password: Secret) -> Self {
        Self { user: Some((KafkaSasl::Plain, name.to_owned(), password)), ..self }
    }

    /// How the user says who it is.
    ///
    /// # Errors
    /// If that is SCRAM and the feature `kafka-tls` is not there.
    pub fn sasl(mut self, sasl: KafkaSasl) -> Result<Self, KafkaError> {
        if sasl != KafkaSasl::Plain && !cfg!(feature = "kafka-tls") {
            return Err(KafkaError::without_tls(format_args!("{sasl}")));
        }
        if let Some((used, ..)) = &mut self.user {
            *used = sasl;
        }
        Ok(self)
    }

    /// Speaks TLS, and trusts the certificates in this file, or where there is none those that the machine trusts.
    ///
    /// # Errors
    /// If the feature `kafka-tls` is not there.
    pub fn tls(self, ca_file: Option<&Path>) -> Result<Self, KafkaError> {
        if !cfg!(feature = "kafka-tls") {
            return Err(KafkaError::without_tls("TLS"));
        }
        Ok(Self { tls: Some(ca_file.map(Path::to_owned)), ..self })
    }

    /// Sets one of librdkafka's own properties, such as `socket.keepalive.enable`. Whether there is such a one is seen when a
    /// sink or a source is made.
    ///
    /// # Errors
    /// If what it says has to be as it is, or is said elsewhere, as passwords are.
    ///
    /// ```
    /// use metrix_io::KafkaCluster;
    ///
    /// let cluster = KafkaCluster::new("127.0.0.1")?.property("socket.keepalive.enable", "true")?;
    /// let error = cluster.property("acks", "0").unwrap_err();
    /// assert_eq!(error.to_string(), "Kafka's property \"acks\" can't be set: the sink needs those of all");
    /// # Ok::<(), metrix_io::KafkaError>(())
    /// ```
    pub fn property(mut self, name: &str, value: &str) -> Result<Self, KafkaError> {
        if let Some((_, why)) = OTHERS.iter().find(|(other, _)| *other == name) {
            return Err(KafkaError::new(format!("Kafka's property {name:?} can't be set: {why}")));
        }
        self.properties.push((name.to_owned(), value.to_owned()));
        Ok(self)
    }

    /// What a client is made with: these, over what it needs by itself.
    pub(crate) fn config(&self, usual: &[(&str, &str)]) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.brokers).set("client.id", &self.client_id);
        // What is only of interest to those who look for a fault is not even made.
        config.set_log_level(RDKafkaLogLevel::Notice);
        for (name, value) in usual {
            config.set(*name, *value);
        }
        let protocol = match (&self.tls, &self.user) {
            (None, None) => "plaintext",
            (None, Some(_)) => "sasl_plaintext",
            (Some(_), None) => "ssl",
            (Some(_), Some(_)) => "sasl_ssl",
        };
        config.set("security.protocol", protocol);
        if let Some(Some(ca_file)) = &self.tls {
            config.set("ssl.ca.location", ca_file.to_string_lossy());
        }
        if let Some((sasl, name, password)) = &self.user {
            config.set("sasl.mechanism", sasl.to_string());
            config.set("sasl.username", name).set("sasl.password", password.reveal());
        }
        for (name, value) in &self.properties {
            config.set(name, value);
        }
        config
    }
}

/// As Kafka calls it.
impl fmt::Display for KafkaSasl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_brokers() {
        for brokers in ["", ",", "a,", "a b", "a\n"] {
            assert!(KafkaCluster::new(brokers).is_err(), "{brokers:?}");
        }
    }

    #[test]
    fn who_asks() {
        let cluster = KafkaCluster::new("a").unwrap();
        assert_eq!(cluster.config(&[]).get("security.protocol"), Some("plaintext"));
        let config = cluster.user("me", Secret::new("hidden").unwrap()).config(&[("linger.ms", "5")]);
        for (name, expected) in
            [("security.protocol", "sasl_plaintext"), ("sasl.mechanism", "PLAIN"), ("linger.ms", "5")]
        {
            assert_eq!(config.get(name), Some(expected));
        }
    }

    #[cfg(not(feature = "kafka-tls"))]
    #[test]
    fn no_tls_is_told() {
        let cluster = KafkaCluster::new("a").unwrap();
        assert!(cluster.clone().sasl(KafkaSasl::Plain).is_ok());
        let errors = [cluster.clone().tls(None).unwrap_err(), cluster.sasl(KafkaSasl::ScramSha512).unwrap_err()];
        for error in errors {
            assert!(error.to_string().contains("kafka-tls"), "{error}");
        }
    }
}
