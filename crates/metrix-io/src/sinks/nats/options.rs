//! The options of [`Nats`], each of which has a value from the start.

use std::num::NonZeroUsize;

use super::subject::Template;
use super::{Nats, SubjectError};

impl Nats {
    /// Publishes to this subject, in which `{name}` stands for the name of the element, as the table has it.
    ///
    /// # Errors
    /// If it is no subject, or its first token is not a fixed one that begins with another character than `$` and `_`: what elements are called
    /// must not reach the subjects that NATS has for itself.
    ///
    /// ```
    /// use metrix_io::{NatsServer, sinks::nats::Nats};
    ///
    /// let nats = || Nats::new(NatsServer::new("nats://127.0.0.1").unwrap());
    /// assert!(nats().subject("shop.metrics.{name}.v1").is_ok());
    /// assert!(nats().subject("shop.metrics").is_ok());
    /// let error = nats().subject("{name}").unwrap_err();
    /// assert!(error.to_string().contains("begin it with a word"), "{error}");
    /// ```
    pub fn subject(self, subject: &str) -> Result<Self, SubjectError> {
        Ok(Self { subject: Template::new(subject)?, ..self })
    }

    /// Makes a stream of this name for all of its subjects, if there is none of the name: a stream of files, that keeps everything.
    /// A stream that is there is left as it is.
    ///
    /// # Errors
    /// If no stream can be called so.
    pub fn create_stream(self, name: &str) -> Result<Self, SubjectError> {
        let is_of_name = |char: char| !char.is_whitespace() && !char.is_control() && !".*>/\\".contains(char);
        if name.is_empty() || !name.chars().all(is_of_name) {
            return Err(SubjectError::new(format!(
                "no stream can be called {name:?}: write a name without spaces, dots, slashes, `*` and `>`, such as METRIX"
            )));
        }
        Ok(Self { stream: Some(name.to_owned()), ..self })
    }

    /// So many messages may be on their way at a time, which is 1000 unless it is told.
    pub fn in_flight(self, messages: NonZeroUsize) -> Self {
        Self { in_flight: messages.get(), ..self }
    }
}
