//! [`Cumulative`]: what has been seen of counters that clients keep.

use std::collections::hash_map::{DefaultHasher, RandomState};
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

use metrix::Timestamp;
use tokio::time::Instant;

use super::fields::all;
use super::place::Found;
use super::tags::attributes;
use crate::increases::{Growth, Increases, Standing};

/// Counters that have not come for this time, or for twice as long, are forgotten.
const ROUND: Duration = Duration::from_secs(30 * 60);

/// What has been seen of counters that clients keep, whoever sends them.
#[derive(Debug)]
pub(super) struct Cumulative {
    increases: Increases<Key>,
    hashers: [RandomState; 2],
    /// What began later has been counted from its start.
    begun: Timestamp,
    /// So many are kept.
    most: usize,
    round: Instant,
}

/// A counter, told by 128 bits of a hash that nobody can foresee: that two have the same is not to be expected.
type Key = [u64; 2];

/// What tells a series from others: its resource, its scope, its metric and its attributes.
#[derive(Clone, Debug)]
pub(super) struct Identity([DefaultHasher; 2]);

impl Cumulative {
    pub(super) fn new(most: usize) -> Self {
        let hashers = [RandomState::new(), RandomState::new()];
        Self { increases: Increases::default(), hashers, begun: Timestamp::now(), most, round: Instant::now() }
    }

    /// Forgets what has not come for long.
    pub(super) fn tidy(&mut self) {
        if self.round.elapsed() >= ROUND {
            self.round = Instant::now();
            self.increases.begin();
        }
    }

    /// The series of a point; `number` is that of the field of its attributes.
    pub(super) fn identity(&self, body: &[u8], found: &Found, number: u32) -> Identity {
        let mut identity = Identity(self.hashers.each_ref().map(RandomState::build_hasher));
        let resource = &body[found.resource.clone()];
        identity.add_attributes(resource, 1);
        identity.add(&body[found.scope.clone()]);
        let metric = found.metric(body);
        identity.add(metric.name.as_bytes());
        identity.add(metric.unit.as_bytes());
        identity.add_attributes(&body[found.point.clone()], number);
        identity
    }

    /// What a counter of a series has become; `None` if it is one too many.
    pub(super) fn observe(&mut self, series: &Identity, part: i64, now: Standing) -> Option<Growth> {
        let key = series.key(part);
        if self.increases.len() >= self.most && !self.increases.knows(&key) {
            return None;
        }
        let growth = self.increases.observe(key, now);
        let is_whole = now.start.is_some_and(|start| start >= self.begun.as_nanos());
        Some(match growth {
            Growth::First if is_whole => Growth::Anew(now.total),
            growth => growth,
        })
    }

    /// Takes note of a part of a series, and gives what it was before.
    pub(super) fn replace(&mut self, series: &Identity, part: i64, now: Standing) -> Option<f64> {
        self.increases.replace(series.key(part), now)
    }
}

impl Identity {
    fn add(&mut self, bytes: &[u8]) {
        for hasher in &mut self.0 {
            // Where one ends is told by its length.
            hasher.write_usize(bytes.len());
            hasher.write(bytes);
        }
    }

    /// In any order.
    fn add_attributes(&mut self, message: &[u8], number: u32) {
        let mut sorted: Vec<(&str, &[u8])> = attributes(message, number).collect();
        sorted.sort_unstable();
        self.0.iter_mut().for_each(|hasher| hasher.write_usize(all(message, number).count()));
        for (name, value) in sorted {
            self.add(name.as_bytes());
            self.add(value);
        }
    }

    fn key(&self, part: i64) -> Key {
        self.0.clone().map(|mut hasher| {
            hasher.write_i64(part);
            hasher.finish()
        })
    }
}
