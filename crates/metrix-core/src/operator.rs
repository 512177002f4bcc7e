//! [`Operator`], the one trait that every stage implements, and [`Then`], which fuses two of them.

use crate::Timestamp;

/// Where an operator puts what it has made. Closures are emitters.
pub trait Emit<T> {
    /// Takes one output.
    fn emit(&mut self, output: T);
}

impl<T, F: FnMut(T)> Emit<T> for F {
    #[inline]
    fn emit(&mut self, output: T) {
        self(output);
    }
}

/// A synchronous state machine that is told the time: items go in, outputs come out, and the clock is somebody else's.
///
/// A driver ([`operate`](crate::OperateExt::operate), [`pushed`](crate::pushed())) makes a stream of it, and keeps these promises:
/// [`on_start`](Self::on_start) is called once, before all else; when [`deadline`](Self::deadline) is reached,
/// [`on_time`](Self::on_time) is called before the next item; no item comes while [`wants_input`](Self::wants_input)
/// is false; [`on_end`](Self::on_end) is called once, and after it only `on_time`, until there is no deadline left.
/// An operator that wants no input and has no deadline has nothing to wait for: its driver ends it.
///
/// In a chain ([`then`](Self::then)) one call of the operator before can bring several items, so an operator that holds up its
/// input must find room for those; once it has finished, it gets no more.
///
/// ```
/// use metrix_core::{Emit, Operator, Timestamp, prelude::*};
///
/// /// Each item, less the one before it.
/// struct Difference { before: Option<f64> }
///
/// impl Operator<f64> for Difference {
///     type Out = f64;
///     fn on_item(&mut self, item: f64, _now: Timestamp, out: &mut impl Emit<f64>) {
///         if let Some(before) = self.before.replace(item) {
///             out.emit(item - before);
///         }
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let readings = futures::stream::iter([3.0, 5.0, 4.0]);
/// let steps: Vec<f64> = readings.operate(Difference { before: None }).collect().await;
/// assert_eq!(steps, [2.0, -1.0]);
/// # });
/// ```
pub trait Operator<In> {
    /// What it makes of its items.
    type Out;

    /// Whether it uses the times that it is told, or ever has a deadline. A driver reads no clock for an operator that
    /// says `false`. The answer must not change.
    fn is_timed(&self) -> bool {
        true
    }

    /// Time begins: at the moment at which the stream is built, or the epoch where time is the items' own.
    fn on_start(&mut self, _now: Timestamp) {}

    /// An item arrives. In event time `now` is the item's own time, and may lie before that of an earlier item.
    fn on_item(&mut self, item: In, now: Timestamp, out: &mut impl Emit<Self::Out>);

    /// When it wants to be woken next.
    fn deadline(&self) -> Option<Timestamp> {
        None
    }

    /// The deadline is reached, or passed by any length of time. The next deadline must be later than `now`.
    fn on_time(&mut self, _now: Timestamp, _out: &mut impl Emit<Self::Out>) {}

    /// The input has ended. What is still held is emitted here, or later if there is a deadline for it.
    fn on_end(&mut self, _now: Timestamp, _out: &mut impl Emit<Self::Out>) {}

    /// Whether the next item may come: the way to hold up the input. In a chain ([`then`](Self::then)), where nothing
    /// is queued, the other items that one call of the operator before emits still come; and in event time so does the
    /// item that has moved time to a deadline, unless the operator is finished then.
    fn wants_input(&self) -> bool {
        true
    }

    /// Whether all it ever does is to emit at most one output when an item comes: it always wants input, has no deadline
    /// and emits nothing at the end. A driver spends less on an operator that says `true`. The answer must not change.
    #[inline]
    fn is_plain(&self) -> bool {
        false
    }

    /// Whether the next item may bring an output at once, or finish the operator. Where it can't, [`pushed`](crate::pushed())
    /// takes the item though as many outputs wait as may, since there will be no more of them.
    #[inline]
    fn emits_on_item(&self) -> bool {
        true
    }

    /// Whether no item will ever be wanted again: from then on none comes, and the input is dropped. What is held still
    /// comes out.
    #[inline]
    fn is_finished(&self) -> bool {
        !self.wants_input() && self.deadline().is_none()
    }

    /// Whether an item of time `at` comes too late to count where it belongs, once time has gone on to `watermark`. In
    /// event time such items go to the [late output](crate::EventTime::on_late) instead of here.
    fn is_late(&self, _at: Timestamp, _watermark: Timestamp) -> bool {
        false
    }

    /// How many outputs are still to come, as least and most, if that many items are.
    fn size_hint(&self, _items: (usize, Option<usize>)) -> (usize, Option<usize>) {
        (0, None)
    }

