//! [`SeriesCache`]: the routes of the series that a source has seen.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};
use metrix_io::Reading;

use super::router::{Route, Router};

/// More series than this are forgotten, all at once, and found anew.
const MOST: usize = 10_000;

/// So are series of more bytes than this.
const MOST_BYTES: usize = 8 << 20;

/// A series of longer texts is never kept: whoever sends such ones could choose any.
const LONGEST: usize = 4096;

/// The routes of the series that a source has seen, found by their names and tags as they were read: a reading of a series that
/// was seen costs no set of tags.
///
/// Memory: at most 10 000 series, of about 8 MiB in all, and one more.
#[derive(Debug)]
pub(crate) struct SeriesCache {
    router: Arc<Router>,
    known: HashTable<Known>,
    /// Of all that are known, about.
    bytes: usize,
    /// The last one that was too long to be kept.
    passing: Option<Route>,
    hasher: DefaultHashBuilder,
    /// That of the reading at hand.
    key: Vec<u8>,
}

#[derive(Debug)]
struct Known {
    hash: u64,
    key: Box<[u8]>,
    /// `None` where no stream is for it.
    route: Option<Route>,
}

impl SeriesCache {
    pub(crate) fn new(router: Arc<Router>) -> Self {
        let hasher = DefaultHashBuilder::default();
        Self { router, known: HashTable::new(), bytes: 0, passing: None, hasher, key: Vec::new() }
    }

    pub(crate) fn router(&self) -> &Arc<Router> {
        &self.router
    }

    /// Where a reading goes; one that no stream is for is counted.
    pub(crate) fn route(&mut self, reading: &Reading<'_>) -> Option<&Route> {
        let Self { router, known, bytes, passing, hasher, key } = self;
        let route = if length(reading) > LONGEST {
            *passing = router.route(reading);
            passing.as_ref()
        } else {
            write_key(reading, key);
            let hash = hasher.hash_one(&key[..]);
            let same = |known: &Known| known.hash == hash && *known.key == **key;
            if (known.len() >= MOST || *bytes >= MOST_BYTES) && known.find(hash, same).is_none() {
                known.clear();
                *bytes = 0;
            }
            let found = known.entry(hash, same, |known| known.hash);
            let known = found.or_insert_with(|| {
                // The texts are there twice: in the key, and in the tags of the route.
                *bytes += 2 * key.len();
                Known { hash, key: key[..].into(), route: router.route(reading) }
            });
            known.into_mut().route.as_ref()
        };
        match route {
            Some(route) => router.count_loss(route),
            None => router.unmatched(&reading.name),
        }
        route
    }
}

/// How long its texts are together.
fn length(reading: &Reading<'_>) -> usize {
    reading.tags.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() + reading.name.len()
}

/// The texts one after the other, with bytes between them that no text has, as it is UTF-8.
fn write_key(reading: &Reading<'_>, key: &mut Vec<u8>) {
    key.clear();
    // A kind that is unknown, and each that is known.
    key.push(reading.kind.map_or(0, |kind| 1 + kind as u8));
    key.extend_from_slice(reading.name.as_bytes());
    for (name, value) in &reading.tags {
        key.push(0xff);
        key.extend_from_slice(name.as_bytes());
        key.push(0xfe);
        key.extend_from_slice(value.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use metrix::{MStream, size};
    use metrix_io::Glob;

    use super::*;
    use crate::config::TagsKept;
    use crate::run::router::Entrance;

    fn cache() -> SeriesCache {
        let (sender, _) = MStream::builder("a*").batch(size(1)).agg("sum").build().unwrap();
        let (names, drained) = (Glob::new("a*"), Arc::default());
        let entrance = Entrance { names, kind: None, sender, tags: TagsKept::All, is_timed: false, drained };
        SeriesCache::new(Arc::new(Router::new(vec![entrance])))
    }

    fn reading<'a>(name: &'a str, tags: &[(&'a str, &'a str)]) -> Reading<'a> {
        let mut reading = Reading::new(name, 1.0);
        reading.tags.extend(tags.iter().map(|&(name, value)| (name.into(), value.into())));
        reading
    }

    #[test]
    fn what_differs_in_anything_is_another_series() {
        let mut cache = cache();
        let series = [
            reading("a", &[]),
            reading("ab", &[]),
            reading("a", &[("b", "")]),
            reading("a", &[("", "b")]),
            reading("a", &[("b", "c")]),
            reading("a", &[("bc", "")]),
            reading("a", &[("b", ""), ("c", "")]),
        ];
        for _ in 0..2 {
            for reading in &series {
                let sender = format!("{:?}", cache.route(reading).unwrap().sender);
                let tags = reading.to_tags().with("metrix.name", &reading.name);
                assert!(sender.contains(&format!("tags: {tags:?}")), "{sender}");
            }
            assert_eq!(cache.known.len(), series.len());
        }
    }

    #[test]
    fn long_ones_are_bounded_in_bytes_and_the_longest_not_kept() {
        let mut cache = cache();
        for number in 0..10_000 {
            let value = format!("{number}{}", "x".repeat(2000));
            assert!(cache.route(&reading("a", &[("b", &value)])).is_some());
            let texts: usize = cache.known.iter().map(|known| known.key.len()).sum();
            assert!(texts <= MOST_BYTES, "{texts}");
        }
        let kept = cache.known.len();
        assert!(kept > 0);
        for number in 0..10 {
            let value = format!("{number}{}", "x".repeat(LONGEST));
            let route = cache.route(&reading("a", &[("b", &value)])).unwrap();
            assert_eq!(format!("{:?}", route.sender).matches(&value).count(), 1);
            assert!(cache.route(&reading("b", &[("b", &value)])).is_none());
        }
        assert_eq!((cache.known.len(), cache.router().all_unmatched()), (kept, Some((10, "b"))));
    }

    #[test]
    fn a_flood_is_forgotten_and_what_nobody_wants_is_counted() {
        let mut cache = cache();
        for number in 0..3 * MOST {
            let name = format!("{}{number}", if number % 2 == 0 { "a" } else { "b" });
            for _ in 0..2 {
                assert_eq!(cache.route(&reading(&name, &[])).is_some(), number % 2 == 0);
            }
            assert!(cache.known.len() <= MOST);
        }
        assert_eq!(cache.router().all_unmatched(), Some((3 * MOST as u64, "b1")));
    }
}
