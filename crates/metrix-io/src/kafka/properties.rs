//! [`check`]: which of librdkafka's properties may be set.

use rdkafka::ClientConfig;

use crate::KafkaError;

/// Why properties can't be set, and their names, of which some have several.
const OTHERS: [(&str, &[&str]); 13] = [
    ("they are the cluster's brokers", &["bootstrap.servers", "metadata.broker.list"]),
    ("it follows from the cluster's user and TLS", &["security.protocol", "sasl.mechanism", "sasl.mechanisms"]),
    ("it is the user's", &["sasl.username"]),
    ("it is said with TLS", &["ssl.ca.location"]),
    ("it is the source's", &["group.id", "group.instance.id", "auto.offset.reset"]),
    (
        "it follows from the source's session time-out",
        &["session.timeout.ms", "heartbeat.interval.ms", "max.poll.interval.ms"],
    ),
    (
        "a source commits what it is told",
        &["enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store", "auto.commit.interval.ms"],
    ),
    ("the source needs to know", &["enable.partition.eof"]),
    ("the sink needs it", &["enable.idempotence", "transactional.id", "partitioner"]),
    ("the sink needs those of all", &["acks", "request.required.acks"]),
    ("it is the sink's", &["compression.type", "compression.codec", "message.timeout.ms", "delivery.timeout.ms"]),
    (
        "a secret is not to be shown",
        &[
            "sasl.password",
            "sasl.oauthbearer.config",
            "sasl.oauthbearer.client.secret",
            "sasl.oauthbearer.client.credentials.client.secret",
            "sasl.oauthbearer.assertion.private.key.passphrase",
            "sasl.oauthbearer.assertion.private.key.pem",
            "ssl.key.password",
            "ssl.key.pem",
            "ssl.keystore.password",
            "ssl.truststore.password",
        ],
    ),
    ("it would run other programs", &["plugin.library.paths", "sasl.kerberos.kinit.cmd"]),
];

/// Whether it may be set to this, or why not.
pub(super) fn check(name: &str, value: &str) -> Result<(), KafkaError> {
    if let Some((why, _)) = OTHERS.iter().find(|(_, others)| others.contains(&name)) {
        return Err(KafkaError::new(format!("Kafka's property {name:?} can't be set: {why}")));
    }
    let known = ClientConfig::new().set(name, value).create_native_config();
    known.map(drop).map_err(|error| KafkaError::of(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_is_overridden() {
        let names = OTHERS.iter().flat_map(|(_, names)| *names);
        for name in names.chain(&["ssl.key.pem", "compression.codec", "delivery.timeout.ms", "session.timeout.ms"]) {
            assert!(check(name, "1").is_err_and(|error| error.to_string().contains("can't be set")), "{name}");
        }
        assert_eq!(check("linger.ms", "5"), Ok(()));
    }

    #[test]
    fn what_there_is_not_is_told() {
        for (name, value) in [("no.such", "1"), ("linger.ms", "often")] {
            let error = check(name, value).unwrap_err().to_string();
            assert!(error.starts_with(&format!("Kafka's property {name:?}: ")), "{error}");
        }
    }
}
