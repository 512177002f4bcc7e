//! [`Router`]: which stream a reading goes to.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use metrix::{MSender, Tags};
use metrix_io::{Glob, Kind, Reading};

use super::drained::Drained;
use super::hashes::Hashes;
use super::names::NAME;
use crate::config::{KindsTaken, TagsKept};

/// A stream, as readings come to it.
#[derive(Debug)]
pub(crate) struct Entrance {
    pub(crate) names: Glob,
    pub(crate) kinds: KindsTaken,
    /// Whether its elements have the name of the stream, and not those of readings.
    pub(crate) is_of_one_name: bool,
    pub(crate) hashes: Hashes,
    pub(crate) sender: MSender,
    pub(crate) tags: TagsKept,
    /// Whether it goes by the times of readings.
    pub(crate) is_timed: bool,
    /// Whether it looks at them at all.
    pub(crate) takes_times: bool,
    pub(crate) drained: Arc<Drained>,
}

/// Finds the first stream whose name or pattern matches that of a reading. It is asked once for each series.
#[derive(Debug)]
pub(crate) struct Router {
    entrances: Vec<Entrance>,
    /// The places of the streams whose names are no patterns, and that take all kinds.
    plain: HashMap<Box<str>, usize>,
    /// The places of the others, in order.
    others: Vec<usize>,
    unmatched: Arc<AtomicU64>,
    first_unmatched: OnceLock<String>,
    untagged: AtomicU64,
}

/// Where the readings of a series go.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    /// The place of the stream.
    pub(crate) stream: usize,
    /// Bound to the tags of the series.
    sender: MSender,
    /// The same for readings that stand for so many, as the last one that stood for several did: a client seldom changes its rate.
    weighted: Option<Box<(NonZeroU32, MSender)>>,
    /// Whether the stream goes by the times of readings.
    pub(crate) is_timed: bool,
    /// Whether the stream looks at them at all.
    pub(crate) takes_times: bool,
    /// Whether the series has a tag of the name that the stream needs for itself.
    has_taken_tag: bool,
}

impl Router {
    pub(crate) fn new(entrances: Vec<Entrance>) -> Self {
        let (mut plain, mut others) = (HashMap::new(), Vec::new());
        for (place, entrance) in entrances.iter().enumerate() {
            if entrance.names.is_plain() && entrance.kinds == KindsTaken::All {
                plain.entry(entrance.names.prefix().into()).or_insert(place);
            } else {
                others.push(place);
            }
        }
        let (unmatched, untagged) = (Arc::default(), AtomicU64::new(0));
        Self { entrances, plain, others, unmatched, first_unmatched: OnceLock::new(), untagged }
    }

    /// Counts there the readings that no stream is for.
    pub(crate) fn counting(self, unmatched: Arc<AtomicU64>) -> Self {
        Self { unmatched, ..self }
    }

    pub(crate) fn route(&self, reading: &Reading<'_>) -> Option<Route> {
        let plain = self.plain.get(&*reading.name).copied();
        let matches = |place: &&usize| self.entrances[**place].takes(reading);
        let other = self.others.iter().take_while(|place| plain.is_none_or(|plain| **place < plain)).find(matches);
        let stream = other.copied().or(plain)?;
        let entrance = &self.entrances[stream];
        if reading.kind == Some(Kind::Set) {
            entrance.hashes.tell(&reading.name);
        }
        let sender = entrance.sender.with(entrance.tags_of(reading));
        let has_taken_tag = !entrance.is_of_one_name && reading.tags.iter().any(|(name, _)| name == NAME);
        let Entrance { is_timed, takes_times, .. } = *entrance;
        Some(Route { stream, sender, weighted: None, is_timed, takes_times, has_taken_tag })
    }

