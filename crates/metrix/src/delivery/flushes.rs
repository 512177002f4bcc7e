//! [`Flushes`]: how far a sink has been flushed, by the order in which elements came into its queue.

/// How far a sink has been flushed: positions are numbers of elements that had come into its queue.
#[derive(Debug, Default)]
pub(super) struct Flushes {
    /// What is asked for: that the sink is flushed after the element of this position, though more may wait behind it.
    wanted: Option<u64>,
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
            self.wanted = self.wanted.max(Some(position));
        }
        Flush { position, failures: self.failures }
    }

    /// Whether one is asked for that can be done once all before `left` are settled.
    pub(super) fn is_wanted(&self, left: u64) -> bool {
        self.wanted.is_some_and(|wanted| wanted <= left)
    }

    /// All before `left` were settled; then the sink was flushed, or could not be.
    pub(super) fn done(&mut self, left: u64, is_flushed: bool) {
        if is_flushed {
            self.done = left;
        } else {
            (self.failures, self.failed_at) = (self.failures + 1, left);
        }
        self.wanted = self.wanted.filter(|wanted| *wanted > left);
    }

    /// How one has ended, if it has.
    pub(super) fn end_of(&self, Flush { position, failures }: Flush) -> Option<bool> {
        let has_failed = self.failures > failures && self.failed_at >= position;
        (self.done >= position || has_failed).then_some(self.done >= position)
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
