//! [`Flushed`]: what became of all that the streams had given, once nothing of it is on its way any more.

use std::sync::Arc;

use futures_util::future::join_all;
use tokio::sync::watch;

use super::MCoordinator;
use super::fed::{Done, Fed};
use super::shared::Shared;
use crate::MSender;
use crate::delivery::Queue;

/// What a [`flush`](MCoordinator::flush) came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flushed {
    /// Elements that were lost while it lasted, those too that came after it was begun: dropped because a queue was full, or there was no
    /// sink at all, or no try succeeded; left when a sink's time was up; or held by a stream that panicked. What a sink has refused is
    /// not lost, and what was lost before is in [`stats`](MCoordinator::stats).
    pub lost: u64,
    /// The sinks that could not be flushed, for all their tries, or were over before: what was delivered to them may not be kept.
    pub unflushed: Vec<Arc<str>>,
}

impl Flushed {
    /// Whether nothing was lost, and all sinks were flushed.
    pub fn is_complete(&self) -> bool {
        self.lost == 0 && self.unflushed.is_empty()
    }
}

impl MCoordinator {
    /// Waits until every element that the streams have given by now is settled with every sink that accepts it, and each sink has been
    /// [flushed](crate::Sink::flush) after that, though more may wait behind. Settled is what was delivered or refused; what is dropped is
    /// settled too, and counted.
    ///
    /// It closes no window or batch: elements are there of those that are over, which [`closed_until`](MSender::closed_until) and
    /// [marks](MSender::mark) tell. Of [streams that go through combinators](super::MCoordinatorBuilder::stream_through), what these hold
    /// back, as a `delay` does, is not waited for; nor are the [own metrics](super::MCoordinatorBuilder::own_metrics).
    ///
    /// It lasts as long as the slowest sink takes, retries and all: for ever, where a sink neither takes elements nor gives up. Put a
    /// timeout around it, or end the coordinator, which ends this too. Any number may be waited for at once, at the cost of one.
    ///
    /// ```
    /// use metrix::{MCoordinator, MStream, sink::Memory, size};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let memory = Memory::new(size(100));
    /// let pairs = MStream::builder("pairs").batch(size(2)).agg("sum");
    /// let coordinator = MCoordinator::builder().stream(pairs).sink("memory", memory.clone()).start()?;
    /// for value in [1.0, 2.0, 3.0] {
    ///     coordinator.send("pairs", value)?;
    /// }
    /// assert!(coordinator.flush().await.is_complete());
    /// let sums: Vec<f64> = memory.take().iter().map(|element| element.value).collect();
    /// assert_eq!(sums, [3.0]); // the second batch is open
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Cancel safety
    /// It may be dropped at any time: nothing is undone, and sinks may be flushed that would have been flushed later.
    pub async fn flush(&self) -> Flushed {
        self.shared.flush().await
    }
}

/// A sink's queue, and what it had lost before.
struct Before {
    queue: Arc<Queue>,
    lost: u64,
}

impl Shared {
    pub(super) async fn flush(&self) -> Flushed {
        let nowhere = self.routes.nowhere();
        let mut sinks: Vec<Before> = self.queues().into_iter().map(Before::new).collect();
        let mut lost = 0;
        // All are asked at once, before any is waited for. That takes the streams' locks, under which anything may run, so it is done
        // without one of our own.
        let given: Vec<_> = self.feeds().into_iter().map(|(sender, done)| (sender.made(), done)).collect();
        for (made, mut done) in given {
            let handed_on = done.wait_for(|done| done.handed_on >= made).await.map(|done| done.handed_on);
            // The task is over, and what it has not handed on by now is lost.
            let handed_on = handed_on.unwrap_or_else(|_| done.borrow().handed_on);
            lost += made.saturating_sub(handed_on);
        }
        // A sink that has come meanwhile may have got some of them.
        let come = self.queues().into_iter().filter(|queue| !sinks.iter().any(|sink| Arc::ptr_eq(&sink.queue, queue)));
        let come: Vec<_> = come.map(|queue| Before { queue, lost: 0 }).collect();
        sinks.extend(come);
        let flushed = join_all(sinks.iter().map(|sink| sink.queue.flush())).await;
        lost += self.routes.nowhere() - nowhere;
        lost += sinks.iter().map(|sink| lost_by(&sink.queue).saturating_sub(sink.lost)).sum::<u64>();
        let unflushed = sinks.iter().zip(flushed).filter(|(_, is_flushed)| !is_flushed);
        Flushed { lost, unflushed: unflushed.map(|(sink, _)| Arc::clone(sink.queue.name())).collect() }
    }

    /// Those of all sinks that may have something to write.
    fn queues(&self) -> Vec<Arc<Queue>> {
        let registry = self.registry();
        let sinks = registry.sinks.values().chain(&registry.leaving_sinks);
        sinks.map(|served| Arc::clone(served.delivery.queue())).collect()
    }

    /// Those of all streams that may have something to hand on.
    fn feeds(&self) -> Vec<(MSender, watch::Receiver<Done>)> {
        let registry = self.registry();
        let streams = registry.streams.values().chain(&registry.leaving_streams);
        streams.map(|fed: &Fed| (fed.sender.clone(), fed.done.clone())).collect()
    }
}

impl Before {
    fn new(queue: Arc<Queue>) -> Self {
        Self { lost: lost_by(&queue), queue }
    }
}

/// Elements that it will never get.
fn lost_by(queue: &Queue) -> u64 {
    let stats = queue.stats();
    stats.dropped() + stats.undelivered
}
