//! [`NatsError`]: what went wrong with NATS.

use std::error::Error;
use std::fmt;

/// What went wrong between this program and NATS. All of it is worth another try: servers come back, and streams are made later.
///
/// The server's words are part of the message.
#[derive(Debug)]
#[non_exhaustive]
pub struct NatsError {
    message: String,
}

impl NatsError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }

    /// What failed, and why in all words that there are.
    pub(crate) fn of(what: impl fmt::Display, cause: &(dyn Error + 'static)) -> Self {
        let mut message = format!("{what}: {cause}");
        let mut next = cause.source();
        while let Some(cause) = next {
            let text = cause.to_string();
            // Many of them repeat the words of their cause.
            if !message.contains(&text) {
                message = format!("{message}: {text}");
            }
            next = cause.source();
        }
        Self { message }
    }
}

impl fmt::Display for NatsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for NatsError {}
