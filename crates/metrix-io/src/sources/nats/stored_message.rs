//! [`StoredMessage`]: a message as JetStream tells what it has stored.

use std::error::Error;
use std::str::FromStr;

use async_nats::header::{HeaderName, HeaderValue};
use async_nats::jetstream::stream::RawMessage;
use async_nats::{HeaderMap, Message};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::message::NatsMessage;

/// A message as JetStream tells what it has stored. Of its headers those count that can be read: whoever publishes may send anything
/// for headers, and JetStream stores it.
#[derive(Debug)]
pub(super) struct StoredMessage {
    message: Message,
    nanos: i128,
    is_wrong: bool,
}

impl StoredMessage {
    /// Reads the answer to a request for a message.
    pub(super) fn read(mut answer: Value) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let raw: RawMessage = serde_json::from_value(answer["message"].take())?;
        let payload = STANDARD.decode(raw.payload)?;
        let (headers, is_wrong) = headers(&STANDARD.decode(raw.headers.unwrap_or_default())?);
        let message = Message {
            length: payload.len(),
            subject: raw.subject.into(),
            reply: None,
            payload: payload.into(),
            headers: Some(headers),
            status: None,
            description: None,
        };
        Ok(Self { message, nanos: raw.time.unix_timestamp_nanos(), is_wrong })
    }

    pub(super) fn subject(&self) -> &str {
        &self.message.subject
    }

    /// Whether some of its headers can't be read.
    pub(super) fn is_wrong(&self) -> bool {
        self.is_wrong
    }

    pub(super) fn into_message(self) -> NatsMessage {
        NatsMessage::new(self.message, self.nanos)
    }
}

/// The headers that can be read, and whether there is anything else.
fn headers(block: &[u8]) -> (HeaderMap, bool) {
    let mut headers = HeaderMap::new();
    if block.is_empty() {
        return (headers, false);
    }
    let is_text = std::str::from_utf8(block).is_ok();
    let text = String::from_utf8_lossy(block);
    let mut lines = text.lines().peekable();
    // A status is of the server's own messages: in a stored one somebody has made it up.
    let mut is_wrong = !is_text || lines.next().is_none_or(|version| version.trim_end() != "NATS/1.0");
    while let Some(line) = lines.next() {
        if line.is_empty() {
            continue;
        }
        let mut whole = line.to_owned();
        while let Some(more) = lines.next_if(|line| line.starts_with([' ', '\t'])) {
            whole.push(' ');
            whole.push_str(more.trim());
        }
        let pair = whole.split_once(':').filter(|(name, _)| !name.is_empty()).and_then(|(name, value)| {
            Some((HeaderName::from_str(name).ok()?, HeaderValue::from_str(value.trim()).ok()?))
        });
        match pair {
            Some((name, value)) => headers.append(name, value),
            None => is_wrong = true,
        }
    }
    (headers, is_wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(block: &[u8], expected: &[(&str, &str)], expected_wrong: bool) {
        let (headers, is_wrong) = headers(block);
        let pairs =
            headers.iter().flat_map(|(name, values)| values.iter().map(move |value| (name.as_ref(), value.as_str())));
        let mut pairs: Vec<(&str, &str)> = pairs.collect();
        pairs.sort_unstable();
        assert_eq!((&pairs[..], is_wrong), (expected, expected_wrong));
    }

    #[test]
    fn headers_that_can_be_read_count() {
        check(b"", &[], false);
        check(b"NATS/1.0\r\nZone: eu\r\nZone:NA\r\n\r\n", &[("Zone", "NA"), ("Zone", "eu")], false);
        check(b"NATS/1.0\r\nLong: a\r\n  b\r\n\r\n", &[("Long", "a b")], false);
        check(b"NATS/1.0\r\nno colon here\r\nZone: eu\r\n\r\n", &[("Zone", "eu")], true);
        check(b"NATS/1.0\r\n: x\r\nZone: eu\r\n\r\n", &[("Zone", "eu")], true);
        check(b"NATS/1.0\r\nA: \xff\r\nZone: eu\r\n\r\n", &[("A", "\u{fffd}"), ("Zone", "eu")], true);
        check(b"NATS/1.0 503\r\nZone: eu\r\n\r\n", &[("Zone", "eu")], true);
        check(b"nonsense\r\n\r\n", &[], true);
    }
}
