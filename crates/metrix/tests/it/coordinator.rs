//! Many streams, many sinks, on paused time.

use std::time::Duration;

use metrix::testing::{Act, Event, Recorded, Scripted};
use metrix::{MCoordinator, MElement, MStream, MStreamBuilder, size};
use tokio::time::{Instant, sleep};

mod acts;
mod changes;
mod end;
mod flush;
mod golden;
mod isolation;
mod log;
mod own_metrics;
mod refusals;
mod threads;

/// A sink that writes everything at once, and what it has written.
pub(crate) fn good() -> (Scripted, Recorded) {
    acting([])
}

/// A sink that does these acts, and then writes everything at once.
pub(crate) fn acting(acts: impl IntoIterator<Item = Act>) -> (Scripted, Recorded) {
    let sink = Scripted::new(acts);
    let recorded = sink.recorded();
    (sink, recorded)
}

/// A sink that does this whenever it is asked to write.
pub(crate) fn always(act: Act) -> (Scripted, Recorded) {
    let (sink, recorded) = acting([act]);
    (sink.repeat(), recorded)
}

pub(crate) fn values(recorded: &Recorded) -> Vec<f64> {
    recorded.written().iter().map(|element| element.value).collect()
}

/// How many seconds after `start` the write of each element began.
pub(crate) fn seconds(recorded: &Recorded, start: Instant) -> Vec<f64> {
    let times = recorded.events().into_iter().map(|event| match event {
        Event::Write { at, batch, .. } => vec![(at - start).as_secs_f64(); batch.len()],
        _ => Vec::new(),
    });
    times.flatten().collect()
}

pub(crate) const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// A stream that gives out each value as it comes.
pub(crate) fn each(name: &str) -> MStreamBuilder {
    MStream::builder(name).batch(size(1)).agg("sum")
}

/// Lets all tasks go as far as they get: paused time goes on only when all of them wait.
pub(crate) async fn settle() {
    sleep(Duration::from_millis(1)).await;
}

/// A coordinator with one stream `n` and one sink `kept`.
pub(crate) fn simple() -> (MCoordinator, Recorded) {
    let (sink, kept) = good();
    (MCoordinator::builder().stream(each("n")).sink("kept", sink).start().unwrap(), kept)
}
