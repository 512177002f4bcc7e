//! [`Cumulative`]: what has been seen of series whose totals clients keep.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::{DefaultHasher, RandomState};
use std::hash::{BuildHasher, Hasher};
use std::mem::replace;
use std::time::Duration;

use metrix::Timestamp;
use tokio::time::Instant;

use super::histogram::Distribution;
use super::tags::attributes;

/// Series that have not come for this time, or for twice as long, are forgotten.
const ROUND: Duration = Duration::from_secs(30 * 60);

/// What has been seen of series whose totals clients keep, whoever sends them.
#[derive(Debug)]
pub(super) struct Cumulative {
    series: HashMap<Key, Series>,
    hashers: [RandomState; 2],
    /// What began later has been counted from its start: it is not older than what is remembered.
    begun: Timestamp,
    /// So many counters are kept, and as many may be.
    held: usize,
    most: usize,
    round: u64,
    /// When the round began, by both clocks.
    since: (Instant, Timestamp),
}

#[derive(Debug)]
struct Series {
    last: Standing,
    /// When it came last.
    round: u64,
}

/// Where a series stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    /// When, in nanoseconds; `None` says that it is later than before.
    pub(super) at: Option<i64>,
    /// When it was 0, if that is told.
    pub(super) start: Option<i64>,
    /// Its value, or how many values there are.
    pub(super) total: f64,
    pub(super) sum: Option<f64>,
    pub(super) whole: Option<Distribution>,
}

/// What has become of a series.
#[derive(Debug)]
pub(super) enum Growth {
    /// It was not known, or its start is not: counting starts here.
    First,
    /// It has grown since it stood there.
    Grown(Standing),
    /// It has begun at 0, and has grown by all it shows.
    Anew,
    /// It is no later than the last one, and says nothing.
    Stale,
}

/// A series, told by 128 bits of a hash that nobody can foresee: that two have the same is not to be expected.
type Key = [u64; 2];

/// What tells a series from others: its resource, its scope, its metric and its attributes.
#[derive(Clone, Debug)]
pub(super) struct Identity([DefaultHasher; 2]);

impl Standing {
    /// How many counters it takes.
    fn size(&self) -> usize {
        1 + self.whole.as_ref().map_or(0, |whole| whole.buckets.len())
    }
}

impl Cumulative {
    pub(super) fn new(most: usize) -> Self {
        let (hashers, now) = ([RandomState::new(), RandomState::new()], Timestamp::now());
        Self { series: HashMap::new(), hashers, begun: now, held: 0, most, round: 0, since: (Instant::now(), now) }
    }

    /// Forgets what has not come for long.
    pub(super) fn tidy(&mut self) {
        if self.since.0.elapsed() < ROUND {
            return;
        }
        let round = self.round;
        self.series.retain(|_, series| series.round == round);
        self.held = self.series.values().map(|series| series.last.size()).sum();
        // What began before that round may have been counted, and forgotten since.
        self.begun = self.since.1;
        self.since = (Instant::now(), Timestamp::now());
        self.round += 1;
    }

    /// That of nothing.
    pub(super) fn identity(&self) -> Identity {
        Identity(self.hashers.each_ref().map(RandomState::build_hasher))
    }

    /// What a series has become, or why it can't be told.
    pub(super) fn observe(&mut self, series: Identity, now: Standing) -> Result<Growth, &'static str> {
        let key = series.key();
        let before = self.series.get(&key);
        if let Some(before) = before {
            if before.last.at.zip(now.at).is_some_and(|(last, now)| now <= last) {
                return Ok(Growth::Stale);
            }
            if before.last.start.zip(now.start).is_some_and(|(last, now)| now < last) {
                return Err("its series overlaps one that began later: two clients send it, or its start goes back");
            }
        }
        let (freed, taken) = (before.map_or(0, |before| before.last.size()), now.size());
        if taken > freed && self.held - freed + taken > self.most {
            return Err("there are too many cumulative series: send deltas, or fewer series");
        }
        self.held = self.held - freed + taken;
        let (start, total) = (now.start, now.total);
        // As the data model has it, such a start says that the true one is not known.
        let is_unknown = now.start.is_some() && now.start == now.at;
        let place = match self.series.get_mut(&key) {
            Some(series) => {
                series.round = self.round;
                Some(replace(&mut series.last, now))
            }
            None => {
                self.series.insert(key, Series { last: now, round: self.round });
                None
            }
        };
        Ok(match place {
            _ if is_unknown => Growth::First,
            None if start.is_some_and(|start| start >= self.begun.as_nanos()) => Growth::Anew,
            None => Growth::First,
            Some(last) if last.start.zip(start).is_some_and(|(last, now)| now > last) => Growth::Anew,
            Some(last) if total < last.total => Growth::Anew,
            Some(last) => Growth::Grown(last),
        })
    }
}

