//! [`Gauges`]: the last values of gauges, within a bound.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroUsize;

use crate::Reading;

/// The last values of gauges. It knows their names and tags by 128 bits of a keyed hash alone, so that long ones take no
/// more memory than short ones; nobody can guess two that share it.
///
/// There are two generations. What is set goes to the young one; when that is full, the old one is forgotten and the young
/// one takes its place. So the last ones that were set are remembered, at no cost to know which these are.
#[derive(Clone, Debug)]
pub(super) struct Gauges {
    young: HashMap<Key, f64>,
    old: HashMap<Key, f64>,
    most: usize,
    forgotten: u64,
    hashers: [RandomState; 2],
}

/// What a gauge is known by: its name and its set of tags.
pub(super) type Key = [u64; 2];

impl Gauges {
    /// Remembers at least this many, and at most twice as many.
    pub(super) fn new(most: NonZeroUsize) -> Self {
        Self {
            young: HashMap::new(),
            old: HashMap::new(),
            most: most.get(),
            forgotten: 0,
            hashers: [RandomState::new(), RandomState::new()],
        }
    }

    /// How many have been forgotten.
    pub(super) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Sets the gauge, or adds to it if `relative`; gives what it is then. If it is not finite, nothing is changed.
    pub(super) fn set(&mut self, key: Key, value: f64, relative: bool) -> Option<f64> {
        let changed =
            |before: f64| Some(if relative { before + value } else { value }).filter(|after| after.is_finite());
        // Most gauges go on, and are found here.
        if let Some(gauge) = self.young.get_mut(&key) {
            *gauge = changed(*gauge)?;
            return Some(*gauge);
        }
        let after = changed(self.old.get(&key).copied().unwrap_or(0.0))?;
        self.old.remove(&key);
        if self.young.len() == self.most {
            self.forgotten += self.old.len() as u64;
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, after);
        Some(after)
    }

    /// The key of this name and these tags. It is the same for the same set of tags, in whatever order they are written: the
    /// hashes are added up.
    pub(super) fn key(&self, series: &Reading<'_>) -> Key {
        let counting = series.tags.iter().enumerate().filter(|(place, (name, _))| {
            // Of equal names the last holds.
            !series.tags[place + 1..].iter().any(|(later, _)| later == name)
        });
        let mut key = [0, 1].map(|half: usize| self.hashers[half].hash_one(&*series.name));
        for (_, tag) in counting {
            for (hash, hasher) in key.iter_mut().zip(&self.hashers) {
                *hash = hash.wrapping_add(hasher.hash_one((&*tag.0, &*tag.1)));
            }
        }
        key
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use metrix::size;

    use super::*;

    fn set(gauges: &mut Gauges, series: &Reading<'_>, value: f64, relative: bool) -> Option<f64> {
        gauges.set(gauges.key(series), value, relative)
    }

    fn series<'a>(name: &'a str, tags: &[(&'a str, &'a str)]) -> Reading<'a> {
        let mut series = Reading::new(name, 0.0);
        series.tags = tags.iter().map(|&(name, value)| (Cow::Borrowed(name), Cow::Borrowed(value))).collect();
        series
    }

    #[test]
    fn a_series_is_a_name_and_a_set_of_tags() {
        let mut gauges = Gauges::new(size(10));
        set(&mut gauges, &series("a", &[("k", "v"), ("l", "w")]), 5.0, false);
        let mut add = |name, tags: &[_]| set(&mut gauges, &series(name, tags), 0.0, true);
        assert_eq!(add("a", &[("l", "w"), ("k", "v")]), Some(5.0));
        assert_eq!(add("a", &[("k", "other"), ("l", "w"), ("k", "v")]), Some(5.0));
        for (name, tags) in
            [("b", &[("k", "v"), ("l", "w")][..]), ("a", &[("k", "v")]), ("a", &[("k", "w"), ("l", "v")]), ("a", &[])]
        {
            assert_eq!(add(name, tags), Some(0.0), "{name} {tags:?}");
        }
    }

    #[test]
    fn the_last_ones_set_are_remembered_and_the_bound_holds() {
        let names: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
        let mut gauges = Gauges::new(size(10));
        for (place, name) in names.iter().enumerate() {
            set(&mut gauges, &series(name, &[]), place as f64, false);
            for (recent, name) in names.iter().enumerate().take(place + 1).skip(place.saturating_sub(9)) {
                let key = gauges.key(&series(name, &[]));
                let value = gauges.young.get(&key).or_else(|| gauges.old.get(&key));
                assert_eq!(value, Some(&(recent as f64)), "{recent} at {place}");
            }
            assert!(gauges.young.len() + gauges.old.len() <= 20);
        }
        assert_eq!(gauges.forgotten() as usize + gauges.young.len() + gauges.old.len(), 1000);
    }

    #[test]
    fn a_gauge_that_goes_on_is_never_forgotten() {
        let names: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
        let mut gauges = Gauges::new(size(2));
        for (place, name) in names.iter().enumerate() {
            set(&mut gauges, &series(name, &[]), 1.0, false);
            assert_eq!(set(&mut gauges, &series("steady", &[]), 1.0, true), Some(place as f64 + 1.0));
        }
    }

    #[test]
    fn what_would_be_infinite_changes_nothing() {
        let mut gauges = Gauges::new(size(2));
        let series = series("a", &[]);
        assert_eq!(set(&mut gauges, &series, f64::MAX, true), Some(f64::MAX));
        assert_eq!(set(&mut gauges, &series, f64::MAX, true), None);
        assert_eq!(set(&mut gauges, &series, -f64::MAX, true), Some(0.0));
    }
}
