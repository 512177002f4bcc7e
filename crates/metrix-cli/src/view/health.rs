//! [`Health`]: how the pipeline does.

use std::time::Duration;

use metrix::Report;

/// What the pipeline has counted so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Health {
    /// Measurements of which no stream has the name.
    pub(crate) unmatched: u64,
    /// Measurements from more than an hour ahead.
    pub(crate) ahead: u64,
    /// Lines, or parts of them, that could not be read.
    pub(crate) faults: u64,
    /// Datagrams that the system had no room for.
    pub(crate) lost: u64,
    /// Whether the run has been asked to end.
    pub(crate) is_ending: bool,
    /// What the coordinator says.
    pub(crate) report: Report,
}

impl Health {
    /// All measurements that came.
    pub(super) fn readings(&self) -> u64 {
        let streams = self.report.streams.values();
        self.unmatched + self.ahead + streams.map(|stream| stream.accepted + stream.refused()).sum::<u64>()
    }

    pub(super) fn emitted(&self) -> u64 {
        self.report.streams.values().map(|stream| stream.emitted).sum()
    }

    /// All that is not as it should be, and how much of it; empty if all is well.
    pub(super) fn troubles(&self) -> Vec<(u64, &'static str)> {
        let (mut refused, mut late, mut overflowed) = (0, 0, 0);
        for stream in self.report.streams.values() {
            refused += stream.refused();
            late += stream.late;
            overflowed += stream.overflowed;
        }
        let (mut dropped, mut rejected) = (self.report.nowhere, 0);
        for sink in self.report.sinks.values() {
            dropped += sink.dropped() + sink.undelivered;
            rejected += sink.refused;
        }
        let all = [
            (refused, "refused"),
            (self.unmatched, "unmatched"),
            (late, "late"),
            (self.ahead, "from ahead"),
            (overflowed, "beyond max_series"),
            (dropped, "dropped"),
            (rejected, "rejected by sinks"),
            (self.faults, "faults in lines"),
            (self.lost, "datagrams lost"),
            (self.report.panicked.len() as u64, "streams panicked"),
        ];
        all.into_iter().filter(|(count, _)| *count > 0).collect()
    }

    /// Each sink with what waits for it.
    pub(super) fn sinks(&self) -> impl Iterator<Item = SinkHealth<'_>> {
        self.report.sinks.iter().map(|(name, stats)| SinkHealth {
            name,
            queued: stats.queued,
            lag: stats.lag,
            errors: stats.errors + stats.panics + stats.timeouts,
        })
    }
}

/// How a sink does.
#[derive(Clone, Copy, Debug)]
pub(super) struct SinkHealth<'a> {
    pub(super) name: &'a str,
    pub(super) queued: u64,
    /// How long the oldest of the waiting elements has waited.
    pub(super) lag: Duration,
    pub(super) errors: u64,
}

#[cfg(test)]
mod tests {
    use metrix::testing::{Act, Scripted};
    use metrix::{MCoordinator, MStream, Overflow, SinkOptions, size};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_adds_up_what_streams_and_sinks_count() {
        let options = SinkOptions::default().queue(size(1)).overflow(Overflow::DropNewest).max_batch(size(1));
        let coordinator = MCoordinator::builder()
            .stream(MStream::builder("n").batch(size(1)).agg("sum"))
            .sink_with("hangs", Scripted::new([Act::Hang]), options)
            .start()
            .unwrap();
        for value in [1.0, f64::NAN, 2.0, 3.0, 4.0] {
            coordinator.send("n", value).unwrap();
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        let report = coordinator.stats();
        let dropped = report.sinks["hangs"].overflowed;
        assert!(dropped > 0);
        let health = Health { unmatched: 2, ahead: 3, report, ..Health::default() };
        assert_eq!(health.troubles(), [(1, "refused"), (2, "unmatched"), (3, "from ahead"), (dropped, "dropped")]);
        assert_eq!((health.readings(), health.emitted()), (10, 4));
        let sinks: Vec<_> = health.sinks().collect();
        assert_eq!((sinks[0].name, sinks[0].queued, sinks[0].errors), ("hangs", 4 - dropped, 0));
        assert!(sinks[0].lag <= Duration::from_secs(2));
        assert!(Health::default().troubles().is_empty());
        coordinator.shutdown(Duration::ZERO).await;
    }
}
