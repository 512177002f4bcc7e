//! [`KafkaCluster`]: how a cluster of Kafka is reached.

mod error;
mod properties;
mod sasl;
mod told;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;

pub use self::error::KafkaError;
pub use self::sasl::KafkaSasl;
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
#[derive(Clone)]
pub struct KafkaCluster {
    brokers: String,
    client_id: String,
    user: Option<(KafkaSasl, String, Secret)>,
    tls: Option<Option<PathBuf>>,
    properties: Vec<(String, String)>,
}

impl KafkaCluster {
    /// The cluster of these brokers, as in `kafka1:9092,kafka2:9092`; those that are not named are found through them. The port
    /// is 9092 unless given.
    ///
    /// # Errors
    /// If no broker is named, a name has spaces or control characters, or a user or a password is in it. Whether one is there is
    /// seen later.
    pub fn new(brokers: &str) -> Result<Self, KafkaError> {
        if brokers.contains('@') {
            let message = "brokers have no user and no password in them, which are given apart: write them as kafka1:9092,kafka2:9092";
            return Err(KafkaError::new(message));
        }
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
        if sasl != KafkaSasl::Plain {
            check_tls(IS_TLS_BUILT, sasl)?;
        }
        if let Some((used, ..)) = &mut self.user {
            *used = sasl;
        }
        Ok(self)
    }

    /// Speaks TLS, and trusts the certificates in this file, or where there is none those that the machine trusts.
    ///
    /// # Errors
    /// If the feature `kafka-tls` is not there, or the file can't be read.
    pub fn tls(self, ca_file: Option<&Path>) -> Result<Self, KafkaError> {
        check_tls(IS_TLS_BUILT, "TLS")?;
        if let Some(file) = ca_file {
            // librdkafka would say neither which one nor why.
            fs::read(file).map_err(|error| {
                KafkaError::new(format!("the certificates in {} can't be read: {error}", file.display()))
            })?;
        }
        Ok(Self { tls: Some(ca_file.map(Path::to_owned)), ..self })
    }

    /// Sets one of librdkafka's own properties, such as `socket.keepalive.enable`.
    ///
    /// # Errors
    /// If there is no such one in this build, it can't be that, what it says has to be as it is, or is said elsewhere, as passwords are.
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
        properties::check(name, value)?;
        if name == "client.id" {
            return Ok(self.client_id(value));
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

const IS_TLS_BUILT: bool = cfg!(feature = "kafka-tls");

fn check_tls(is_built: bool, what: impl fmt::Display) -> Result<(), KafkaError> {
    if is_built { Ok(()) } else { Err(KafkaError::without_tls(what)) }
}

/// Without the values of properties, of which it can't be known what they say.
impl fmt::Debug for KafkaCluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { brokers, client_id, user, tls, properties } = self;
        let names: Vec<&str> = properties.iter().map(|(name, _)| name.as_str()).collect();
        let mut shown = f.debug_struct("KafkaCluster");
        shown.field("brokers", brokers).field("client_id", client_id).field("user", user).field("tls", tls);
        shown.field("properties", &names).finish()
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

    #[test]
    fn no_tls_is_told() {
        assert_eq!(check_tls(true, "TLS"), Ok(()));
        let error = check_tls(false, KafkaSasl::ScramSha512).unwrap_err();
        let text = "SCRAM-SHA-512 for Kafka is not in this program: build it with the feature `kafka-tls`";
        assert_eq!(error.to_string(), text);
        let cluster = KafkaCluster::new("a").unwrap();
        assert!(cluster.clone().sasl(KafkaSasl::Plain).is_ok());
        assert_eq!(cluster.clone().tls(None).is_ok(), cfg!(feature = "kafka-tls"));
        let error = cluster.tls(Some(Path::new("/no/such/ca.pem"))).unwrap_err().to_string();
        assert_eq!(error.contains("the certificates in /no/such/ca.pem can't be read: "), cfg!(feature = "kafka-tls"));
    }

    #[test]
    fn properties_are_not_shown() {
        let cluster = KafkaCluster::new("a").unwrap();
        assert!(cluster.clone().property("acks", "0").is_err());
        let cluster = cluster.property("client.id", "mine").unwrap().property("linger.ms", "4321").unwrap();
        let shown = format!("{cluster:?}");
        assert!(shown.contains("linger.ms") && !shown.contains("4321"), "{shown}");
        assert_eq!(cluster.config(&[]).get("client.id"), Some("mine"));
    }
}
