//! [`Interval`]: a length of time that windows can be made of.

use std::fmt;
use std::ops::Add;
use std::time::Duration;

use crate::Timestamp;

/// A length of time that is more than zero and fits in a [`Timestamp`]: what a window, a delay or a limit can last.
///
/// Operators take a [`Duration`] and make an `Interval` of it, which panics on a length that can't be. Where lengths
/// come from a user, check them here first and show the error.
///
/// ```
/// use metrix_core::Interval;
/// use std::time::Duration;
///
/// assert_eq!(Interval::try_from_secs(0.5)?.as_duration(), Duration::from_millis(500));
/// let error = Interval::try_from_secs(-1.0).unwrap_err();
/// assert_eq!(error.to_string(), "an interval of -1 s is not possible: it must be more than 0 s and at most 9223372036 s");
/// assert!(Interval::try_from(Duration::ZERO).is_err());
/// assert!(Interval::try_from_secs(f64::NAN).is_err());
/// # Ok::<(), metrix_core::IntervalError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval(i64);

impl Interval {
    /// The interval that lasts `duration`.
    ///
    /// # Panics
    /// If `duration` is zero or does not fit in a [`Timestamp`] (292 years).
    #[track_caller]
    pub fn new(duration: Duration) -> Self {
        match Self::try_from(duration) {
            Ok(interval) => interval,
            Err(error) => panic!("{error}"),
        }
    }

    /// The interval that lasts this many seconds, fractions included.
    ///
    /// # Errors
    /// If `secs` is zero, negative, not finite, below a nanosecond, or does not fit in a [`Timestamp`].
    pub fn try_from_secs(secs: f64) -> Result<Self, IntervalError> {
        let error = || IntervalError(format!("{secs} s"));
        let duration = Duration::try_from_secs_f64(secs).map_err(|_| error())?;
        Self::try_from(duration).map_err(|_| error())
    }

    /// How long it lasts.
    #[inline]
    pub const fn as_duration(self) -> Duration {
        Duration::from_nanos(self.0.unsigned_abs())
    }

    /// The last time at or before `at` that lies a whole number of intervals from `origin`, or [`Timestamp::MIN`].
    #[inline]
    pub fn floor(self, at: Timestamp, origin: Timestamp) -> Timestamp {
        Timestamp::from_nanos(at.as_nanos().saturating_sub(self.since_start(at, origin)))
    }

    /// The first time after `at` that lies a whole number of intervals from `origin`, or [`Timestamp::MAX`].
    ///
    /// ```
    /// use metrix_core::{Interval, Timestamp};
    /// use std::time::Duration;
    ///
    /// let (minute, at) = (Interval::new(Duration::from_secs(60)), Timestamp::from_secs(90));
    /// assert_eq!(minute.floor(at, Timestamp::EPOCH), Timestamp::from_secs(60));
    /// assert_eq!(minute.next(at, Timestamp::EPOCH), Timestamp::from_secs(120));
    /// ```
    #[inline]
    pub fn next(self, at: Timestamp, origin: Timestamp) -> Timestamp {
        Timestamp::from_nanos(at.as_nanos().saturating_add(self.0 - self.since_start(at, origin)))
    }

    /// Nanoseconds from the last whole number of intervals to `at`.
    #[inline]
    fn since_start(self, at: Timestamp, origin: Timestamp) -> i64 {
        let since_origin = i128::from(at.as_nanos()) - i128::from(origin.as_nanos());
        // The remainder is below the interval, which is an i64.
        since_origin.rem_euclid(i128::from(self.0)) as i64
    }
}

impl TryFrom<Duration> for Interval {
    type Error = IntervalError;

    fn try_from(duration: Duration) -> Result<Self, IntervalError> {
        match i64::try_from(duration.as_nanos()) {
            Ok(nanos) if nanos > 0 => Ok(Self(nanos)),
            _ => Err(IntervalError(format!("{duration:?}"))),
        }
    }
}

impl Add<Interval> for Timestamp {
    type Output = Self;

    #[inline]
    fn add(self, interval: Interval) -> Self {
        Self::from_nanos(self.as_nanos().saturating_add(interval.0))
    }
}

/// A length of time that no [`Interval`] can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntervalError(String);

impl fmt::Display for IntervalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most = i64::MAX / 1_000_000_000;
        write!(f, "an interval of {} is not possible: it must be more than 0 s and at most {most} s", self.0)
    }
}

impl std::error::Error for IntervalError {}
