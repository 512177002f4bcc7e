//! Elements go through a coordinator to a server that goes away and comes again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;
use metrix::{MCoordinator, MElement, MStream, Overflow, Retry, Sink, SinkOptions, SinkStats, size};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, block_in_place};

use crate::peers::Peer;

/// So long may a queue take to empty itself, also if some writes wait until they are given up.
const PATIENCE: Duration = Duration::from_secs(180);

/// Elements on their way through a coordinator that drops none of them.
pub(crate) struct Delivery {
    coordinator: MCoordinator,
    count: usize,
    sending: JoinHandle<()>,
    /// One for each that may be sent by now, and is not yet.
    may_go: Arc<Semaphore>,
}

impl Delivery {
    /// How a sink gets the elements: a few at a time, and each until it is written.
    pub(crate) fn options() -> SinkOptions {
        let options = SinkOptions::default().queue(size(100)).max_batch(size(50)).overflow(Overflow::Block);
        options.retry(Retry::forever().max(Duration::from_millis(100)))
    }

    /// Sends the first half of them, in their order.
    pub(crate) fn start(sink: impl Sink, options: SinkOptions, elements: &[MElement]) -> Self {
        let stream = MStream::builder("n").batch(size(1)).agg("sum").max_series(size(100_000));
        // No stream is called as the worst of them are, so that they get their names behind it.
        let mut names: Vec<_> = elements.iter().rev().map(|element| element.name.clone()).collect();
        let named = move |stream: MStream| {
            stream.map(move |mut element: MElement| {
                element.name = names.pop().expect("none comes twice");
                element
            })
        };
        let coordinator = MCoordinator::builder().stream_through(stream, named).sink_with("store", sink, options);
        let coordinator = coordinator.start().expect("tokio runs");
        let sender = coordinator.stream("n").expect("it was added");
        let (elements, count) = (elements.to_vec(), elements.len());
        let may_go = Arc::new(Semaphore::new(count / 2));
        let going = Arc::clone(&may_go);
        let sending = tokio::spawn(async move {
            for element in &elements {
                going.acquire().await.expect("it is never closed").forget();
                sender.send_async_at(element.value, &element.tags, element.at).await.expect("it waits for room");
            }
        });
        Self { coordinator, count, sending, may_go }
    }

    /// Sends so many of the other half.
    pub(crate) fn send(&self, count: usize) {
        self.may_go.add_permits(count);
    }

    /// Sends the rest.
    pub(crate) fn go_on(&self) {
        self.send(self.count);
    }

    /// Waits until the account of the sink is so, and gives it.
    pub(crate) async fn wait_for(&self, what: &str, is_so: impl Fn(&SinkStats) -> bool) -> SinkStats {
        wait_for_stats(&self.coordinator, what, is_so).await
    }

    /// Waits for the end: the sink says that each was delivered, some of them at another try.
    pub(crate) async fn end(self) {
        self.sending.await.unwrap();
        let report = self.coordinator.shutdown(PATIENCE).await;
        assert!(report.is_complete(), "{report}");
        let store = report.sinks["store"];
        let count = self.count as u64;
        assert_eq!((store.accepted, store.delivered, store.refused), (count, count, 0), "{report}");
        assert!(store.retried > 0, "{report}");
    }
}

/// Waits until the account of the sink `store` is so, and gives it.
pub(crate) async fn wait_for_stats(
    coordinator: &MCoordinator,
    what: &str,
    is_so: impl Fn(&SinkStats) -> bool,
) -> SinkStats {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let stats = coordinator.stats().sinks["store"];
        if is_so(&stats) {
            return stats;
        }
        assert!(Instant::now() < deadline, "{what}: {stats:?}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Delivers elements to a server that is killed when it has some of them, before all are sent, and started again when a write has failed.
/// Gives how many the sink had called delivered by then: the next one is the first that is written again.
pub(crate) async fn deliver_although_killed<W>(
    way: &mut W,
    sink: impl Sink,
    elements: &[MElement],
    has_some: impl AsyncFnOnce(&mut W, &Delivery),
    peer: impl Fn(&mut W) -> &mut Peer,
) -> usize {
    let delivery = Delivery::start(sink, Delivery::options(), elements);
    has_some(way, &delivery).await;
    // These wait without giving way to others.
    block_in_place(|| peer(way).kill());
    delivery.go_on();
    let stats = delivery.wait_for("a write to a dead server fails", |stats| stats.errors > 0).await;
    block_in_place(|| peer(way).restart());
    delivery.end().await;
    stats.delivered as usize
}
