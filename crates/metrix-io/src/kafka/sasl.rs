//! [`KafkaSasl`]: how a user says who it is.

use std::fmt;

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
