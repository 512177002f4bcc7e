//! [`Alignment`]: which of several partitions goes on.

use std::collections::BTreeMap;
use std::time::Duration;

use metrix::Timestamp;

/// Lets partitions be read side by side by the times of what they have, so that one which is far ahead makes nothing of another
/// late.
///
/// Each has at most one item at hand, of a certain time: a message, by the oldest element of it. An item is given out when no partition can
/// have an older one, or one that is older by more than the bound. A partition at its end holds up no other, until
/// something comes; and none holds up others for longer than the patience allows, as one whose broker is away would.
///
/// It is a state machine without a clock: who uses it says what time it is.
///
/// Memory: an item for each partition.
///
/// ```
/// use metrix::Timestamp;
/// use metrix_io::sources::kafka::Alignment;
/// use std::time::Duration;
///
/// let (now, at) = (Timestamp::EPOCH, Timestamp::from_secs);
/// let mut alignment = Alignment::new(Duration::ZERO, Duration::from_secs(60));
/// alignment.add("a", now);
/// alignment.add("b", now);
/// alignment.put(&"a", at(100), "from a", now);
/// assert_eq!(alignment.take(now), None); // b may have something older
/// alignment.put(&"b", at(50), "from b", now);
/// assert_eq!(alignment.take(now), Some(("b", "from b")));
/// alignment.end(&"b");
/// assert_eq!(alignment.take(now), Some(("a", "from a")));
/// ```
#[derive(Debug)]
pub struct Alignment<P, T> {
    bound: Duration,
    patience: Duration,
    places: BTreeMap<P, Place<T>>,
    overruled: u64,
}

#[derive(Debug)]
struct Place<T> {
    item: Option<(Timestamp, T)>,
    /// What it will have is not older than its last item, as far as is known; before its first it may be anything.
    from: Option<Timestamp>,
    is_at_end: bool,
    /// Since when it has had nothing.
    empty_since: Timestamp,
}

impl<P: Ord + Clone, T> Alignment<P, T> {
    /// An item may be given out if it is ahead of all other partitions by no more than the bound. A partition is waited for as long as
    /// the patience is.
    pub fn new(bound: Duration, patience: Duration) -> Self {
        Self { bound, patience, places: BTreeMap::new(), overruled: 0 }
    }

    /// Adds a partition, which holds up the others until it has an item or is at its end. One that is there already begins
    /// anew.
    pub fn add(&mut self, partition: P, now: Timestamp) {
        self.places.insert(partition, Place { item: None, from: None, is_at_end: false, empty_since: now });
    }

    /// Removes a partition, and gives its item back.
    pub fn remove(&mut self, partition: &P) -> Option<T> {
        let (_, item) = self.places.remove(partition)?.item?;
        Some(item)
    }

    /// Puts the item of a partition, whose time is that of the oldest in it. Gives it back if the partition is not there.
    pub fn put(&mut self, partition: &P, at: Timestamp, item: T, now: Timestamp) -> Option<T> {
        let Some(place) = self.places.get_mut(partition) else { return Some(item) };
        place.is_at_end = false;
        place.empty_since = now;
        place.from = Some(at);
        let before = place.item.replace((at, item));
        before.map(|(_, item)| item)
    }

    /// Says that a partition has nothing for now.
    pub fn end(&mut self, partition: &P) {
        if let Some(place) = self.places.get_mut(partition) {
            place.is_at_end = true;
        }
    }

    /// Gives the oldest item, if it may be given.
    pub fn take(&mut self, now: Timestamp) -> Option<(P, T)> {
        let items = self.places.iter().filter_map(|(partition, place)| Some((place.item.as_ref()?.0, partition)));
        let (oldest, partition) = items.min()?;
        let floor = nanos(self.bound);
        let is_before = |from: Option<Timestamp>| {
            from.is_none_or(|from| i128::from(from.as_nanos()) + floor < i128::from(oldest.as_nanos()))
        };
        let mut holds = self.places.values().filter(|place| place.item.is_none() && is_before(place.from));
        let mut is_overruled = false;
        let is_held = holds.any(|place| {
            let is_waited_for = !place.is_at_end && now < place.until(self.patience);
            is_overruled |= !place.is_at_end && !is_waited_for;
            is_waited_for
        });
        if is_held {
            return None;
        }
        self.overruled += u64::from(is_overruled);
        let partition = partition.clone();
        let place = self.places.get_mut(&partition)?;
        let (_, item) = place.item.take()?;
        place.empty_since = now;
        Some((partition, item))
    }

    /// Whether nothing is at hand, and every partition is at its end: there is nothing to read for now. Without partitions it is not known
    /// what there is.
    ///
    /// ```
    /// use metrix::Timestamp;
    /// use metrix_io::sources::kafka::Alignment;
    /// use std::time::Duration;
    ///
    /// let mut alignment = Alignment::new(Duration::ZERO, Duration::from_secs(60));
    /// assert!(!alignment.is_at_end());
    /// alignment.add("a", Timestamp::EPOCH);
    /// assert!(!alignment.is_at_end());
    /// alignment.end(&"a");
    /// assert!(alignment.is_at_end());
    /// alignment.put(&"a", Timestamp::EPOCH, "message", Timestamp::EPOCH);
    /// assert!(!alignment.is_at_end());
    /// ```
    pub fn is_at_end(&self) -> bool {
        !self.places.is_empty() && self.places.values().all(|place| place.item.is_none() && place.is_at_end)
    }

    /// When an item can be given out though nothing else happens; `None` if that can't be.
    pub fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        self.places.values().find(|place| place.item.is_some())?;
        let empty = self.places.values().filter(|place| place.item.is_none() && !place.is_at_end);
        // One that comes too early does no harm.
        empty.map(|place| place.until(self.patience)).filter(|until| *until > now).min()
    }

    /// How many items were given out though a partition might have had older ones, since it was silent for too long.
    pub fn overruled(&self) -> u64 {
        self.overruled
    }
}

impl<T> Place<T> {
    fn until(&self, patience: Duration) -> Timestamp {
        let nanos = i128::from(self.empty_since.as_nanos()) + nanos(patience);
        Timestamp::from_nanos(i64::try_from(nanos).unwrap_or(i64::MAX))
    }
}

fn nanos(duration: Duration) -> i128 {
    i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX / 2)
}

#[cfg(test)]
mod tests;
