//! [`Batches`]: every so many measurements of all threads, exactly.

use std::cell::Cell;
use std::num::NonZeroUsize;

use metrix_core::{Emit, Fold, Operator, Timestamp};

use super::groups::Groups;
use super::measurement::Measurement;
use super::open::Opened;
use super::pipeline::Summary;
use super::sharded::Sharded;

/// Sums up every `n` measurements.
///
/// A thread that sends is let take a share of what a batch still has room for by itself, one less than all if nobody else
/// sends; so the last measurement of a batch always comes here. If it comes while others still have some of their share, these are
/// recalled, and what they have not taken goes back.
pub(super) struct Batches {
    n: u64,
    fold: Opened<Sharded>,
    state: <Opened<Sharded> as Fold<Measurement>>::State,
    /// How many have come, or have been promised to threads, which take them without coming here.
    promised: Cell<u64>,
    /// How many of these threads had not taken when the last one came here.
    let_take: Cell<u64>,
    /// The time of the last that came here.
    at: Timestamp,
}

/// No share is larger.
const MOST: u64 = 1 << 16;

impl Batches {
    pub(super) fn new(n: NonZeroUsize, fold: Opened<Sharded>) -> Self {
        let state = fold.init();
        let (promised, let_take) = (Cell::new(0), Cell::new(0));
        Self { n: n.get() as u64, fold, state, promised, let_take, at: Timestamp::EPOCH }
    }

    /// Whether the next measurement is the last of its batch.
    fn is_next_last(&self) -> bool {
        // What threads have left only gets less, so if it is nothing, nothing has to be recalled.
        if self.promised.get() + 1 == self.n && self.fold.fold.left() > 0 {
            let left = self.fold.fold.recall();
            self.promised.set(self.promised.get() - left);
            self.let_take.set(self.let_take.get() - left);
        }
        self.promised.get() + 1 == self.n
    }

    /// What a thread may take by itself, once `taken` have been: something must be left for others, and for the last.
    fn share(&self, taken: u64) -> u64 {
        let free = (self.n - 1).saturating_sub(taken);
        match self.fold.fold.threads() {
            1 => free.min(MOST),
            threads => (free / (2 * threads)).min(MOST),
        }
    }

    /// Takes a measurement in; says whether it is the last of its batch.
    fn come(&mut self, measurement: Measurement) -> bool {
        if let Some(ticket) = &measurement.ticket {
            let left = ticket.shard.left();
            if left > 1 && ticket.shard.let_take(left - 1) {
                // The first of its series: one of those that its thread may take anyway.
                self.fold.take(&mut self.state, |sharded, series| sharded.take(series, measurement, left - 1));
                return false;
            }
            // It came here with a share that it can't use any more.
            if ticket.shard.let_take(0) {
                self.promised.set(self.promised.get() - left);
            }
        }
        let last = self.is_next_last();
        let taken = self.promised.get() + 1;
        if !last {
            self.fold.fold.open();
        }
        let share = if last { 0 } else { self.share(taken) };
        let let_take = self.fold.take(&mut self.state, |sharded, series| sharded.take(series, measurement, share));
        self.promised.set(taken + let_take);
        last
    }

    fn emit(&mut self, at: Timestamp, out: &mut impl Emit<Summary>) {
        let state = std::mem::replace(&mut self.state, self.fold.init());
        self.promised.set(0);
        self.let_take.set(0);
        let groups: Groups = self.fold.finish(state);
        out.emit(Summary { groups, at, start: None });
    }
}

impl Operator<Measurement> for Batches {
    type Out = Summary;

    fn on_item(&mut self, measurement: Measurement, now: Timestamp, out: &mut impl Emit<Summary>) {
        self.at = measurement.at.unwrap_or(now);
        let swept = self.fold.take(&mut self.state, Sharded::sweep);
        self.promised.set(self.promised.get() - swept);
        let last = self.come(measurement);
        self.let_take.set(self.fold.fold.left());
        if last {
            self.emit(self.at, out);
        }
    }

    fn on_end(&mut self, now: Timestamp, out: &mut impl Emit<Summary>) {
        if self.promised.get() == 0 {
            return;
        }
        // Some may have come after the last one that came here. If they had no time, nobody knows it.
        let unseen = self.let_take.get() > self.fold.fold.recall();
        let last = self.fold.fold.last_at();
        self.emit(if unseen { last.unwrap_or(now.max(self.at)) } else { self.at }, out);
    }

    fn emits_on_item(&self) -> bool {
        self.is_next_last()
    }

    fn size_hint(&self, (_, most): (usize, Option<usize>)) -> (usize, Option<usize>) {
        let open = usize::from(self.promised.get() > 0);
        // Those that threads take by themselves are not among the items that are still to come.
        (open, most.map(|most| most / self.n as usize + open + 1))
    }
}
