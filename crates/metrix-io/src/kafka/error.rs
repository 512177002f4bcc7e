//! [`KafkaError`]: what Kafka, or its client, can't do.

use std::error::Error;
use std::fmt;

use rdkafka::error::KafkaError as Cause;

/// What Kafka, or its client, can't do, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KafkaError {
    message: String,
}

impl KafkaError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }

    pub(crate) fn without_tls(what: impl fmt::Display) -> Self {
        Self::new(format!("{what} for Kafka is not in this program: build it with the feature `kafka-tls`"))
    }

    /// The client's words, which have those of a broker if it was one that refused.
    pub(crate) fn of(cause: &Cause) -> Self {
        Self::new(match cause {
            Cause::ClientConfig(_, reason, name, value) if name.is_empty() && value.is_empty() => reason.clone(),
            // The value may be what was mistaken for one, so it is not shown.
            Cause::ClientConfig(_, reason, name, _) => format!("Kafka's property {name:?}: {reason}"),
            Cause::ClientCreation(reason) => reason.clone(),
            other => match other.rdkafka_error_code() {
                // The library puts its own name of the code before librdkafka's words.
                Some(code) => {
                    let text = code.to_string();
                    let words = text.split_once(" (").and_then(|(_, words)| words.strip_suffix(')'));
                    words.map_or_else(|| text.clone(), str::to_owned)
                }
                None => other.to_string(),
            },
        })
    }
}

impl fmt::Display for KafkaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for KafkaError {}
