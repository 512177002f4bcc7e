//! [`Head`]: a message, as it is read.

use metrix::Timestamp;
use metrix_io::sources::kafka::KafkaMessage;
use metrix_io::{LineError, ParseLine, Reading};

use crate::config::MessageTag;

/// A message, as it is read. A wrong line takes nothing from the others.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) offset: u64,
    pub(super) readings: Vec<Reading<'static>>,
    pub(super) faults: Vec<LineError>,
    pub(super) lines: u64,
    /// Metrics that a line had no value for.
    pub(super) skipped: u64,
    /// The time of its oldest reading; the least there is if it has none with a time.
    pub(super) oldest: Timestamp,
}

impl Head {
    pub(super) fn read(
        message: &KafkaMessage,
        parser: &mut impl ParseLine,
        message_tags: &[(String, MessageTag)],
    ) -> Self {
        let tags = tags(message, message_tags);
        let skipped = parser.skipped();
        let (mut readings, mut faults, mut lines) = (Vec::new(), Vec::new(), 0);
        for line in message.payload.split(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                continue;
            }
            lines += 1;
            let read = parser.parse(line, &mut |reading| {
                let mut reading = reading.into_owned();
                reading.at = reading.at.or(message.timestamp);
                for (name, value) in &tags {
                    // What the line says of itself comes first.
                    if reading.tags.iter().all(|(known, _)| known != name) {
                        reading.tags.push((name.clone().into(), value.clone().into()));
                    }
                }
                readings.push(reading);
            });
            faults.extend(read.err());
        }
        let oldest = readings.iter().filter_map(|reading: &Reading<'_>| reading.at).min();
        Self {
            offset: u64::try_from(message.offset).unwrap_or(0),
            readings,
            faults,
            lines,
            skipped: parser.skipped() - skipped,
            oldest: oldest.unwrap_or(Timestamp::from_nanos(i64::MIN)),
        }
    }
}

/// The tags of all of its readings. What a message lacks makes none.
fn tags(message: &KafkaMessage, wanted: &[(String, MessageTag)]) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let value = |of: &MessageTag| match of {
        MessageTag::Topic => Some(message.partition.topic.to_string()),
        MessageTag::Partition => Some(message.partition.number.to_string()),
        MessageTag::Key => message.key.as_deref().map(text),
        MessageTag::Header(name) => {
            message.headers.iter().rev().find(|(known, _)| known == name).map(|(_, value)| text(value))
        }
    };
    wanted.iter().filter_map(|(tag, of)| Some((tag.clone(), value(of)?))).collect()
}
