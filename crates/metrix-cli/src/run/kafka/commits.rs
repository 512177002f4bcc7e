//! [`Commits`]: what has reached the sinks is committed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use metrix_io::KafkaError;
use metrix_io::sources::kafka::{KafkaCommit, KafkaPartition, KafkaSource};

use crate::run::ledger::{Begins, Ledger, Partition, Settled};
use crate::run::voice::Voice;

/// Commits what has reached the sinks. Clones are of the same source.
#[derive(Clone, Debug)]
pub(super) struct Commits {
    source: Arc<KafkaSource>,
    ledger: Arc<Ledger>,
    /// The partitions in the order in which they came, which gives each its number in the ledger.
    partitions: Arc<Mutex<Vec<KafkaPartition>>>,
    /// Whether all that has come has been sent, and was the last.
    is_read: Arc<AtomicBool>,
    voice: Voice,
    name: String,
}

impl Commits {
    pub(super) fn new(source: Arc<KafkaSource>, ledger: Arc<Ledger>, voice: Voice, name: String) -> Self {
        Self { source, ledger, partitions: Arc::default(), is_read: Arc::default(), voice, name }
    }

    /// What the ledger calls a partition.
    pub(super) fn number(&self, partition: &KafkaPartition) -> Partition {
        let mut partitions = self.partitions();
        let place = partitions.iter().position(|known| known == partition).unwrap_or_else(|| {
            partitions.push(partition.clone());
            partitions.len() - 1
        });
        Partition::try_from(place).unwrap_or(Partition::MAX)
    }

    pub(super) fn resume(&self, partition: &KafkaPartition, begins: Begins<'_>) -> Result<(), String> {
        self.ledger.resume(self.number(partition), begins)
    }

    pub(super) fn revoke(&self, partition: &KafkaPartition) {
        self.ledger.revoke(self.number(partition));
    }

    /// Says whether all that there is has been read.
    pub(super) fn set_at_end(&self, is_at_end: bool) {
        self.is_read.store(is_at_end, Ordering::Release);
        if !is_at_end {
            self.ledger.set_at_end(false);
        }
    }

    /// Where the partitions end, if all of their brokers say so and all was read.
    async fn ends(&self) -> Option<Vec<(KafkaPartition, i64)>> {
        if !self.is_read.load(Ordering::Acquire) {
            return None;
        }
        self.source.ends().await.ok()
    }

    /// Commits what is settled every so often. What could not be committed is part of what is the next time.
    pub(super) async fn go_on(self, every: Duration) {
        let mut settling = self.ledger.settling(every);
        let (mut before, mut is_told, mut ends_before) = (BTreeMap::new(), false, None);
        while let Some(settled) = settling.recv().await {
            // What has just been written is on its way.
            let ends = self.ends().await;
            self.ledger.set_at_end(ends.is_some() && ends == ends_before && self.is_read.load(Ordering::Acquire));
            ends_before = ends;
            let commits = self.commits(&settled);
            let is_new = |commit: &&KafkaCommit| before.get(&commit.partition) != Some(*commit);
            let new: Vec<KafkaCommit> = commits.iter().filter(is_new).cloned().collect();
            if new.is_empty() {
                continue;
            }
            match self.source.commit(&new).await {
                Ok(left_out) => {
                    is_told = false;
                    // What is left out while a partition moves is tried again.
                    let done = new.into_iter().filter(|commit| !left_out.contains(&commit.partition));
                    before.extend(done.map(|commit| (commit.partition.clone(), commit)));
                }
                // Once, until it is well again: it may last.
                Err(error) => {
                    if !std::mem::replace(&mut is_told, true) {
                        self.say("offsets", &error, &new);
                    }
                }
            }
        }
    }

    /// Commits the last when the sinks have all, and leaves the group then.
    pub(super) fn at_the_end(&self) {
        let commits = self.clone();
        self.ledger.at_the_end(|settled| async move {
            let last = commits.commits(&settled);
            if let Err(error) = commits.source.commit(&last).await {
                commits.say("the last offsets", &error, &last);
            }
            if let Ok(source) = Arc::try_unwrap(commits.source) {
                source.close().await;
            }
        });
    }

    /// Says that these can't be committed.
    fn say(&self, what: &str, error: &KafkaError, commits: &[KafkaCommit]) {
        let is_long = commits.iter().any(|commit| commit.metadata.len() > KafkaCommit::LONGEST_METADATA);
        let mend = if is_long { ": have fewer streams in event time beside it, or shorter names of them" } else { "" };
        self.voice.say(format_args!("source {:?}: {what} can't be committed: {error}{mend}", self.name));
    }

    fn commits(&self, settled: &Settled) -> Vec<KafkaCommit> {
        let partitions = self.partitions();
        let commit = |(number, position): (&Partition, &u64)| {
            let partition = partitions.get(usize::try_from(*number).ok()?)?.clone();
            let offset = i64::try_from(*position).ok()?;
            Some(KafkaCommit { partition, offset, metadata: settled.text(*number).to_owned() })
        };
        settled.positions.iter().filter_map(commit).collect()
    }

    fn partitions(&self) -> MutexGuard<'_, Vec<KafkaPartition>> {
        // Nothing panics while it is locked.
        self.partitions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
