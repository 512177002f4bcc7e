//! [`Report`]: what has become of all that a coordinator was given.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::{SinkStats, StreamStats};

/// What has become of all that a coordinator was given, at one moment. It is displayed in one line for each stream and
/// sink.
///
/// ```
/// use metrix::{MCoordinator, MStream, sink::Memory, size};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let words = MStream::builder("words").batch(size(2)).agg("sum");
/// let memory = Memory::new(size(100));
/// let coordinator = MCoordinator::builder().stream(words).sink("memory", memory).start()?;
/// for count in [800.0, 300.0, f64::NAN, 400.0] {
///     coordinator.send("words", count)?;
/// }
/// let report = coordinator.shutdown(Duration::from_secs(10)).await;
/// assert!(report.is_complete());
/// assert_eq!(report.sinks["memory"].delivered, 2);
/// assert_eq!(report.to_string(), "\
/// stream \"words\": 3 in, 2 out, 1 refused as not finite
/// sink \"memory\": 2 delivered
/// ");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The streams.
    pub streams: BTreeMap<Arc<str>, StreamStats>,
    /// The streams whose task has panicked, in a pipeline that they go through to the sinks. What they held is lost, and
    /// they refuse what is sent.
    pub panicked: BTreeSet<Arc<str>>,
    /// The streams whose pipeline to the sinks still held elements when the time of the
    /// [shutdown](crate::MCoordinator::shutdown) was up. These are lost, and not counted.
    pub cut_off: BTreeSet<Arc<str>>,
    /// The sinks.
    pub sinks: BTreeMap<Arc<str>, SinkStats>,
    /// Elements that were dropped because there was no sink at all when they came.
    pub nowhere: u64,
    /// Whether the runtime was gone before [`shutdown`](crate::MCoordinator::shutdown) was done: what the windows held is
    /// lost, and no count tells how much that was.
    pub runtime_gone: bool,
}

impl Report {
    /// Whether every element that a sink was meant to get has been delivered to it, and none was left without a sink; and,
    /// at the end, whether every sink could be closed, every stream's pipeline had come to its end, and the runtime had lasted so long.
    ///
    /// ```
    /// use metrix::{MCoordinator, MStream, sink::Memory, size};
    /// use metrix_core::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let loads = MStream::builder("load").batch(size(1)).agg("sum");
    /// let coordinator = MCoordinator::builder()
    ///     .stream_through(loads, |elements| elements.inspect(|load| assert!(load.value < 1.0, "too much")))
    ///     .sink("memory", Memory::new(size(100)))
    ///     .start()?;
    /// coordinator.send("load", 2.0)?;
    /// let report = coordinator.shutdown(std::time::Duration::from_secs(1)).await;
    /// assert!(!report.is_complete());
    /// assert!(report.to_string().starts_with("stream \"load\": 1 in, 1 out, its task panicked"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_complete(&self) -> bool {
        let all_delivered = self.sinks.values().all(|sink| sink.delivered == sink.accepted && !sink.unclosed);
        let all_ended = self.panicked.is_empty() && self.cut_off.is_empty() && !self.runtime_gone;
        self.nowhere == 0 && all_ended && all_delivered
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, stream) in &self.streams {
            write!(f, "stream {name:?}: {} in, {} out", stream.accepted, stream.emitted)?;
            let more = [
                (stream.waiting, "waiting"),
                (stream.not_finite, "refused as not finite"),
                (stream.tags_too_long, "refused for too long tags"),
                (stream.full, "refused when full"),
                (stream.closed, "refused when closed"),
                (stream.late, "late"),
                (stream.overflowed, "in the overflow series"),
                (stream.panics, one_or(stream.panics, "panic of an aggregate", "panics of aggregates")),
                (
                    stream.not_finite_results,
                    one_or(
                        stream.not_finite_results,
                        "result left out as not finite",
                        "results left out as not finite",
                    ),
                ),
                (stream.cut, one_or(stream.cut, "value cut off for an aggregate", "values cut off for aggregates")),
            ];
            counts(f, &more)?;
            f.write_str(if self.panicked.contains(name) { ", its task panicked" } else { "" })?;
            f.write_str(if self.cut_off.contains(name) { ", cut off in its pipeline\n" } else { "\n" })?;
        }
        for (name, sink) in &self.sinks {
            write!(f, "sink {name:?}: {} delivered", sink.delivered)?;
            let more = [
                (sink.queued, "waiting"),
                (sink.overflowed, "dropped for want of room"),
                (sink.abandoned, "dropped after the last try"),
                (sink.refused, "refused"),
                (sink.undelivered, "undelivered"),
                (sink.retried, "tried again"),
                (sink.errors, one_or(sink.errors, "error", "errors")),
                (sink.timeouts, one_or(sink.timeouts, "timeout", "timeouts")),
                (sink.panics, one_or(sink.panics, "panic", "panics")),
            ];
            counts(f, &more)?;
            f.write_str(if sink.unclosed { ", not closed\n" } else { "\n" })?;
        }
        if self.nowhere > 0 {
            writeln!(f, "{} dropped because there was no sink", self.nowhere)?;
        }
        if self.runtime_gone {
            writeln!(f, "the runtime was gone before the end: what the streams held is lost")?;
        }
        Ok(())
    }
}

/// What is counted, in the singular or plural.
fn one_or<'a>(count: u64, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

/// All counts that are not zero.
fn counts(f: &mut fmt::Formatter<'_>, counts: &[(u64, &str)]) -> fmt::Result {
    for (count, what) in counts.iter().filter(|(count, _)| *count > 0) {
        write!(f, ", {count} {what}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_apart() {
        let stream =
            StreamStats { accepted: 5, not_finite: 1, tags_too_long: 2, full: 3, closed: 4, ..Default::default() };
        let report = Report { streams: [("n".into(), stream)].into(), ..Report::default() };
        let line = "stream \"n\": 5 in, 0 out, 1 refused as not finite, 2 refused for too long tags, 3 refused when full, \
                    4 refused when closed\n";
        assert_eq!(report.to_string(), line);
    }

    #[test]
    fn one_is_no_plural() {
        for (count, expected) in [
            (
                1,
                "1 panic of an aggregate, 1 result left out as not finite, 1 value cut off for an aggregate|1 error, 1 timeout, 1 panic",
            ),
            (
                2,
                "2 panics of aggregates, 2 results left out as not finite, 2 values cut off for aggregates|2 errors, 2 timeouts, 2 panics",
            ),
        ] {
            let stream = StreamStats { panics: count, not_finite_results: count, cut: count, ..Default::default() };
            let sink = SinkStats { errors: count, timeouts: count, panics: count, ..Default::default() };
            let (streams, sinks) = ([("n".into(), stream)].into(), [("s".into(), sink)].into());
            let (of_stream, of_sink) = expected.split_once('|').unwrap();
            assert_eq!(
                Report { streams, sinks, ..Report::default() }.to_string(),
                format!("stream \"n\": 0 in, 0 out, {of_stream}\nsink \"s\": 0 delivered, {of_sink}\n")
            );
        }
    }
}
