//! [`Keyed`]: an operator for every key.

use std::collections::{BTreeMap, VecDeque};
use std::hash::Hash;
use std::num::NonZeroUsize;
use std::time::Duration;

use futures_core::Stream;

use crate::macros::opaque_debug;
use crate::{ArrivalTime, Emit, Interval, Operate, OperateExt, Operator, Timestamp};

mod life;
mod slots;

use life::OfKey;
use slots::Slots;

/// Adds [`keyed`](Self::keyed) to streams.
pub trait KeyedExt: Stream + Sized {
    /// Runs a clone of `operator` for every key, and emits what it makes of the key's items, with the key, when it does.
    ///
    /// A key is forgotten when no item of its has come for `idle`, and the one that has been idle for longest when there
    /// are `max_keys` already and another comes. What its operator still holds is emitted then: the operator is told
    /// the end and, at once, all deadlines that it still has. If the key comes again, it begins anew. How many were
    /// forgotten can be [read](Keyed::evicted_idle). At the end of the input all operators are told the end, in the
    /// order in which the keys came, and then their deadlines when these are reached. Let `idle` be longer than the
    /// operator's windows, or they are cut short.
    ///
    /// An operator that has finished (a `slice`, say) stays so until its key is forgotten; the items that come for it are
    /// dropped and [counted](Keyed::dropped). An item whose operator takes no input for now waits, and holds up the
    /// input, those of other keys included. Memory: `max_keys` keys and operators, and one item.
    ///
    /// ```
    /// use metrix_core::{fold::Count, ops::TimedWindow, prelude::*};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let visits = futures::stream::iter(["/", "/about", "/"]);
    /// let by_the_minute = TimedWindow::with(Duration::from_secs(60), Count);
    /// let by_page = visits.keyed(|page| *page, size(1000), Duration::from_secs(3600), by_the_minute);
    /// let counts: Vec<(&str, u64)> = by_page.map(|(page, window)| (page, window.value)).collect().await;
    /// assert_eq!(counts, [("/", 2), ("/about", 1)]);
    /// # }
    /// ```
    ///
    /// # Panics
    /// If `idle` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    fn keyed<K, F, O>(
        self,
        key: F,
        max_keys: NonZeroUsize,
        idle: Duration,
        operator: O,
    ) -> Operate<Self, Keyed<Self::Item, K, F, O>, ArrivalTime>
    where
        F: FnMut(&Self::Item) -> K,
        K: Hash + Eq + Clone,
        O: Operator<Self::Item> + Clone,
    {
        self.operate(Keyed::new(key, max_keys, idle, operator))
    }
}

impl<S: Stream> KeyedExt for S {}

/// The operator behind [`keyed`](KeyedExt::keyed).
///
/// The operator that is cloned is told when time begins, so windows of different keys are aligned alike. In event time
/// ([`operate_at`](OperateExt::operate_at)) a key is idle once the watermark has passed, by `idle`, the newest time
/// that had been seen when its last item came. Whether an item is late is asked of the operator that is cloned, which
/// has seen no items: a session that is open for the item's key does not make it welcome.
///
/// An item costs a look-up of its key, and the logarithm of the number of keys where its operator's deadline changes.
#[derive(Clone)]
pub struct Keyed<T, K, F, O> {
    key: F,
    max_keys: usize,
    idle: Interval,
    prototype: O,
    slots: Slots<K, OfKey<O>>,
    /// The place of each operator that has a deadline, by that and by the order in which the keys came.
    alarms: BTreeMap<(Timestamp, u64), usize>,
    /// Items whose operators take no input for now, and these operators' places.
    waiting: VecDeque<(usize, T)>,
    /// The newest time that was told.
    newest: Timestamp,
    ended: bool,
    created: u64,
    evicted_idle: u64,
    evicted_full: u64,
    dropped: u64,
}

