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

#[cfg(test)]
mod tests {
    use metrix_io::sources::Jsonl;
    use metrix_io::sources::graphite::Graphite;
    use metrix_io::sources::kafka::KafkaPartition;
    use metrix_io::sources::statsd::StatsD;

    use super::*;
    use crate::run::parser::Parser;

    fn message(payload: &[u8]) -> KafkaMessage {
        let mut message = KafkaMessage::new(KafkaPartition { topic: "t".into(), number: 3 }, 7, payload);
        message.timestamp = Some(Timestamp::from_secs(50));
        message.headers = vec![("zone".to_owned(), b"us".to_vec()), ("zone".to_owned(), b"e\xffu".to_vec())];
        message
    }

    #[test]
    fn lines_have_the_time_and_the_tags_of_their_message_unless_they_have_their_own() {
        let payload = concat!(
            r#"{"name":"a","value":1,"at":100,"tags":{"zone":"own"}}"#,
            "\r\n\n",
            r#"{"name":"b","value":2}"#,
            "\n{\n",
            r#"{"name":"c","value":3,"at":40}"#,
        );
        let wanted = [
            ("zone".to_owned(), MessageTag::Header("zone".to_owned())),
            ("n".to_owned(), MessageTag::Partition),
            ("key".to_owned(), MessageTag::Key),
        ];
        let head = Head::read(&message(payload.as_bytes()), &mut Jsonl::new(), &wanted);
        assert_eq!((head.offset, head.lines, head.faults.len(), head.oldest), (7, 4, 1, Timestamp::from_secs(40)));
        let seen: Vec<_> = head
            .readings
            .iter()
            .map(|reading| {
                let tags: Vec<String> = reading.tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
                (&*reading.name, reading.at.map(|at| at.as_nanos() / 1_000_000_000), tags.join(","))
            })
            .collect();
        let both = "zone=e\u{fffd}u,n=3".to_owned();
        let own = "zone=own,n=3".to_owned();
        assert_eq!(seen, [("a", Some(100), own), ("b", Some(50), both.clone()), ("c", Some(40), both)]);
    }

    /// Random numbers that are the same in each run: Knuth's generator of *MMIX*.
    fn random(state: &mut u64, below: usize) -> usize {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*state >> 33) as usize % below
    }

    #[test]
    fn any_payload_is_read_to_its_end() {
        let right = "{\"name\":\"a\",\"value\":1,\"at\":\"2015-05-17T10:05:03Z\",\"tags\":{\"a\":\"\u{e9}\"}}\na;b=c 1 1431857103\na:1|c|@0.5|#b:c\n";
        let mut parsers =
            [Parser::Jsonl(Jsonl::new()), Parser::Graphite(Graphite::new()), Parser::Statsd(StatsD::new())];
        let (mut state, mut read, mut wrong) = (1, 0, 0);
        for round in 0..20_000 {
            let payload: Vec<u8> = if round % 2 == 0 {
                (0..random(&mut state, 80)).map(|_| random(&mut state, 256) as u8).collect()
            } else {
                let mut payload = right.as_bytes().to_vec();
                for _ in 0..=random(&mut state, 4) {
                    let (at, byte) = (random(&mut state, payload.len()), random(&mut state, 256) as u8);
                    match random(&mut state, 3) {
                        0 => payload[at] = byte,
                        1 => payload.insert(at, byte),
                        _ => payload.truncate(at + 1),
                    }
                }
                payload
            };
            let lines = payload.split(|byte| *byte == b'\n').filter(|line| !matches!(line, [] | [b'\r'])).count();
            for parser in &mut parsers {
                let head = Head::read(&message(&payload), parser, &[]);
                assert_eq!(head.lines, lines as u64, "{payload:?}");
                assert!(
                    head.readings.iter().all(|reading| reading.value.is_finite() && Some(head.oldest) <= reading.at)
                );
                (read, wrong) = (read + head.readings.len(), wrong + head.faults.len());
            }
        }
        assert!(read > 5_000 && wrong > 20_000, "{read} {wrong}");
    }
}