    /// Counts what a reading loses on this way.
    pub(crate) fn count_loss(&self, route: &Route) {
        if route.has_taken_tag {
            self.untagged.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many readings have lost a tag, since its name is what a pattern's stream calls their name.
    pub(crate) fn without_tag(&self) -> u64 {
        self.untagged.load(Ordering::Relaxed)
    }

    /// Counts a reading that no stream is for.
    pub(crate) fn unmatched(&self, name: &str) {
        // Nothing else is read by what it says.
        if self.unmatched.fetch_add(1, Ordering::Relaxed) == 0 {
            // A second one that is first at the same time changes nothing.
            let _ = self.first_unmatched.set(name.to_owned());
        }
    }

    /// How many there were, and the name of the first.
    pub(crate) fn all_unmatched(&self) -> Option<(u64, &str)> {
        let first = self.first_unmatched.get()?;
        Some((self.unmatched.load(Ordering::Relaxed), first))
    }

    /// Closes the streams, each when the sinks have all of the one before.
    pub(crate) async fn close(&self) {
        for Entrance { sender, drained, .. } in &self.entrances {
            sender.close();
            drained.wait_for_the_end().await;
        }
    }

    /// Whether every stream has room for elements: half of what may wait in one, which is 10 000.
    pub(crate) fn has_room(&self) -> bool {
        self.entrances.iter().all(|entrance| entrance.sender.waiting() < 5_000)
    }

    pub(crate) fn drained(&self, stream: usize) -> &Drained {
        &self.entrances[stream].drained
    }
}

impl Route {
    /// The sender for a reading that stands for so many: nearly always itself alone.
    #[inline]
    pub(crate) fn sender(&mut self, copies: NonZeroU32) -> &MSender {
        let Self { sender, weighted, .. } = self;
        if copies == NonZeroU32::MIN {
            return sender;
        }
        if weighted.as_ref().is_none_or(|weighted| weighted.0 != copies) {
            *weighted = None;
        }
        &weighted.get_or_insert_with(|| Box::new((copies, sender.weighted(copies)))).1
    }
}

impl Entrance {
    fn takes(&self, reading: &Reading<'_>) -> bool {
        self.names.matches(&reading.name) && self.kinds.take(reading.kind)
    }

    /// The tags that are looked at, and the name where the stream has elements of several.
    fn tags_of(&self, reading: &Reading<'_>) -> Tags {
        let kept = |name: &str| match &self.tags {
            TagsKept::All => true,
            TagsKept::Only(names) => names.iter().any(|kept| kept == name),
            TagsKept::Without(names) => names.iter().all(|dropped| dropped != name),
        };
        let name = (!self.is_of_one_name).then_some((NAME, &*reading.name));
        let tags = reading.tags.iter().map(|(name, value)| (&**name, &**value));
        tags.filter(|(name, _)| kept(name)).chain(name).collect()
    }
}

#[cfg(test)]
impl Entrance {
    /// Of a stream of batches that takes all that is called so.
    pub(crate) fn of(names: &str, sender: MSender) -> Self {
        let names = Glob::new(names);
        Self {
            is_of_one_name: names.is_plain(),
            names,
            kinds: KindsTaken::All,
            hashes: Hashes::default(),
            sender,
            tags: TagsKept::All,
            is_timed: false,
            takes_times: true,
            drained: Arc::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use metrix::{MStream, size, tags};

    use super::*;

    fn router(streams: &[(&str, TagsKept)]) -> Router {
        let entrance = |(name, kept): &(&str, TagsKept)| {
            let (sender, _) = MStream::builder(*name).batch(size(1)).agg("sum").build().unwrap();
            Entrance { tags: kept.clone(), ..Entrance::of(name, sender.with(tags! { "zone" => "NA" })) }
        };
        Router::new(streams.iter().map(entrance).collect())
    }

    #[test]
    fn the_first_that_matches_has_it() {
        let router = router(&["cpu.user", "cpu.*", "load", "*.15", "cpu.idle"].map(|name| (name, TagsKept::All)));
        for (name, expected) in [
            ("cpu.user", Some(0)),
            ("cpu.idle", Some(1)),
            ("cpu.15", Some(1)),
            ("load", Some(2)),
            ("load.15", Some(3)),
            ("loads", None),
        ] {
            let found = router.route(&Reading::new(name, 1.0)).map(|route| route.stream);
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn a_kind_is_asked_for_where_a_stream_has_one() {
        let mut entrances = router(&["a", "a*", "ab", "ab", "*"].map(|name| (name, TagsKept::All))).entrances;
        entrances[0].kinds = KindsTaken::Only(vec![Kind::Counter]);
        entrances[1].kinds = KindsTaken::Only(vec![Kind::Gauge]);
        entrances[2].kinds = KindsTaken::Only(vec![Kind::Counter, Kind::Sample]);
        let router = Router::new(entrances);
        for (name, kind, expected) in [
            ("a", Some(Kind::Counter), 0),
            ("a", Some(Kind::Gauge), 1),
            ("a", Some(Kind::Set), 4),
            ("a", None, 4),
            ("ab", Some(Kind::Gauge), 1),
            ("ab", Some(Kind::Sample), 2),
            ("ab", Some(Kind::Set), 3),
            ("ab", None, 3),
        ] {
            let found = router.route(&Reading { kind, ..Reading::new(name, 1.0) });
            assert_eq!(found.map(|route| route.stream), Some(expected), "{name} {kind:?}");
        }
    }

    #[test]
    fn tags_are_left_out_before_the_defaults_come() {
        let only = TagsKept::Only(vec!["zone".into()]);
        let without = TagsKept::Without(vec!["zone".into()]);
        let router = router(&[("all", TagsKept::All), ("only", only), ("without*", without)]);
        for (name, expected) in [
            ("all", r#"{"core": "0", "zone": "eu"}"#),
            ("only", r#"{"zone": "eu"}"#),
            ("without.all", r#"{"core": "0", "metrix.name": "without.all", "zone": "NA"}"#),
        ] {
            let mut reading = Reading::new(name, 1.0);
            reading.tags.extend([("zone".into(), "eu".into()), ("core".into(), "0".into())]);
            let route = router.route(&reading).unwrap();
            assert!(format!("{:?}", route.sender).contains(expected), "{route:?}");
        }
    }

    #[test]
    fn of_what_no_stream_is_for_the_first_is_known() {
        let router = router(&[]);
        assert_eq!(router.all_unmatched(), None);
        ["a", "b", "a"].into_iter().for_each(|name| router.unmatched(name));
        assert_eq!(router.all_unmatched(), Some((3, "a")));
    }
}
