//! [`Precision`]: the unit of times.

/// The unit of the times in lines. Of several points of a series with one time a server keeps the last, so that a coarse unit
/// loses what comes more often.
///
/// ```
/// use metrix_io::sinks::influx::Precision;
///
/// assert_eq!(Precision::default(), Precision::Nanoseconds);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// A thousand millionth of a second, as servers have it.
    #[default]
    Nanoseconds,
    /// A millionth of a second.
    Microseconds,
    /// A thousandth of a second.
    Milliseconds,
    /// A second.
    Seconds,
}

impl Precision {
    /// How many nanoseconds it has.
    pub(crate) fn nanos(self) -> i64 {
        match self {
            Self::Nanoseconds => 1,
            Self::Microseconds => 1_000,
            Self::Milliseconds => 1_000_000,
            Self::Seconds => 1_000_000_000,
        }
    }

    /// A time in it, rounded down.
    pub(crate) fn of(self, nanos: i64) -> i64 {
        nanos.div_euclid(self.nanos())
    }

    /// What version 1 calls it.
    pub(crate) fn of_v1(self) -> &'static str {
        match self {
            Self::Nanoseconds => "n",
            Self::Microseconds => "u",
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
        }
    }

    /// What version 2 calls it.
    pub(crate) fn of_v2(self) -> &'static str {
        match self {
            Self::Nanoseconds => "ns",
            Self::Microseconds => "us",
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_down() {
        for (precision, expected) in [
            (Precision::Nanoseconds, [1_999_999_999, -1]),
            (Precision::Microseconds, [1_999_999, -1]),
            (Precision::Milliseconds, [1_999, -1]),
            (Precision::Seconds, [1, -1]),
        ] {
            assert_eq!([1_999_999_999, -1].map(|nanos| precision.of(nanos)), expected);
        }
    }
}
