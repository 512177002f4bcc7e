//! One sink that does as it is told, behind a queue of its own, on paused time.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};

use super::{Delivery, Jitter, Overflow, Retry, SinkOptions, SinkStats};
use crate::testing::{Act, Event, Recorded, Scripted};
use crate::{MElement, Sink, Tags, Timestamp, WriteError, size};

mod end;
mod failures;
mod overflow;
mod pace;
mod threads;

/// What the sink was asked for: the values of a write, or something else; and how long after the start.
#[derive(Clone, Debug, PartialEq)]
enum Asked {
    Write(Vec<f64>),
    Flush,
    Close,
}

type Log = Vec<(Duration, Asked)>;

/// The sink, its queue and its task.
struct Rig {
    delivery: Delivery,
    recorded: Recorded,
    start: Instant,
}

impl Rig {
    fn new(options: SinkOptions, acts: impl IntoIterator<Item = Act>) -> Self {
        Self::of(options, Scripted::new(acts))
    }

    fn of(options: SinkOptions, sink: Scripted) -> Self {
        let recorded = sink.recorded();
        let delivery = Delivery::start("scripted".into(), Box::new(sink), options, &Handle::current());
        Self { delivery, recorded, start: Instant::now() }
    }

    async fn put(&self, values: impl IntoIterator<Item = i32>) {
        self.delivery.queue().offer(elements(values)).wait().await;
    }

    fn stats(&self) -> SinkStats {
        let stats = self.delivery.queue().stats();
        let settled = stats.delivered + stats.dropped() + stats.refused + stats.undelivered;
        assert_eq!(stats.accepted, settled + stats.queued, "{stats:?}");
        stats
    }

    fn log(&self) -> Log {
        let asked = |event| match event {
            Event::Write { at, batch, .. } => {
                (at - self.start, Asked::Write(batch.iter().map(|element| element.value).collect()))
            }
            Event::Flush { at, .. } => (at - self.start, Asked::Flush),
            Event::Close { at, .. } => (at - self.start, Asked::Close),
        };
        self.recorded.events().into_iter().map(asked).collect()
    }

    /// Ends it with all the time it wants, and gives the account of it, in which nothing is missing.
    async fn finish(mut self) -> (SinkStats, Log) {
        let stats = self.delivery.finish(Some(Instant::now() + secs(1_000_000))).await;
        assert_eq!((stats.queued, stats.undelivered, stats.lag), (0, 0, Duration::ZERO));
        assert_eq!(stats.accepted, stats.delivered + stats.dropped() + stats.refused, "{stats:?}");
        assert_eq!(self.recorded.written().len() as u64, stats.delivered);
        let log = self.log();
        assert_eq!(log.last().map(|(_, asked)| asked), Some(&Asked::Close));
        (stats, log)
    }
}

fn elements(values: impl IntoIterator<Item = i32>) -> Vec<MElement> {
    let element = |value| MElement::new("n", f64::from(value), Tags::NONE, Timestamp::EPOCH);
    values.into_iter().map(element).collect()
}

/// The writes of a log: in which second, and what.
fn writes(log: &[(Duration, Asked)]) -> Vec<(f64, Vec<i32>)> {
    let write = |(at, asked): &(Duration, Asked)| match asked {
        Asked::Write(values) => Some((at.as_secs_f64(), values.iter().map(|value| *value as i32).collect())),
        Asked::Flush | Asked::Close => None,
    };
    log.iter().filter_map(write).collect()
}

/// Retries after exactly 1, 2, 4, 8, .. seconds.
fn steady() -> Retry {
    Retry::default().first(secs(1)).max(secs(1000)).jitter(Jitter::None)
}

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// Lets the sink's task go as far as it gets while time stands still.
async fn settle() {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}
