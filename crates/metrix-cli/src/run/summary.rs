//! [`Summary`]: what became of everything.

use metrix::{Report, SinkStats};

use super::names::NAME;
use super::router::Router;
use super::sinks::Failures;
use super::sources::Outcome;
use super::voice::Voice;
use crate::check::counted;

/// What became of everything in a run.
pub(crate) struct Summary<'a> {
    pub(crate) outcome: Outcome,
    pub(crate) report: Report,
    pub(crate) router: &'a Router,
    pub(crate) failures: &'a [(String, Failures)],
}

impl Summary<'_> {
    /// Whether something could not be read or written, or went wrong in the program. What a stream or a queue is to leave out,
    /// or the system has dropped, is told and no failure.
    pub(crate) fn has_failed(&self) -> bool {
        let unread = self.outcome.has_failed || self.outcome.accounts.iter().any(|account| account.failed);
        unread || is_broken(&self.report) || self.report.sinks.values().any(gave_up)
    }

    /// Says all of it; only what is not well, if it is to be quiet.
    pub(crate) fn say(&self, voice: &Voice) {
        for account in &self.outcome.accounts {
            if account.is_well() { voice.mention(account) } else { voice.say(account) }
        }
        if let Some((count, first)) = self.router.all_unmatched() {
            voice.say(format_args!("{} that no stream is for, the first of {first:?}", counted(count, "reading")));
        }
        let report = self.report.to_string();
        if is_odd(&self.report) || self.has_failed() {
            voice.say(report.trim_end())
        } else {
            voice.mention(report.trim_end())
        }
        for (name, failures) in self.failures {
            if let Some(failure) = failures.last() {
                voice.say(format_args!("sink {name:?} failed last with: {failure}"));
            }
        }
        if self.router.without_tag() > 0 {
            voice.say(format_args!(
                "{} without their tag {NAME:?}: streams of patterns keep the names of readings there: call it otherwise",
                counted(self.router.without_tag(), "reading")
            ));
        }
        if self.outcome.has_failed {
            voice.say("a source would not stop in time, or has panicked: what it had read last is lost");
        }
        let readings: u64 = self.outcome.accounts.iter().map(|account| account.readings).sum();
        let elements: u64 = self.report.streams.values().map(|stream| stream.emitted).sum();
        voice.mention(format_args!("{} in, {} out", counted(readings, "reading"), counted(elements, "element")));
    }
}

/// Whether a part of it has not come to its end as it should.
fn is_broken(report: &Report) -> bool {
    let panics: u64 = report.streams.values().map(|stream| stream.panics).sum();
    panics + report.nowhere > 0 || !report.panicked.is_empty() || !report.cut_off.is_empty() || report.runtime_gone
}

/// Whether it has not written what it was to write.
fn gave_up(sink: &SinkStats) -> bool {
    sink.unclosed || sink.abandoned + sink.refused + sink.undelivered > 0
}

/// Whether something was left out.
fn is_odd(report: &Report) -> bool {
    let left_out = report.streams.values().any(|stream| stream.refused() + stream.late + stream.overflowed > 0);
    left_out || report.sinks.values().any(|sink| sink.overflowed > 0)
}

#[cfg(test)]
mod tests {
    use metrix::StreamStats;

    use super::*;

    /// Whether a stream of which this is so is odd, and broken.
    fn of_stream(change: impl Fn(&mut StreamStats)) -> (bool, bool) {
        let mut report = Report::default();
        change(report.streams.entry("s".into()).or_default());
        (is_odd(&report), is_broken(&report))
    }

    /// Whether a sink of which this is so is odd, and has given up.
    fn of_sink(change: impl Fn(&mut SinkStats)) -> (bool, bool) {
        let mut report = Report::default();
        change(report.sinks.entry("s".into()).or_default());
        (is_odd(&report), report.sinks.values().any(gave_up))
    }

    #[test]
    fn what_is_left_out_on_purpose_is_told_and_no_failure() {
        let told = (true, false);
        assert_eq!(of_stream(|stream| stream.full = 1), told);
        assert_eq!(of_stream(|stream| stream.tags_too_long = 1), told);
        assert_eq!(of_stream(|stream| stream.late = 1), told);
        assert_eq!(of_stream(|stream| stream.overflowed = 1), told);
        assert_eq!(of_sink(|sink| sink.overflowed = 1), told);
        assert_eq!(of_sink(|sink| sink.errors = 1), (false, false));
    }

    #[test]
    fn what_is_lost_is_a_failure() {
        let failed = (false, true);
        assert_eq!(of_stream(|stream| stream.panics = 1), failed);
        assert_eq!(of_sink(|sink| sink.refused = 1), failed);
        assert_eq!(of_sink(|sink| sink.abandoned = 1), failed);
        assert_eq!(of_sink(|sink| sink.undelivered = 1), failed);
        assert_eq!(of_sink(|sink| sink.unclosed = true), failed);
    }
}
