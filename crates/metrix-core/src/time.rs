//! [`Timestamp`]: time as a value.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::drive::clock;

/// A point in time: nanoseconds since the Unix epoch, from the year 1677 to 2262. It is displayed in UTC, as RFC 3339
/// has it, with as many digits of the second as are needed.
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
/// assert_eq!(t.to_string(), "1970-01-01T00:01:00.5Z");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// So many of them are a second.
const NANOS: i64 = 1_000_000_000;

impl Timestamp {
    /// Midnight UTC on 1 January 1970.
    pub const EPOCH: Self = Self(0);
    /// The earliest time there is.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest time there is.
    pub const MAX: Self = Self(i64::MAX);

    /// The time by the clock of arrival time: tokio's monotonic clock, anchored once to the wall clock. It goes on evenly
    /// when the wall clock is set, and stands still where tests pause tokio's.
    ///
    /// ```
    /// use metrix_core::Timestamp;
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let before = Timestamp::now();
    /// tokio::time::sleep(Duration::from_secs(3)).await;
    /// assert_eq!(Timestamp::now() - before, Duration::from_secs(3));
    /// # }
    /// ```
    pub fn now() -> Self {
        clock::now()
    }

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
        Self(secs.saturating_mul(NANOS))
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

/// The same time, or the nearest that the platform has: some have none before 1970, and some count in 100 nanoseconds.
impl From<Timestamp> for SystemTime {
    fn from(time: Timestamp) -> Self {
        let distance = Duration::from_nanos(time.0.unsigned_abs());
        let moved = if time.0 < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
        moved.unwrap_or(UNIX_EPOCH)
    }
}

/// In UTC as RFC 3339 has it: `2015-05-17T10:05:03Z`, or `2015-05-17T10:05:03.25Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (secs, mut fraction) = (self.0.div_euclid(NANOS), self.0.rem_euclid(NANOS));
        let ((year, month, day), time) = (civil(secs.div_euclid(86_400)), secs.rem_euclid(86_400));
        let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if fraction > 0 {
            let mut digits = 9;
            while fraction % 10 == 0 {
                (fraction, digits) = (fraction / 10, digits - 1);
            }
            write!(f, ".{fraction:0digits$}")?;
        }
        f.write_str("Z")
    }
}

/// Year, month and day of the Gregorian calendar, this many days after 1 January 1970: `civil_from_days` of Howard
/// Hinnant, *chrono-Compatible Low-Level Date Algorithms* (<https://howardhinnant.github.io/date_algorithms.html>).
fn civil(days: i64) -> (i64, i64, i64) {
    // The years begin in March, so that the leap day is the last one of its year; an era of 400 years has 146097 days.
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let months_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * months_from_march + 2) / 5 + 1;
    let month = if months_from_march < 10 { months_from_march + 3 } else { months_from_march - 9 };
    let year = 400 * era + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let nanos = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:09}s", nanos / 1_000_000_000, nanos % 1_000_000_000)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;

    #[test]
    fn lengths_beyond_an_interval_are_added_in_full() {
        let all = Timestamp::MAX - Timestamp::MIN;
        assert_eq!(Timestamp::MIN + all, Timestamp::MAX);
        assert_eq!(Timestamp::MAX.saturating_sub(all), Timestamp::MIN);
        assert_eq!(Timestamp::EPOCH.saturating_sub(Duration::MAX), Timestamp::MIN);
    }

    #[test]
    fn displays_as_rfc_3339() {
        for (nanos, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59.999999999Z"),
            (-NANOS / 4, "1969-12-31T23:59:59.75Z"),
            (1_431_857_103 * NANOS, "2015-05-17T10:05:03Z"),
            (1_431_857_103 * NANOS + 250_000_000, "2015-05-17T10:05:03.25Z"),
            (1_431_857_103 * NANOS + 1_000, "2015-05-17T10:05:03.000001Z"),
            (951_782_400 * NANOS, "2000-02-29T00:00:00Z"),
            (1_709_251_199 * NANOS, "2024-02-29T23:59:59Z"),
            (1_709_251_200 * NANOS, "2024-03-01T00:00:00Z"),
            (4_107_542_400 * NANOS, "2100-03-01T00:00:00Z"),
            (4_107_542_399 * NANOS, "2100-02-28T23:59:59Z"),
            (i64::MIN, "1677-09-21T00:12:43.145224192Z"),
            (i64::MAX, "2262-04-11T23:47:16.854775807Z"),
        ] {
            assert_eq!(Timestamp(nanos).to_string(), expected);
        }
    }

    /// The time that is displayed, by counting the days of all years and months before.
    fn parse(text: &str) -> i128 {
        let number = |from: usize, to: usize| text[from..to].parse::<i64>().unwrap();
        let marks = [4, 7, 10, 13, 16].map(|at| &text[at..=at]);
        assert_eq!((marks, &text[text.len() - 1..]), (["-", "-", "T", ":", ":"], "Z"), "{text}");
        let (year, month) = (number(0, 4), number(5, 7) as usize);
        let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let lengths = [31, 28 + i64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let length = |year| 365 + i64::from(is_leap(year));
        let years: i64 = (1970..year).map(length).sum::<i64>() - (year..1970).map(length).sum::<i64>();
        assert!((1..=lengths[month - 1]).contains(&number(8, 10)), "{text}");
        let days = years + lengths[..month - 1].iter().sum::<i64>() + number(8, 10) - 1;
        let secs = ((days * 24 + number(11, 13)) * 60 + number(14, 16)) * 60 + number(17, 19);
        let fraction = text[19..].trim_end_matches('Z');
        assert!(fraction.is_empty() || fraction.starts_with('.') && !fraction.ends_with(['.', '0']), "{text}");
        let nanos: i128 = format!("{:0<9}", fraction.trim_start_matches('.')).parse().unwrap();
        i128::from(secs) * i128::from(NANOS) + nanos
    }

    proptest! {
        #[test]
        fn what_is_displayed_is_the_time(nanos in any::<i64>(), rounded_to in 0..19_u32) {
            // A coarser time displays fewer digits.
            let nanos = nanos / 10_i64.pow(rounded_to) * 10_i64.pow(rounded_to);
            prop_assert_eq!(parse(&Timestamp(nanos).to_string()), i128::from(nanos));
        }

        #[test]
        fn the_system_time_is_the_same(nanos in any::<i64>()) {
            // Windows counts in 100 nanoseconds.
            let time = Timestamp(nanos / 100 * 100);
            prop_assert_eq!(Timestamp::from(SystemTime::from(time)), time);
        }
    }

    #[test]
    fn the_ends_have_a_system_time() {
        for time in [Timestamp::EPOCH, Timestamp::MIN, Timestamp::MAX] {
            // Windows counts in 100 nanoseconds.
            let back = Timestamp::from(SystemTime::from(time));
            assert!(back.0.abs_diff(time.0) < 100, "{back} is not {time}");
        }
    }
}
