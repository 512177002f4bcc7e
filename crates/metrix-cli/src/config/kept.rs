//! [`check`]: whether what a source of Kafka commits of streams has room beside an offset.

use std::time::Duration;

use metrix_io::sources::kafka::KafkaCommit;

use super::first::One;
use super::problem::Problems;
use super::stream::{Grouping, StreamConfig};

/// Hints at it if a broker may refuse what this source commits: it may need so much room, and mostly takes less.
pub(super) fn check(source: Option<One<'_>>, streams: &[StreamConfig], hints: &Problems) {
    let timed = streams.iter().filter_map(|stream| match stream.grouping {
        Grouping::Event { every, .. } => Some((&*stream.name, every)),
        Grouping::Arrival(_) | Grouping::Batch(_) => None,
    });
    let (count, bytes, most) = (timed.clone().count(), longest_text(timed), KafkaCommit::LONGEST_METADATA);
    if let Some(One { at, .. }) = source.filter(|_| bytes > most) {
        hints.wrong(
            at,
            format!(
                "warning: with an offset is committed until when each of {count} streams in event time was settled, in up to {bytes} \
                 bytes, and a broker takes no more than {most}, unless its `offset.metadata.max.bytes` says otherwise: have fewer of \
                 them beside this source, or shorter names"
            ),
        );
    }
}

/// The most bytes that it takes to say when each of these streams, of windows of this length, was settled: where all differ, as in
/// `{"1431857100":["a"],"1431857103500000000n":["b"]}`.
pub(crate) fn longest_text<'a>(streams: impl Iterator<Item = (&'a str, Duration)>) -> usize {
    let one = |(name, every): (&str, Duration)| {
        let time = if every.subsec_nanos() == 0 { 10 } else { 20 };
        serde_json::Value::from(name).to_string().len() + time + r#""":[],"#.len()
    };
    1 + streams.map(one).sum::<usize>()
}
