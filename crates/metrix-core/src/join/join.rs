//! [`Join`]: pairs of items of two inputs that have the same key and about the same time.

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::num::NonZeroUsize;
use std::time::Duration;

use futures_core::Stream;
use hashbrown::DefaultHashBuilder;

use super::{Union, union};
use crate::ops::{Map, MapExt};
use crate::{ArrivalTime, Emit, Operate, OperateExt, Operator, Timestamp};

mod held;

use held::Held;

/// Adds [`join`](Self::join) to streams.
pub trait JoinExt: Stream + Sized {
    /// Emits every pair of an item of this stream and one of `right` whose keys are equal and which arrive at most
    /// `within` apart, as soon as the later of the two is there.
    ///
    /// An item can be in many pairs, or in none. Pairs come in the order in which their later items do; those of one
    /// item, in the order of the others' times. With a `within` of zero only items of the same moment meet.
    ///
    /// An item is held until no partner can come any more. No more than `max_items` of each input are: when one more
    /// comes, the oldest goes early, may miss pairs, and is counted by [`evicted`](Join::evicted). At the end of both
    /// inputs there is nothing to flush; when one has ended, the other still meets what is held of it.
    /// Memory: `max_items` of each input, and the pairs of one item, at most `max_items` too.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let orders = futures::stream::iter([(1, "book"), (2, "pen")]);
    /// let payments = futures::stream::iter([(2, 3.5), (3, 8.0), (1, 20.0)]);
    /// let paid = orders.join(payments, Duration::from_secs(60), |order| order.0, |payment| payment.0, size(1000));
    /// let paid: Vec<(&str, f64)> = paid.map(|(order, payment)| (order.1, payment.1)).collect().await;
    /// assert_eq!(paid, [("pen", 3.5), ("book", 20.0)]);
    /// # }
    /// ```
    fn join<R, K, FL, FR>(
        self,
        right: R,
        within: Duration,
        left_key: FL,
        right_key: FR,
        max_items: NonZeroUsize,
    ) -> Joined<Self, R, K, FL, FR>
    where
        R: Stream<Item: Clone>,
        Self::Item: Clone,
        K: Hash + Eq,
        FL: FnMut(&Self::Item) -> K,
        FR: FnMut(&R::Item) -> K,
    {
        let left = self.map(Either::Left as fn(Self::Item) -> Either<Self::Item, R::Item>);
        let right = right.map(Either::Right as fn(R::Item) -> Either<Self::Item, R::Item>);
        union((left, right)).operate(Join::new(within, left_key, right_key, max_items))
    }
}

impl<S: Stream> JoinExt for S {}

/// The stream of [`join`](JoinExt::join): a [`union`](union()) of both inputs, which [`Join`] operates on.
pub type Joined<L, R, K, FL, FR> = Operate<
    Union<(Side<L, L, R>, Side<R, L, R>)>,
    Join<<L as Stream>::Item, <R as Stream>::Item, K, FL, FR>,
    ArrivalTime,
>;

/// One of the inputs of [`Joined`], whose items tell where they come from.
pub type Side<S, L, R> =
    Operate<S, Map<fn(<S as Stream>::Item) -> Either<<L as Stream>::Item, <R as Stream>::Item>>, ArrivalTime>;

/// An item of the left or of the right input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Either<L, R> {
    /// From the left.
    Left(L),
    /// From the right.
    Right(R),
}