impl Identity {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        for hasher in &mut self.0 {
            // Where one ends is told by its length.
            hasher.write_usize(bytes.len());
            hasher.write(bytes);
        }
    }

    /// In any order.
    pub(super) fn add_attributes(&mut self, message: &[u8], number: u32) {
        let mut sorted: Vec<(&str, Cow<'_, [u8]>)> = attributes(message, number).collect();
        sorted.sort_unstable();
        self.0.iter_mut().for_each(|hasher| hasher.write_usize(sorted.len()));
        for (name, value) in sorted {
            self.add(name.as_bytes());
            self.add(&value);
        }
    }

    fn key(&self) -> Key {
        self.0.each_ref().map(DefaultHasher::finish)
    }
}

#[cfg(test)]
mod tests {
    use super::super::histogram::Bucket;
    use super::*;

    fn standing(total: f64, at: i64, start: Option<i64>) -> Standing {
        Standing { at: Some(at), start, total, ..Standing::default() }
    }

    /// By how much it has grown, in words.
    fn observe(cumulative: &mut Cumulative, now: Standing) -> String {
        let total = now.total;
        match cumulative.observe(cumulative.identity(), now) {
            Ok(Growth::First) => "first".to_owned(),
            Ok(Growth::Grown(last)) => format!("+{}", total - last.total),
            Ok(Growth::Anew) => format!("={total}"),
            Ok(Growth::Stale) => "stale".to_owned(),
            Err(error) => error.chars().take(19).collect(),
        }
    }

    #[test]
    fn what_comes_with_its_time_is_taken_in_its_order() {
        let mut cumulative = Cumulative::new(1);
        for (now, expected) in [
            (standing(5.0, 10, Some(1)), "first"),
            (standing(7.0, 20, Some(1)), "+2"),
            (standing(7.0, 20, Some(1)), "stale"),
            (standing(6.0, 15, Some(1)), "stale"),
            (standing(9.0, 30, Some(25)), "=9"),
            (standing(9.0, 35, Some(24)), "its series overlaps"),
            (standing(3.0, 40, Some(25)), "=3"),
            (Standing { at: None, ..standing(4.0, 0, None) }, "+1"),
            (Standing { at: None, ..standing(6.0, 0, Some(99)) }, "+2"),
            // Its start is not known, and then counts.
            (standing(1000.0, 200, Some(200)), "first"),
            (standing(1004.0, 210, Some(200)), "+4"),
        ] {
            assert_eq!(observe(&mut cumulative, now.clone()), expected, "{now:?}");
        }
        // Nor is it of one that is new.
        let now = Timestamp::now().as_nanos() + 1_000_000_000;
        assert_eq!(observe(&mut Cumulative::new(1), standing(5.0, now, Some(now))), "first");
        assert_eq!(observe(&mut Cumulative::new(1), standing(5.0, now + 1, Some(now))), "=5");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_forgotten_is_not_counted_whole_again() {
        let mut cumulative = Cumulative::new(1);
        let start = Some(Timestamp::now().as_nanos());
        assert_eq!(observe(&mut cumulative, standing(5.0, 10, start)), "=5");
        for (total, at) in [(6.0, 20), (7.0, 30)] {
            tokio::time::advance(ROUND).await;
            cumulative.tidy();
            assert_eq!(observe(&mut cumulative, standing(total, at, start)), "+1");
        }
        for _ in 0..2 {
            tokio::time::advance(ROUND).await;
            cumulative.tidy();
        }
        assert_eq!((cumulative.series.len(), cumulative.held), (0, 0));
        assert_eq!(observe(&mut cumulative, standing(8.0, 40, start)), "first");
    }

    #[test]
    fn no_more_is_held_than_may_be() {
        let mut cumulative = Cumulative::new(10);
        let of = |buckets, at| {
            let bucket = |id| Bucket { id, count: 1, low: 0.0, high: 1.0 };
            let buckets = (0..buckets).map(bucket).collect();
            let whole = Distribution { count: 1, sum: None, min: None, max: None, scale: None, buckets };
            Standing { whole: Some(whole), ..standing(1.0, at, None) }
        };
        for (buckets, at, expected, held) in
            [(9, 1, "first", 10), (5, 2, "+0", 6), (10, 3, "there are too many ", 6), (9, 4, "+0", 10), (1, 5, "+0", 2)]
        {
            assert_eq!(observe(&mut cumulative, of(buckets, at)), expected);
            assert_eq!(cumulative.held, held);
        }
        let mut other = cumulative.identity();
        other.add(b"another");
        assert!(cumulative.observe(other.clone(), of(8, 1)).is_err());
        assert!(cumulative.observe(other, of(7, 1)).is_ok());
        assert_eq!(cumulative.held, 10);
    }
}
