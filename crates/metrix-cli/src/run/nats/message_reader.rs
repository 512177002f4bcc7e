//! [`MessageReader`]: what makes readings of a message.

use metrix_io::sources::nats::NatsMessage;
use metrix_io::{LineError, ParseLine, Reading};

use crate::config::Payload;
use crate::run::feed::Feed;
use crate::run::parser::Parser;

/// What makes readings of a message.
#[derive(Debug)]
pub(super) struct MessageReader {
    parser: Parser,
    subject_tag: Option<String>,
    header_tags: Vec<String>,
}

impl MessageReader {
    pub(super) fn new(payload: Payload, subject_tag: Option<String>, header_tags: Vec<String>) -> Self {
        Self { parser: Parser::of(payload), subject_tag, header_tags }
    }

    /// How many readings were left out, as their line has no value for them.
    pub(super) fn skipped(&self) -> u64 {
        self.parser.skipped()
    }

    /// Sends the readings of a line of a message.
    pub(super) fn read(&mut self, line: &[u8], message: &NatsMessage, feed: &mut Feed) -> Result<(), LineError> {
        let Self { parser, subject_tag, header_tags } = self;
        parser.parse(line, &mut |mut reading| {
            // It is the same when the message comes again.
            reading.at = reading.at.or(Some(message.at()));
            if subject_tag.is_none() && header_tags.is_empty() {
                return feed.send(&reading);
            }
            // One whose texts need live no longer than the message.
            let Reading { name, value, tags, at, weight, kind } = reading;
            let mut tagged = Reading { at, weight, kind, ..Reading::new(name, value) };
            for tag in tags {
                tagged.tags.push(tag);
            }
            if let Some(tag) = subject_tag {
                tagged.tags.push((tag.as_str().into(), message.subject().into()));
            }
            for (name, value) in message.headers().filter(|(name, _)| header_tags.iter().any(|tag| tag == name)) {
                tagged.tags.push((name.into(), value.into()));
            }
            feed.send(&tagged);
        })
    }
}

/// The lines of a payload, of which the last need not end.
pub(super) fn lines(payload: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = payload.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_payload_has_lines() {
        let lines = |payload: &'static str| super::lines(payload.as_bytes()).collect::<Vec<_>>();
        assert_eq!(lines("a\r\nb\n\nc"), [b"a", b"b", b"c"]);
        assert_eq!(lines("\n\r\n"), [b""; 0]);
    }
}
