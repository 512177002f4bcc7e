//! A coordinator's measurements of itself, as a stream like any other.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_core::Stream;
use futures_util::future::{Either, select};
use futures_util::{StreamExt, stream};
use tokio::sync::oneshot;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::news::{Change, growth};
use super::own_counts::OwnCounts;
use super::shared::Shared;
use crate::guard::guard;
use crate::{MElement, SinkStats, StreamStats, Tags, Timestamp};

/// When there is something to say, and since when.
struct Pace {
    shared: Arc<Shared>,
    ticks: Interval,
    stop: Option<oneshot::Receiver<()>>,
    since: Timestamp,
    counts: Vec<OwnCounts>,
}

/// The elements about all streams and sinks, and the application's counts, every so often, and once more when it is stopped.
pub(super) fn own_metrics(
    shared: Arc<Shared>,
    every: Duration,
    counts: Vec<OwnCounts>,
    stop: oneshot::Receiver<()>,
) -> impl Stream<Item = MElement> + Send {
    let mut ticks = interval_at(Instant::now() + every, every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let pace = Pace { shared, ticks, stop: Some(stop), since: Timestamp::now(), counts };
    stream::unfold(pace, |mut pace| async {
        let mut stop = pace.stop.take()?;
        let goes_on = {
            let tick = pin!(pace.ticks.tick());
            matches!(select(tick, &mut stop).await, Either::Left(_))
        };
        pace.stop = goes_on.then_some(stop);
        let elements = pace.elements();
        Some((stream::iter(elements), pace))
    })
    .flatten()
}

impl Pace {
    fn elements(&mut self) -> Vec<MElement> {
        let news = self.shared.news();
        let mut out = Vec::new();
        let (at, start) = (Timestamp::now(), self.since);
        let mut emit = |name: &str, tags: &Tags, value: f64| {
            out.push(MElement::new(name, value, tags, at).since(start));
        };
        for (name, changes) in &news.streams {
            let tags = Tags::from([("stream", &**name)]);
            let count = |of: fn(&StreamStats) -> u64| growth(changes, of);
            emit("metrix.stream.in", &tags, count(|stats| stats.accepted));
            emit("metrix.stream.out", &tags, count(|stats| stats.emitted));
            emit("metrix.stream.refused", &tags, count(StreamStats::refused));
            emit("metrix.stream.late", &tags, count(|stats| stats.late));
            emit("metrix.stream.overflow", &tags, count(|stats| stats.overflowed));
            emit("metrix.stream.panics", &tags, count(|stats| stats.panics));
            emit("metrix.stream.not_finite_results", &tags, count(|stats| stats.not_finite_results));
            emit("metrix.stream.cut", &tags, count(|stats| stats.cut));
        }
        for (name, changes) in &news.sinks {
            let tags = Tags::from([("sink", &**name)]);
            let count = |of: fn(&SinkStats) -> u64| growth(changes, of);
            emit("metrix.sink.delivered", &tags, count(|stats| stats.delivered));
            emit("metrix.sink.dropped", &tags, count(SinkStats::dropped));
            emit("metrix.sink.refused", &tags, count(|stats| stats.refused));
            emit("metrix.sink.retried", &tags, count(|stats| stats.retried));
            emit("metrix.sink.errors", &tags, count(|stats| stats.errors + stats.panics + stats.timeouts));
            let writes = count(|stats| stats.writes);
            if writes > 0.0 {
                let took =
                    |Change { before, now }: &Change<SinkStats>| now.write_time.saturating_sub(before.write_time);
                let time: Duration = changes.iter().map(took).sum();
                emit("metrix.sink.write", &tags, time.as_secs_f64() / writes);
            }
            emit("metrix.sink.queue", &tags, changes.iter().map(|change| change.now.queued).sum::<u64>() as f64);
            let lag = changes.iter().map(|change| change.now.lag).max().unwrap_or_default();
            emit("metrix.sink.lag", &tags, lag.as_secs_f64());
        }
        self.counts.retain_mut(|counts| match guard(|| counts.growth()) {
            Ok(counts) => {
                counts.iter().for_each(|(name, tags, grown)| emit(name, tags, *grown as f64));
                true
            }
            Err(panic) => {
                tracing::error!(panic, "counts of the own metrics have panicked, and are no longer asked for");
                false
            }
        });
        self.since = at;
        out
    }
}