    /// Joins this operator and the next into one, with no queue and no driver in between: what this one emits is the
    /// other's item at the same time.
    ///
    /// ```
    /// use metrix_core::{fold::Sum, ops::{Filter, Map, Partition}, prelude::*};
    ///
    /// # futures::executor::block_on(async {
    /// let pairs_of_odd_squares = Map::new(|x: i32| x * x)
    ///     .then(Filter::new(|x: &i32| x % 2 == 1))
    ///     .then(Partition::with(size(2), Sum));
    /// let sums: Vec<f64> = futures::stream::iter(1..=8).operate(pairs_of_odd_squares).collect().await;
    /// assert_eq!(sums, [10.0, 74.0]);
    /// # });
    /// ```
    fn then<B>(self, next: B) -> Then<Self, B>
    where
        Self: Sized,
        B: Operator<Self::Out>,
    {
        Then { first: self, second: next, ended: Ended::Neither }
    }
}

/// Two operators as one, made by [`Operator::then`].
#[derive(Clone, Debug)]
pub struct Then<A, B> {
    first: A,
    second: B,
    ended: Ended,
}

/// Which of the two have been told that their input ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Neither,
    First,
    Both,
}

impl<A, B> Then<A, B> {
    /// Hands the end on, once the first has nothing more to say to the second.
    fn pass_end<In>(&mut self, now: Timestamp, out: &mut impl Emit<B::Out>)
    where
        A: Operator<In>,
        B: Operator<A::Out>,
    {
        let heard = self.first.deadline().is_none() || self.second.is_finished();
        if self.ended == Ended::First && heard {
            self.ended = Ended::Both;
            self.second.on_end(now, out);
        }
    }
}

/// Whether the operator is to be told the time.
#[inline]
pub(crate) fn is_due<In>(operator: &impl Operator<In>, now: Timestamp) -> bool {
    operator.deadline().is_some_and(|deadline| deadline <= now)
}

/// Gives an item to an operator unless it has finished, which is a promise that it gets no more.
#[inline]
fn hand_on<T, B: Operator<T>>(operator: &mut B, item: T, now: Timestamp, out: &mut impl Emit<B::Out>) {
    if !operator.is_finished() {
        operator.on_item(item, now, out);
    }
}

impl<In, A, B> Operator<In> for Then<A, B>
where
    A: Operator<In>,
    B: Operator<A::Out>,
{
    type Out = B::Out;

    fn is_timed(&self) -> bool {
        self.first.is_timed() || self.second.is_timed()
    }

    fn on_start(&mut self, now: Timestamp) {
        self.first.on_start(now);
        self.second.on_start(now);
    }

    #[inline]
    fn on_item(&mut self, item: In, now: Timestamp, out: &mut impl Emit<B::Out>) {
        let Self { first, second, .. } = self;
        first.on_item(item, now, &mut |item| hand_on(second, item, now, out));
        if self.first.is_finished() {
            self.on_end(now, out);
        }
    }

    fn deadline(&self) -> Option<Timestamp> {
        let second = self.second.deadline();
        // What the first would emit at its deadline must wait until the second takes it.
        if !self.second.wants_input() {
            return second;
        }
        match (self.first.deadline(), second) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    fn on_time(&mut self, now: Timestamp, out: &mut impl Emit<B::Out>) {
        let Self { first, second, .. } = self;
        if is_due(second, now) {
            second.on_time(now, out);
        }
        if second.wants_input() && is_due(first, now) {
            first.on_time(now, &mut |item| hand_on(second, item, now, out));
        }
        if self.first.is_finished() {
            self.on_end(now, out);
        }
        self.pass_end(now, out);
    }

    fn on_end(&mut self, now: Timestamp, out: &mut impl Emit<B::Out>) {
        if self.ended == Ended::Neither {
            let Self { first, second, .. } = self;
            first.on_end(now, &mut |item| hand_on(second, item, now, out));
            self.ended = Ended::First;
            self.pass_end(now, out);
        }
    }

    #[inline]
    fn wants_input(&self) -> bool {
        self.first.wants_input() && self.second.wants_input()
    }

    #[inline]
    fn is_plain(&self) -> bool {
        self.first.is_plain() && self.second.is_plain()
    }

    #[inline]
    fn emits_on_item(&self) -> bool {
        // The second gets no more than the one item only from one that is plain.
        self.first.emits_on_item() && (!self.first.is_plain() || self.second.emits_on_item())
    }

    /// Nothing can pass any more once either is finished, even while the other still has something to say.
    #[inline]
    fn is_finished(&self) -> bool {
        self.first.is_finished() || self.second.is_finished() || (!self.wants_input() && self.deadline().is_none())
    }

    /// The first of the two that knows of time decides: what comes after it sees other times.
    fn is_late(&self, at: Timestamp, watermark: Timestamp) -> bool {
        if self.first.is_timed() { self.first.is_late(at, watermark) } else { self.second.is_late(at, watermark) }
    }

    fn size_hint(&self, items: (usize, Option<usize>)) -> (usize, Option<usize>) {
        self.second.size_hint(self.first.size_hint(items))
    }
}