/// The operator behind [`join`](JoinExt::join), for other domains of time.
///
/// In event time every pair of items that are not late is emitted. An item is late when its time lies before the
/// watermark, for then some of its partners may be gone. Where one input runs behind the other, it is the allowed
/// lateness that lets it.
///
/// ```
/// use futures::stream::iter;
/// use metrix_core::{EventTime, Timestamp, join::{Either, Join}, prelude::*};
/// use std::time::Duration;
///
/// # futures::executor::block_on(async {
/// // A key and a time in seconds.
/// let doors = iter([("front", 10), ("back", 12), ("front", 300)]).map(Either::Left);
/// let alarms = iter([("front", 13), ("back", 90)]).map(Either::Right);
///
/// let event_time = EventTime::new(|side: &Either<(&str, i64), (&str, i64)>| match side {
///     Either::Left((_, at)) | Either::Right((_, at)) => Timestamp::from_secs(*at),
/// });
/// let join = Join::new(Duration::from_secs(5), |door: &(&str, i64)| door.0, |alarm: &(&str, i64)| alarm.0, size(1000));
/// let pairs = doors.union(alarms).operate_at(join, event_time.lateness(Duration::from_secs(600)));
/// assert_eq!(pairs.collect::<Vec<_>>().await, [(("front", 10), ("front", 13))]);
/// # });
/// ```
pub struct Join<L, R, K, FL, FR> {
    within: Duration,
    max_items: NonZeroUsize,
    left_key: FL,
    right_key: FR,
    hasher: DefaultHashBuilder,
    left: Held<K, L>,
    right: Held<K, R>,
    evicted: u64,
}

impl<L, R, K, FL, FR> Join<L, R, K, FL, FR>
where
    K: Hash + Eq,
    FL: FnMut(&L) -> K,
    FR: FnMut(&R) -> K,
{
    /// Joins items of equal keys whose times are at most `within` apart, and holds up to `max_items` of each side.
    pub fn new(within: Duration, left_key: FL, right_key: FR, max_items: NonZeroUsize) -> Self {
        let hasher = DefaultHashBuilder::default();
        Self { within, max_items, left_key, right_key, hasher, left: Held::new(), right: Held::new(), evicted: 0 }
    }
}

impl<L, R, K, FL, FR> Join<L, R, K, FL, FR> {
    /// How many items had to go before their time, because `max_items` of their side were held.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }
}

impl<L, R, K, FL, FR> fmt::Debug for Join<L, R, K, FL, FR> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Join")
            .field("within", &self.within)
            .field("max_items", &self.max_items)
            .field("held_left", &self.left.len())
            .field("held_right", &self.right.len())
            .field("evicted", &self.evicted)
            .finish_non_exhaustive()
    }
}

impl<L, R, K, FL, FR> Operator<Either<L, R>> for Join<L, R, K, FL, FR>
where
    L: Clone,
    R: Clone,
    K: Hash + Eq,
    FL: FnMut(&L) -> K,
    FR: FnMut(&R) -> K,
{
    type Out = (L, R);

    fn on_item(&mut self, item: Either<L, R>, now: Timestamp, out: &mut impl Emit<(L, R)>) {
        let (within, max_items) = (self.within, self.max_items.get());
        match item {
            Either::Left(left) => {
                let key = (self.left_key)(&left);
                let hash = self.hasher.hash_one(&key);
                self.right.near(hash, &key, now, within).for_each(|right| out.emit((left.clone(), right.clone())));
                self.left.insert(hash, key, now, left);
                self.evicted += self.left.evict(max_items);
            }
            Either::Right(right) => {
                let key = (self.right_key)(&right);
                let hash = self.hasher.hash_one(&key);
                self.left.near(hash, &key, now, within).for_each(|left| out.emit((left.clone(), right.clone())));
                self.right.insert(hash, key, now, right);
                self.evicted += self.right.evict(max_items);
            }
        }
    }

    fn deadline(&self) -> Option<Timestamp> {
        let (left, right) = (self.left.expiry(self.within), self.right.expiry(self.within));
        left.into_iter().chain(right).min()
    }

    fn on_time(&mut self, now: Timestamp, _out: &mut impl Emit<(L, R)>) {
        self.left.expire(now, self.within);
        self.right.expire(now, self.within);
    }

    fn on_end(&mut self, _now: Timestamp, _out: &mut impl Emit<(L, R)>) {
        self.left = Held::new();
        self.right = Held::new();
    }

    fn is_late(&self, at: Timestamp, watermark: Timestamp) -> bool {
        at < watermark
    }

    fn size_hint(&self, items: (usize, Option<usize>)) -> (usize, Option<usize>) {
        (0, items.1.filter(|&most| most == 0))
    }
}

#[cfg(test)]
mod tests;
