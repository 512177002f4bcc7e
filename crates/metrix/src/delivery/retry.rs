//! [`Retry`]: how often and when a failed write is tried again.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::size;

/// How often a failed write is tried, and how long the pauses between are.
///
/// The pause before the n-th repetition is at most `first * factor^(n - 1)`, and never more than `max`. With
/// [`Jitter::Full`] its length is drawn evenly from zero to there, so that many clients of a server that comes back do not
/// all come at once: `sleep = random_between(0, min(cap, base * 2 ** attempt))` in M. Brooker, *Exponential Backoff And
/// Jitter*, AWS Architecture Blog, 2015
/// (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>).
///
/// Where the peer says how long to wait ([`WriteError::after`](crate::WriteError::after)), that comes before each pause.
///
/// By default there are 10 tries in all, the first pause is at most 100 ms, each later one twice that, the longest 30 s, with
/// full jitter: a sink may be away for about half a minute, where its peer asks for no pause.
///
/// ```
/// use metrix::{Retry, SinkOptions, size};
/// use std::time::Duration;
///
/// let patient = Retry::forever().first(Duration::from_secs(1)).max(Duration::from_secs(60));
/// assert_eq!(patient, patient.factor(size(2)), "the pauses double unless said otherwise");
/// let options = SinkOptions::default().retry(patient);
/// assert_ne!(options, SinkOptions::default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    attempts: Option<NonZeroUsize>,
    first: Duration,
    max: Duration,
    factor: NonZeroUsize,
    jitter: Jitter,
}

/// Whether the pauses between two tries are drawn by lot.
///
/// ```
/// use metrix::{Jitter, Retry};
///
/// assert_eq!(Retry::default(), Retry::default().jitter(Jitter::Full));
/// assert_ne!(Retry::default(), Retry::default().jitter(Jitter::None));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Jitter {
    /// Each pause lasts its full length.
    None,
    /// Each pause lasts anything from zero to its full length.
    #[default]
    Full,
}

impl Retry {
    /// One try: what can't be written at once is dropped.
    ///
    /// ```
    /// use metrix::{Retry, size};
    ///
    /// assert_eq!(Retry::never(), Retry::default().attempts(size(1)));
    /// ```
    pub fn never() -> Self {
        Self::default().attempts(size(1))
    }

    /// As many tries as it takes. While they last the elements behind wait, and the queue's overflow policy rules.
    ///
    /// ```
    /// use metrix::{Retry, size};
    ///
    /// assert_eq!(Retry::forever().attempts(size(10)), Retry::default());
    /// ```
    pub fn forever() -> Self {
        Self { attempts: None, ..Self::default() }
    }

    /// How many tries there are in all, the first one included.
    pub fn attempts(self, attempts: NonZeroUsize) -> Self {
        Self { attempts: Some(attempts), ..self }
    }

    /// The longest that the first pause lasts.
    pub fn first(self, first: Duration) -> Self {
        Self { first, ..self }
    }

    /// The longest that any pause lasts.
    pub fn max(self, max: Duration) -> Self {
        Self { max, ..self }
    }

    /// How many times as long each pause is as the one before it.
    pub fn factor(self, factor: NonZeroUsize) -> Self {
        Self { factor, ..self }
    }

    /// Whether the lengths of the pauses are drawn by lot.
    pub fn jitter(self, jitter: Jitter) -> Self {
        Self { jitter, ..self }
    }

    /// The pauses between the tries of one batch.
    pub(super) fn pauses(self) -> Pauses {
        Pauses { retry: self, tried: 0, bound: self.first }
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: Some(size(10)),
            first: Duration::from_millis(100),
            max: Duration::from_secs(30),
            factor: size(2),
            jitter: Jitter::default(),
        }
    }
}

/// What is left of the pauses.
#[derive(Debug)]
pub(super) struct Pauses {
    retry: Retry,
    tried: usize,
    bound: Duration,
}

impl Pauses {
    /// How long to wait after a failed try, or that it was the last one.
    pub(super) fn next(&mut self, rng: &mut fastrand::Rng) -> Option<Duration> {
        self.tried = self.tried.saturating_add(1);
        if self.retry.attempts.is_some_and(|attempts| self.tried >= attempts.get()) {
            return None;
        }
        let bound = self.bound.min(self.retry.max);
        let factor = u32::try_from(self.retry.factor.get()).unwrap_or(u32::MAX);
        self.bound = bound.saturating_mul(factor);
        Some(match self.retry.jitter {
            Jitter::None => bound,
            Jitter::Full => {
                let nanos = u64::try_from(bound.as_nanos()).unwrap_or(u64::MAX);
                Duration::from_nanos(rng.u64(0..=nanos))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(retry: Retry, count: usize) -> Vec<Duration> {
        let (mut pauses, mut rng) = (retry.pauses(), fastrand::Rng::with_seed(7));
        std::iter::from_fn(|| pauses.next(&mut rng)).take(count).collect()
    }

    const fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn pauses_grow_to_the_longest() {
        let retry = Retry::default().attempts(size(7)).factor(size(3)).max(millis(5000)).jitter(Jitter::None);
        assert_eq!(pauses(retry, 100), [100, 300, 900, 2700, 5000, 5000].map(millis));
    }

    #[test]
    fn jitter_spreads_them_evenly_below_their_bound() {
        let retry = Retry::forever().first(millis(1000)).max(millis(1000));
        let drawn = pauses(retry, 10_000);
        assert!(drawn.iter().all(|pause| *pause <= millis(1000)));
        let mean = drawn.iter().sum::<Duration>() / 10_000;
        assert!(millis(480) < mean && mean < millis(520), "{mean:?}");
        let tenths = drawn.iter().filter(|pause| **pause < millis(100)).count();
        assert!((850..1150).contains(&tenths), "{tenths}");
    }

    #[test]
    fn never_and_forever() {
        assert_eq!(pauses(Retry::never(), 100), []);
        let long = Retry::forever().first(Duration::MAX).max(Duration::MAX).jitter(Jitter::None);
        assert_eq!(pauses(long, 1000), [Duration::MAX; 1000]);
        assert_eq!(pauses(Retry::forever().first(Duration::MAX).max(Duration::MAX), 1000).len(), 1000);
        assert_eq!(pauses(Retry::default(), 100).len(), 9);
    }
}
