//! [`Troubles`]: what goes wrong is logged once, however often it does.

use std::time::Duration;

use tokio::time::Instant;

/// A run of trouble is over when there was none for so long.
const QUIET: Duration = Duration::from_secs(60);

/// What can go wrong between a queue and its sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    Overflow,
    Failure,
    Panic,
    Refusal,
    Abandonment,
    /// The sink names elements that it was not given.
    Misnaming,
}

/// The kinds of trouble of one run that have been logged.
///
/// A sink can fail every other time, for days: such a run is one, so it is told by its quiet, not by the first success.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    logged: Vec<Trouble>,
    last: Option<Instant>,
}

impl Troubles {
    /// Whether this is the first of its kind in this run, and has to be logged.
    pub(super) fn is_news(&mut self, trouble: Trouble, now: Instant) -> bool {
        self.is_over(now);
        self.last = Some(now);
        let news = !self.logged.contains(&trouble);
        if news {
            self.logged.push(trouble);
        }
        news
    }

    /// Whether a run has come to its end since it was asked last.
    pub(super) fn is_over(&mut self, now: Instant) -> bool {
        let over = self.last.is_some_and(|last| now.duration_since(last) >= QUIET);
        if over {
            *self = Self::default();
        }
        over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_kind_is_news_once_a_run() {
        let (mut troubles, start) = (Troubles::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        assert!(!troubles.is_over(at(0)));
        assert!(troubles.is_news(Trouble::Failure, at(0)));
        assert!(!troubles.is_news(Trouble::Failure, at(59)));
        assert!(troubles.is_news(Trouble::Panic, at(59)));
        assert!(!troubles.is_news(Trouble::Failure, at(118)));
        assert!(!troubles.is_over(at(177)));
        assert!(troubles.is_over(at(178)));
        assert!(!troubles.is_over(at(500)));
        assert!(troubles.is_news(Trouble::Failure, at(500)));
        assert!(troubles.is_news(Trouble::Failure, at(560)));
    }
}
