//! [`Settling`]: what may be acknowledged, every so often.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use super::health::Watch;
use super::untils::Untils;
use super::{Ledger, Partition, Position};

/// What may be acknowledged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settled {
    /// By partition, the first position that is not settled: where the next run begins to read. Those that have had no message in
    /// this run are left out.
    pub(crate) positions: BTreeMap<Partition, Position>,
    /// Messages that have become settled since this was told last, in order, where they are acknowledged one by one: each is told once.
    pub(crate) messages: Vec<(Partition, Position)>,
    /// By partition, what is to be kept with its position at once, or before messages are acknowledged: the T of each stream in event time.
    pub(crate) texts: BTreeMap<Partition, String>,
}

impl Settled {
    /// What is to be kept for a partition.
    pub(crate) fn text(&self, partition: Partition) -> &str {
        self.texts.get(&partition).map_or("", |text| text)
    }
}

/// What has been settled, every so often.
#[derive(Debug)]
pub(crate) struct Settling {
    ledger: Arc<Ledger>,
    told: mpsc::Receiver<()>,
}

impl Settling {
    /// Waits until it has settled again. All is told every time, changed or not, so that a source that could not acknowledge something
    /// can with the next; but for single messages, which are told once. If it is dropped, nothing is lost.
    pub(crate) async fn recv(&mut self) -> Option<Settled> {
        self.told.recv().await?;
        Some(self.ledger.settled())
    }
}

impl Ledger {
    pub(super) fn settled(&self) -> Settled {
        let mut book = self.book();
        let positions = book.positions();
        let text = |partition: &Partition| {
            let untils = book.until(*partition).map(|(place, until)| (&*self.streams[place].name, until)).collect();
            (*partition, Untils(untils).to_text())
        };
        let texts = positions.keys().map(text).collect();
        Settled { positions, messages: book.take_settled(), texts }
    }

    /// Settles every so often in a task of its own, which ends when nobody asks it any more.
    pub(crate) fn settling(self: &Arc<Self>, every: Duration) -> Settling {
        let (tell, told) = mpsc::channel(1);
        let ledger = Arc::clone(self);
        let watch = Watch(self.health.clone());
        tokio::spawn(async move {
            let _watch = watch;
            let mut ticks = interval(every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                let Ok(room) = tell.reserve().await else { return };
                tokio::select! {
                    biased;
                    () = tell.closed() => return,
                    () = ledger.advance() => room.send(()),
                }
            }
        });
        Settling { ledger: Arc::clone(self), told }
    }
}
