//! Time as a value: [`Timestamp`], and [`Interval`], a length of time that windows can be made of.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A point in time: nanoseconds since the Unix epoch, from the year 1677 to 2262.
///
/// Operators are told the time and never ask for it, so the same operator runs on the clock, on the times that its
/// items carry, and on times that a test makes up.
///
/// Sums and differences stop at [`MIN`](Self::MIN) and [`MAX`](Self::MAX): a deadline beyond the end of time is one
/// that is not reached.
///
/// ```
/// use metrix_core::Timestamp;
/// use std::time::Duration;
///
/// let t = Timestamp::from_secs(60) + Duration::from_millis(500);
/// assert_eq!(t.as_nanos(), 60_500_000_000);
/// assert_eq!(t - Timestamp::from_secs(60), Duration::from_millis(500));
/// assert_eq!(Timestamp::from_secs(60) - t, Duration::ZERO);
/// assert_eq!(Timestamp::MAX + Duration::MAX, Timestamp::MAX);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Midnight UTC on 1 January 1970.
    pub const EPOCH: Self = Self(0);
    /// The earliest time there is.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest time there is.
    pub const MAX: Self = Self(i64::MAX);

    /// The time that lies this many nanoseconds after the epoch.
    #[inline]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// The time that lies this many milliseconds after the epoch, or the nearest that there is.
    #[inline]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// The time that lies this many seconds after the epoch, or the nearest that there is.
    #[inline]
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000_000))
    }

    /// Nanoseconds since the epoch.
    #[inline]
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// This time moved back by `duration`, or [`MIN`](Self::MIN).
    #[inline]
    pub fn saturating_sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub_unsigned(nanos(duration)))
    }
}

/// Nanoseconds of a duration; at most as many as all of time has.
fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    #[inline]
    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add_unsigned(nanos(duration)))
    }
}

/// The time from the right to the left operand; zero if the right one is the later.
impl Sub for Timestamp {
    type Output = Duration;

    #[inline]
    fn sub(self, earlier: Self) -> Duration {
        if self <= earlier {
            return Duration::ZERO;
        }
        Duration::from_nanos(self.0.abs_diff(earlier.0))
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self::EPOCH + after,
            Err(before) => Self::EPOCH.saturating_sub(before.duration()),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let nanos = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:09}s", nanos / 1_000_000_000, nanos % 1_000_000_000)
    }
}

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
/// assert_eq!(error.to_string(), "an interval of -1s is not possible: it must be more than 0 s and at most 9223372036 s");
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
        let error = || IntervalError(format!("{secs}s"));
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
        let since_start = (i128::from(at.0) - i128::from(origin.0)).rem_euclid(i128::from(self.0));
        // The remainder is below the interval, which is an i64.
        Timestamp(at.0.saturating_sub(since_start as i64))
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
        let since_start = (i128::from(at.0) - i128::from(origin.0)).rem_euclid(i128::from(self.0));
        Timestamp(at.0.saturating_add(self.0 - since_start as i64))
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
        Self(self.0.saturating_add(interval.0))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_beyond_an_interval_are_added_in_full() {
        let all = Timestamp::MAX - Timestamp::MIN;
        assert_eq!(Timestamp::MIN + all, Timestamp::MAX);
        assert_eq!(Timestamp::MAX.saturating_sub(all), Timestamp::MIN);
        assert_eq!(Timestamp::EPOCH.saturating_sub(Duration::MAX), Timestamp::MIN);
    }
}