impl<T, K, F, O> Keyed<T, K, F, O>
where
    F: FnMut(&T) -> K,
    K: Hash + Eq + Clone,
    O: Operator<T> + Clone,
{
    /// Runs a clone of `operator` for every key, of at most `max_keys` and none that is idle for `idle`.
    ///
    /// # Panics
    /// If `idle` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    pub fn new(key: F, max_keys: NonZeroUsize, idle: Duration, operator: O) -> Self {
        Self {
            key,
            max_keys: max_keys.get(),
            idle: Interval::new(idle),
            prototype: operator,
            slots: Slots::new(),
            alarms: BTreeMap::new(),
            waiting: VecDeque::new(),
            newest: Timestamp::MIN,
            ended: false,
            created: 0,
            evicted_idle: 0,
            evicted_full: 0,
            dropped: 0,
        }
    }

    /// How many keys there are.
    pub fn keys(&self) -> usize {
        self.slots.len()
    }

    /// How many times a key was forgotten because no item of its had come for long.
    pub fn evicted_idle(&self) -> u64 {
        self.evicted_idle
    }

    /// How many times a key was forgotten because there were too many.
    ///
    /// ```
    /// use metrix_core::{ops::Partition, prelude::*};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let numbers = futures::stream::iter(0..3);
    /// let mut pairs = numbers.keyed(|x| x % 2, size(1), Duration::from_secs(60), Partition::new(size(2)));
    /// assert_eq!(pairs.next().await, Some((0, vec![0]))); // it made room for the odd ones
    /// assert_eq!(pairs.operator().evicted_full(), 1);
    /// # }
    /// ```
    pub fn evicted_full(&self) -> u64 {
        self.evicted_full
    }

    /// How many items were dropped because the operator of their key had finished.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

opaque_debug!(Keyed<T, K, F, O> { max_keys, idle, evicted_idle, evicted_full, dropped });

impl<T, K, F, O> Operator<T> for Keyed<T, K, F, O>
where
    F: FnMut(&T) -> K,
    K: Hash + Eq + Clone,
    O: Operator<T> + Clone,
{
    type Out = (K, O::Out);

    fn on_start(&mut self, now: Timestamp) {
        self.prototype.on_start(now);
    }

    #[inline]
    fn on_item(&mut self, item: T, now: Timestamp, out: &mut impl Emit<(K, O::Out)>) {
        self.newest = self.newest.max(now);
        let place = self.place_of(&item, now, out);
        let Some((key, of_key)) = self.slots.get_mut(place) else { return };
        of_key.last_used = self.newest;
        if of_key.end_told {
            self.dropped += 1;
            return;
        }
        if of_key.operator.wants_input() {
            of_key.operator.on_item(item, now, &mut |output| out.emit((key.clone(), output)));
        } else {
            self.waiting.push_back((place, item));
        }
        self.follow_up(place, now, self.ended, out);
    }

    fn deadline(&self) -> Option<Timestamp> {
        let alarm = self.alarms.first_key_value().map(|((at, _), _)| *at);
        match (alarm, self.idle_end()) {
            (Some(alarm), Some(idle_end)) => Some(alarm.min(idle_end)),
            (alarm, idle_end) => alarm.or(idle_end),
        }
    }

    fn on_time(&mut self, now: Timestamp, out: &mut impl Emit<(K, O::Out)>) {
        while let Some(due) = self.deadline().filter(|due| *due <= now) {
            match self.alarms.first_key_value() {
                Some(((alarm, _), place)) if *alarm == due => self.wake(*place, now, self.ended, out),
                _ => {
                    self.evicted_idle += 1;
                    self.evict_oldest(now, out);
                }
            }
        }
    }

    fn on_end(&mut self, now: Timestamp, out: &mut impl Emit<(K, O::Out)>) {
        self.ended = true;
        let rank = |place: &usize| self.slots.get(*place).map(|(_, of_key)| of_key.rank);
        let mut places: Vec<usize> = self.slots.places().collect();
        places.sort_unstable_by_key(rank);
        for place in places {
            self.follow_up(place, now, true, out);
        }
    }

    fn wants_input(&self) -> bool {
        self.waiting.is_empty()
    }

    fn is_late(&self, at: Timestamp, watermark: Timestamp) -> bool {
        self.prototype.is_late(at, watermark)
    }
}
