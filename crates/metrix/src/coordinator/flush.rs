//! [`Flushed`]: what became of all that the streams had given, once nothing of it is on its way any more.

use std::sync::Arc;

use futures_util::future::join_all;
use tokio::sync::watch;

use super::MCoordinator;
use super::fed::{Done, Fed};
use super::shared::Shared;
use crate::delivery::Queue;
use crate::{MSender, SinkStats};

/// What a [`flush`](MCoordinator::flush) came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flushed {
    /// Elements that were dropped while it lasted, as the options of a sink have it: because its queue was full, no try succeeded, or there
    /// was no sink at all. Those that came after it was begun are among them; what was dropped before is in
    /// [`stats`](MCoordinator::stats). What a sink has refused is not dropped.
    pub dropped: u64,
    /// Elements of which nothing will come, though nothing was to drop them: left in a stream whose task has panicked, was cut off, or has
    /// ended with its pipeline, which every flush finds again; or in the queue of a sink whose time was up while it lasted.
    pub undelivered: u64,
    /// The sinks that could not be flushed, for all their tries, or were over before: what was delivered to them may not be kept.
    pub unflushed: Vec<Arc<str>>,
}

impl Flushed {
    /// Elements that were lost, for whatever reason.
    pub fn lost(&self) -> u64 {
        self.dropped + self.undelivered
    }

    /// Whether nothing was lost, and all sinks were flushed.
    pub fn is_complete(&self) -> bool {
        self.lost() == 0 && self.unflushed.is_empty()
    }
}

impl MCoordinator {
    /// Waits until every element that the streams have given by now is settled with every sink that accepts it, and each sink has been
    /// [flushed](crate::Sink::flush) after that, though more may wait behind. Settled is what was delivered or refused; what is dropped is
    /// settled too, and counted.
    ///
    /// It closes no window or batch: elements are there of those that are over, which [`closed_until`](MSender::closed_until) and
    /// [marks](MSender::mark) tell. Nor does it wait for the [own metrics](super::MCoordinatorBuilder::own_metrics).
    ///
    /// Of [streams that go through combinators](super::MCoordinatorBuilder::stream_through), it knows how many elements these have taken, and
    /// not which come out. It waits for none that they hold while they have nothing to give, as a `delay` does. While such a stream never pauses,
    /// it waits for what was taken ahead, as by a `ready_chunks`, as far as that makes 1024 elements, in their order; of more, the rest may still be
    /// in the pipeline when it is done.
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

/// A sink's queue, and its account when the flush was begun.
struct Before {
    queue: Arc<Queue>,
    stats: SinkStats,
}

impl Shared {
    pub(super) async fn flush(&self) -> Flushed {
        let nowhere = self.routes.nowhere();
        let mut sinks: Vec<Before> = self.queues().into_iter().map(Before::new).collect();
        let mut flushed = Flushed::default();
        // All are asked at once, before any is waited for. That takes the streams' locks, under which anything may run, so it is done
        // without one of our own.
        let given: Vec<_> = self.feeds().into_iter().map(|(sender, done)| (sender.made(), done)).collect();
        for (made, mut done) in given {
            let handed_on = done.wait_for(|done| done.handed_on >= made).await.map(|done| done.handed_on);
            // The task is over, and what it has not handed on by now it never will.
            let handed_on = handed_on.unwrap_or_else(|_| done.borrow().handed_on);
            flushed.undelivered += made.saturating_sub(handed_on);
        }
        // A sink that has come meanwhile may have got some of them.
        let come = self.queues().into_iter().filter(|queue| !sinks.iter().any(|sink| Arc::ptr_eq(&sink.queue, queue)));
        let come: Vec<_> = come.map(|queue| Before { queue, stats: SinkStats::default() }).collect();
        sinks.extend(come);
        let are_flushed = join_all(sinks.iter().map(|sink| sink.queue.flush())).await;
        flushed.dropped += self.routes.nowhere() - nowhere;
        for (Before { queue, stats: before }, is_flushed) in sinks.iter().zip(are_flushed) {
            let now = queue.stats();
            flushed.dropped += now.dropped() - before.dropped();
            // A task that is ended may still be at its last write.
            flushed.undelivered += now.undelivered.saturating_sub(before.undelivered);
            if !is_flushed {
                flushed.unflushed.push(Arc::clone(queue.name()));
            }
        }
        flushed
    }

    /// Those of all sinks that may have something to write.
    fn queues(&self) -> Vec<Arc<Queue>> {
        let registry = self.registry();
        // One that was removed and has ended has told its end to who removed it.
        let leaving = registry.leaving_sinks.iter().filter(|served| !served.delivery.queue().is_over());
        let sinks = registry.sinks.values().chain(leaving);
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
        Self { stats: queue.stats(), queue }
    }
}
