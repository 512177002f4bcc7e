//! [`Flushes`]: how far a sink has been flushed, by the order in which elements came into its queue.

use std::collections::BTreeSet;

use super::queue::Queue;

/// How far a sink has been flushed: positions are numbers of elements that had come into its queue.
#[derive(Debug, Default)]
pub(super) struct Flushes {
    /// What is asked for: that the sink is flushed after the elements of these positions, though more may wait behind. Each stays until it
    /// is done, whatever is asked for later, so that a busy sink keeps nobody waiting for more than came before.
    wanted: BTreeSet<u64>,
    /// All before this are settled, and the sink was flushed after.
    done: u64,
    /// How often all tries have failed, and where that was last.
    failures: u64,
    failed_at: u64,
}

/// What somebody waits for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flush {
    position: u64,
    /// How many had failed before it was asked for.
    failures: u64,
}

impl Flushes {
    /// Asks for a flush after the element of this position.
    pub(super) fn want(&mut self, position: u64) -> Flush {
        if self.done < position {
            self.wanted.insert(position);
        }
        Flush { position, failures: self.failures }
    }

    /// Whether one is asked for that can be done once all before `left` are settled.
    pub(super) fn is_wanted(&self, left: u64) -> bool {
        self.wanted.first().is_some_and(|wanted| *wanted <= left)
    }

    /// All before `left` were settled; then the sink was flushed, or could not be.
    pub(super) fn done(&mut self, left: u64, is_flushed: bool) {
        if is_flushed {
            self.done = left;
        } else {
            (self.failures, self.failed_at) = (self.failures + 1, left);
        }
        self.wanted.retain(|wanted| *wanted > left);
    }

    /// How one has ended, if it has.
    pub(super) fn end_of(&self, Flush { position, failures }: Flush) -> Option<bool> {
        let has_failed = self.failures > failures && self.failed_at >= position;
        (self.done >= position || has_failed).then_some(self.done >= position)
    }
}

impl Queue {
    /// How many elements have left the queue. While the sink's task has none in hand, all of these are settled.
    pub(super) fn left(&self) -> u64 {
        self.state().left()
    }

    /// The sink was flushed when so many elements were settled, or could not be.
    pub(super) fn has_flushed(&self, left: u64, is_flushed: bool) {
        self.state().flushes.done(left, is_flushed);
        self.flushed.notify_waiters();
    }

    /// Waits until all that has come into the queue is settled, in whatever way, and the sink has been flushed after; says whether it
    /// could be. What comes later is not waited for. If it is dropped, the sink may be flushed all the same.
    pub(crate) async fn flush(&self) -> bool {
        let flush = {
            let mut state = self.state();
            let position = state.entered;
            state.flushes.want(position)
        };
        self.look();
        loop {
            let told = self.flushed.notified();
            {
                let state = self.state();
                let end = state.flushes.end_of(flush);
                if let Some(is_flushed) = end.or(state.ended.then_some(false)) {
                    return is_flushed;
                }
            }
            // It is told of what comes from where it was made.
            told.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_flushed_is_not_flushed_again() {
        let mut flushes = Flushes::default();
        let nothing = flushes.want(0);
        assert_eq!((flushes.end_of(nothing), flushes.is_wanted(0)), (Some(true), false));
        let five = flushes.want(5);
        assert_eq!((flushes.is_wanted(4), flushes.is_wanted(5)), (false, true));
        flushes.done(4, true);
        assert_eq!(flushes.end_of(five), None);
        flushes.done(6, true);
        let six = flushes.want(6);
        assert_eq!((flushes.end_of(five), flushes.end_of(six), flushes.is_wanted(9)), (Some(true), Some(true), false));
    }

    #[test]
    fn what_is_asked_for_later_postpones_nothing() {
        let mut flushes = Flushes::default();
        let five = flushes.want(5);
        let nine = flushes.want(9);
        assert!(flushes.is_wanted(6));
        flushes.done(6, true);
        assert_eq!((flushes.end_of(five), flushes.end_of(nine)), (Some(true), None));
        assert_eq!((flushes.is_wanted(8), flushes.is_wanted(9)), (false, true));
    }

    #[test]
    fn a_failure_is_that_of_who_waited_for_it() {
        let mut flushes = Flushes::default();
        let five = flushes.want(5);
        flushes.done(4, false);
        assert_eq!((flushes.end_of(five), flushes.is_wanted(5)), (None, true), "it was another's");
        flushes.done(5, false);
        assert_eq!((flushes.end_of(five), flushes.is_wanted(5)), (Some(false), false));
        let again = flushes.want(5);
        assert_eq!((flushes.end_of(again), flushes.is_wanted(5)), (None, true), "another try");
        flushes.done(5, true);
        assert_eq!(flushes.end_of(again), Some(true));
    }
}
