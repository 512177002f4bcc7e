//! [`Book`]: which messages are settled, as a machine that is told of all that happens.

mod stream;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use metrix::{Mark, Timestamp};

use self::stream::Stream;
use super::bucket::Bucket;
use super::limits::Limits;
use super::{Partition, Position, Touch};

/// Which messages are settled: those whose elements are all in windows and batches that have reached the sinks.
///
/// Memory: for each stream in event time, a bucket for each window that has elements and is not settled: those that the lateness holds
/// open, and those that have come to an end since the sinks last had everything. For each other stream, one for each batch or window
/// during which was settled. Of either no more than [`MOST_BUCKETS`](stream::MOST_BUCKETS), and in each a position for each partition.
/// Where messages are acknowledged one by one, beside these some words for each that is not settled.
#[derive(Debug)]
pub(super) struct Book {
    streams: Vec<Stream>,
    partitions: BTreeMap<Partition, Place>,
    /// Those of which something may still have to be sent.
    begun: BTreeSet<(Partition, Position)>,
    /// Where they are acknowledged one by one: in how many buckets each is that is not settled, and those that are and were not told.
    each: Option<Each>,
}

#[derive(Debug, Default)]
struct Each {
    buckets: HashMap<(Partition, Position), usize>,
    settled: Vec<(Partition, Position)>,
}

#[derive(Debug, Default)]
struct Place {
    /// The highest position that was begun.
    highest: Option<Position>,
    /// Where it begins, as far as that is known.
    from: Option<Position>,
    /// If it was taken away since, up to where windows were over then.
    gone: Option<Vec<Option<Timestamp>>>,
    limits: Arc<Limits>,
}

/// How far a stream had come when it was asked, which holds once the coordinator has been flushed after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reached {
    /// All windows that end at or before this are over, if any is.
    Until(Option<Timestamp>),
    /// All that was sent before this mark is in windows or batches that are over, if there is such a mark.
    Mark(Option<Mark>),
}

impl Book {
    /// For streams of which this says whether they are in event time. `keeps_each` says that messages are acknowledged one by one.
    pub(super) fn new(are_timed: impl IntoIterator<Item = bool>, keeps_each: bool) -> Self {
        Self {
            streams: are_timed.into_iter().map(Stream::new).collect(),
            partitions: BTreeMap::new(),
            begun: BTreeSet::new(),
            each: keeps_each.then(Each::default),
        }
    }

    /// A partition is read here from now on, from this position if that is known. Unless it goes on where it was, what was read of it
    /// before is nothing to this any more: it comes again, or is somebody else's.
    pub(super) fn resume(&mut self, partition: Partition, from: Option<Position>, limits: Limits, goes_on: bool) {
        if goes_on {
            let place = self.partitions.entry(partition).or_default();
            // What has come to an end meanwhile did so without it.
            if place.gone.take().is_some_and(|gone| gone != limits.over) {
                place.limits = Arc::new(Limits { floors: place.limits.floors.clone(), ..limits });
            }
            return;
        }
        self.begun.retain(|message| message.0 != partition);
        self.streams.iter_mut().flat_map(Stream::buckets_mut).for_each(|bucket| _ = bucket.first.remove(&partition));
        let place = Place { highest: None, from, gone: None, limits: Arc::new(limits) };
        self.partitions.insert(partition, place);
    }

    /// A partition is not read here any more, from when windows are over up to this.
    pub(super) fn revoke(&mut self, partition: Partition, over: Vec<Option<Timestamp>>) {
        self.partitions.entry(partition).or_default().gone = Some(over);
    }

    /// What of a partition is left out or late.
    pub(super) fn limits(&self, partition: Partition) -> Arc<Limits> {
        self.partitions.get(&partition).map(|place| Arc::clone(&place.limits)).unwrap_or_default()
    }

    /// Begins a message; says whether it is to be sent. One that came before in this run is not.
    pub(super) fn begin(&mut self, message: (Partition, Position)) -> bool {
        let place = self.partitions.entry(message.0).or_default();
        let is_held = match &self.each {
            Some(each) => each.buckets.contains_key(&message) || self.begun.contains(&message),
            None => place.highest.is_some_and(|highest| message.1 <= highest),
        };
        if is_held {
            return false;
        }
        place.highest = place.highest.max(Some(message.1));
        self.begun.insert(message)
    }

    /// Of a message all has been sent, to these streams and windows, each once.
    pub(super) fn end(&mut self, message: (Partition, Position), touched: impl IntoIterator<Item = Touch>) {
        self.begun.remove(&message);
        let (keeps_all, mut buckets) = (self.each.is_some(), 0);
        for Touch { stream, window } in touched {
            let bucket = match (&mut self.streams[stream], window) {
                (Stream::Timed { until, .. }, Some(end)) if *until >= Some(end) => continue,
                (Stream::Timed { windows, is_used, .. }, Some(end)) => {
                    *is_used = true;
                    windows.entry(end).or_default()
                }
                (Stream::Marked { open, .. }, _) => open,
                (Stream::Timed { .. }, None) => unreachable!("what is sent to a stream in event time has a window"),
            };
            bucket.put(message, keeps_all);
            buckets += 1;
            self.streams[stream].tidy();
        }
        if let Some(each) = &mut self.each {
            match buckets {
                0 => each.settled.push(message),
                buckets => _ = each.buckets.insert(message, buckets),
            }
        }
    }

