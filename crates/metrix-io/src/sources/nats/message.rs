//! [`NatsMessage`]: a message of a stream.

use std::fmt;

use async_nats::Message;
use metrix::Timestamp;

/// A message of a stream of JetStream.
pub struct NatsMessage {
    position: u64,
    at: Timestamp,
    message: Message,
}

impl NatsMessage {
    pub(super) fn new(message: Message, nanos: i128) -> Self {
        let nanos = i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX });
        Self { position: 0, at: Timestamp::from_nanos(nanos), message }
    }

    pub(super) fn at_position(self, position: u64) -> Self {
        Self { position, ..self }
    }

    /// By what the source knows it. It is its sequence in the stream, as long as the stream isn't made anew while it is read, and grows
    /// from one to the next.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// When JetStream has stored it.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The subject that it was published to.
    pub fn subject(&self) -> &str {
        &self.message.subject
    }

    /// Any bytes.
    pub fn payload(&self) -> &[u8] {
        &self.message.payload
    }

    /// Names and values of its headers, also several of one name, in no order.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let headers = self.message.headers.iter().flat_map(|headers| headers.iter());
        headers.flat_map(|(name, values)| values.iter().map(move |value| (name.as_ref(), value.as_str())))
    }
}

impl fmt::Debug for NatsMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("NatsMessage");
        shown.field("position", &self.position).field("at", &self.at).field("subject", &self.subject());
        shown.field("bytes", &self.payload().len()).finish()
    }
}
