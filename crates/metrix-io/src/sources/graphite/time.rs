//! [`read`]: the time of a line.

use metrix::Timestamp;

use super::fault;
use crate::LineError;
use crate::sources::excerpt::excerpt;

/// The first second that there is no [`Timestamp`] of any more.
const END: f64 = (Timestamp::MAX.as_nanos() / 1_000_000_000) as f64;

/// The time that is written, or `None` for now.
pub(super) fn read(line: &str, text: &str) -> Result<Option<Timestamp>, LineError> {
    match text.parse::<f64>() {
        Ok(-1.0) => Ok(None),
        // No float of this size tells more than microseconds.
        Ok(seconds) if (0.0..END).contains(&seconds) => {
            let micros = (seconds.fract() * 1e6).round() as i64;
            Ok(Some(Timestamp::from_nanos((seconds.trunc() as i64 * 1_000_000 + micros) * 1000)))
        }
        _ => {
            let what = format!("{:?} is no time: write seconds since 1970, as in 1431857103, or -1", excerpt(text));
            Err(fault(line, text, "time", what))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds() {
        for (text, nanos) in [
            ("0", 0),
            ("1431857103", 1_431_857_103_000_000_000),
            ("1431857103.25", 1_431_857_103_250_000_000),
            ("1431857103.123456", 1_431_857_103_123_456_000),
            ("1431857103.9999999", 1_431_857_104_000_000_000),
            ("1.431857103e9", 1_431_857_103_000_000_000),
            ("9223372035", 9_223_372_035_000_000_000),
        ] {
            assert_eq!(read(text, text).unwrap(), Some(Timestamp::from_nanos(nanos)), "{text}");
        }
        assert_eq!(read("-1", "-1").unwrap(), None);
        for text in ["-2", "-0.5", "9223372036", "nan", "inf", "N", "1s", "2015-05-17"] {
            assert_eq!(read(text, text).unwrap_err().kind, "time", "{text}");
        }
    }
}