    /// A mark was made: all that has ended by now was sent before.
    pub(super) fn mark(&mut self, stream: usize, mark: Mark) {
        if let Stream::Marked { open, marked } = &mut self.streams[stream] {
            marked.entry(mark).or_default().join(std::mem::take(open));
        }
        self.streams[stream].tidy();
    }

    /// The marks of a stream at which something is held, the last first.
    pub(super) fn marks(&self, stream: usize) -> impl Iterator<Item = Mark> {
        let marks = match &self.streams[stream] {
            Stream::Marked { marked, .. } => Some(marked.keys().rev().copied()),
            Stream::Timed { .. } => None,
        };
        marks.into_iter().flatten()
    }

    /// What streams had reached has come to the sinks, and is kept there.
    pub(super) fn settle(&mut self, reached: &[Reached]) {
        for (stream, reached) in self.streams.iter_mut().zip(reached) {
            match (stream, *reached) {
                (Stream::Timed { windows, until, .. }, Reached::Until(Some(reached))) => {
                    *until = (*until).max(Some(reached));
                    while let Some(window) = windows.first_entry().filter(|window| *window.key() <= reached) {
                        release(&mut self.each, window.remove());
                    }
                }
                (Stream::Marked { marked, .. }, Reached::Mark(Some(reached))) => {
                    while let Some(bucket) = marked.first_entry().filter(|bucket| *bucket.key() <= reached) {
                        release(&mut self.each, bucket.remove());
                    }
                }
                (Stream::Timed { .. }, _) | (Stream::Marked { .. }, _) => {}
            }
        }
    }

    /// Everything that was sent to streams that aren't in event time has come to the sinks, and is kept there.
    pub(super) fn settle_marked(&mut self) {
        for stream in &mut self.streams {
            if let Stream::Marked { open, marked } = stream {
                let all = std::mem::take(marked).into_values().chain([std::mem::take(open)]);
                all.for_each(|bucket| release(&mut self.each, bucket));
            }
        }
    }

    /// By partition, the first position that is not settled; of those that are read from here and have had a message.
    pub(super) fn positions(&self) -> BTreeMap<Partition, Position> {
        let ours = self.partitions.iter().filter(|(_, place)| place.gone.is_none());
        let mut positions: BTreeMap<Partition, Position> =
            ours.filter_map(|(partition, place)| Some((*partition, place.next()?))).collect();
        let held = self.streams.iter().flat_map(Stream::buckets).flat_map(|bucket| &bucket.first);
        let held = held.map(|(partition, first)| (*partition, *first)).chain(self.begun.iter().copied());
        for (partition, first) in held {
            positions.entry(partition).and_modify(|position| *position = first.min(*position));
        }
        positions
    }

    /// Whether something is held by a window of a stream, of this source.
    pub(super) fn holds_windows(&self, stream: usize) -> bool {
        matches!(&self.streams[stream], Stream::Timed { windows, .. } if !windows.is_empty())
    }

    /// Those that have become settled since this was asked last, where they are acknowledged one by one.
    pub(super) fn take_settled(&mut self) -> Vec<(Partition, Position)> {
        let mut settled = self.each.as_mut().map(|each| std::mem::take(&mut each.settled)).unwrap_or_default();
        settled.sort_unstable();
        settled
    }

    /// Up to where the windows of each stream are settled as far as a partition is concerned: here, of those that messages have had
    /// something for, or where it was read before.
    pub(super) fn until(&self, partition: Partition) -> impl Iterator<Item = (usize, Timestamp)> {
        let limits = self.limits(partition);
        self.streams.iter().enumerate().filter_map(move |(place, stream)| match stream {
            Stream::Timed { until, is_used, .. } => {
                let until = limits.floor(place).max(until.filter(|_| *is_used))?;
                Some((place, until))
            }
            Stream::Marked { .. } => None,
        })
    }
}

impl Place {
    /// The position after the last that was begun.
    fn next(&self) -> Option<Position> {
        self.highest.map(|highest| highest + 1).or(self.from)
    }
}

/// Those of a bucket are settled as far as this is concerned.
fn release(each: &mut Option<Each>, bucket: Bucket) {
    let Some(Each { buckets, settled }) = each else { return };
    for message in bucket.all {
        let Some(left) = buckets.get_mut(&message) else { continue };
        *left -= 1;
        if *left == 0 {
            buckets.remove(&message);
            settled.push(message);
        }
    }
}

#[cfg(test)]
mod tests;
