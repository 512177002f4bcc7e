//! [`TimeFormat`]: how a time is written.

mod error;

use std::fmt::{self, Write};

use chrono::format::{Fixed, Item, Parsed, StrftimeItems, parse};
use chrono::{DateTime, FixedOffset, TimeZone, Utc};
use metrix::Timestamp;

use super::excerpt::excerpt;
use super::unix_time;

pub use self::error::{FormatError, TimeError};

/// How a time is written.
///
/// It is made of `rfc3339`, `unix` (seconds since 1970, with a fraction or without), `unix_ms` (milliseconds), or a
/// pattern as of `strptime`, such as `%d/%b/%Y:%H:%M:%S %z`; [chrono's list](chrono::format::strftime) has all of its parts. Months and days
/// of the week have their English names. A time without an offset is taken as UTC.
///
/// ```
/// use metrix::Timestamp;
/// use metrix_io::sources::TimeFormat;
///
/// let apache = TimeFormat::new("%d/%b/%Y:%H:%M:%S %z")?;
/// assert_eq!(apache.parse("17/May/2015:12:05:03 +0200")?, Timestamp::from_secs(1_431_857_103));
/// assert_eq!(TimeFormat::Rfc3339.parse("2015-05-17T10:05:03Z")?, Timestamp::from_secs(1_431_857_103));
/// assert_eq!(TimeFormat::Unix.parse("1431857103.25")?, Timestamp::from_millis(1_431_857_103_250));
///
/// let error = TimeFormat::new("%H:%M").unwrap_err();
/// assert!(error.to_string().starts_with("the time format `%H:%M` leaves open which time it is"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TimeFormat {
    /// `2015-05-17T10:05:03.25Z`, or with an offset such as `+02:00`.
    Rfc3339,
    /// Seconds since the beginning of 1970 in UTC: `1431857103.25`.
    Unix,
    /// Milliseconds since the beginning of 1970 in UTC.
    UnixMs,
    /// Anything else.
    Strptime(Strptime),
}

/// A pattern for times, made by [`TimeFormat::new`].
#[derive(Clone, Debug, PartialEq)]
pub struct Strptime {
    pattern: String,
    items: Vec<Item<'static>>,
}

impl TimeFormat {
    /// The format of this name or pattern.
    ///
    /// # Errors
    /// If it has a part that isn't known (the error says where), names zones (`%Z`), which don't say how far from UTC they
    /// are, or doesn't make up a whole time with its date and year.
    pub fn new(format: &str) -> Result<Self, FormatError> {
        match format {
            "rfc3339" => Ok(Self::Rfc3339),
            "unix" => Ok(Self::Unix),
            "unix_ms" => Ok(Self::UnixMs),
            _ => Strptime::new(format).map(Self::Strptime),
        }
    }

    /// The time that a text stands for. Digits beyond the nanosecond are cut off.
    ///
    /// # Errors
    /// If the text is not of the format, or the time not between the years 1677 and 2262.
    pub fn parse(&self, text: &str) -> Result<Timestamp, TimeError> {
        let time = match self {
            Self::Rfc3339 => DateTime::parse_from_rfc3339(text).ok().and_then(|time| time.timestamp_nanos_opt()),
            Self::Unix => unix_time::nanos(text, unix_time::SECOND),
            Self::UnixMs => unix_time::nanos(text, unix_time::MILLISECOND),
            Self::Strptime(strptime) => strptime.read(text).and_then(|time| time.timestamp_nanos_opt()),
        };
        time.map(Timestamp::from_nanos).ok_or_else(|| TimeError { text: excerpt(text), format: self.to_string() })
    }
}

/// As [`new`](TimeFormat::new) takes it.
impl fmt::Display for TimeFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rfc3339 => "rfc3339",
            Self::Unix => "unix",
            Self::UnixMs => "unix_ms",
            Self::Strptime(strptime) => &strptime.pattern,
        })
    }
}

impl Strptime {
    fn new(pattern: &str) -> Result<Self, FormatError> {
        let Ok(items) = StrftimeItems::new(pattern).parse_to_owned() else {
            let at = first_wrong(pattern);
            let part = pattern[at..].chars().take(2).collect();
            return Err(FormatError::Unknown { format: pattern.to_owned(), at, part });
        };
        if items.contains(&Item::Fixed(Fixed::TimezoneName)) {
            return Err(FormatError::Zone { format: pattern.to_owned() });
        }
        let strptime = Self { pattern: pattern.to_owned(), items };
        // Neither a leap day nor a time at which some of its numbers are the same, so that what it reads of it is the whole.
        let time = Utc.timestamp_nanos(1_431_857_103_000_000_000);
        let mut text = String::new();
        if write!(text, "{}", time.format_with_items(strptime.items.iter())).is_err() {
            // What can be read only, and not be written, such as `%#z`.
            let at = strptime.pattern.find("%#").unwrap_or(0);
            let part = strptime.pattern[at..].chars().take(3).collect();
            return Err(FormatError::Unknown { format: strptime.pattern, at, part });
        }
        if strptime.read(&text).is_none() {
            return Err(FormatError::Incomplete { format: strptime.pattern });
        }
        Ok(strptime)
    }

    fn read(&self, text: &str) -> Option<DateTime<FixedOffset>> {
        let mut parsed = Parsed::new();
        parse(&mut parsed, text, self.items.iter()).ok()?;
        if parsed.offset().is_none() {
            parsed.set_offset(0).ok()?;
        }
        parsed.to_datetime().ok()
    }
}

/// Where the first part that isn't known begins: everything before it is a pattern without fault.
fn first_wrong(pattern: &str) -> usize {
    let starts = pattern.match_indices('%').map(|(at, _)| at);
    starts.filter(|&at| StrftimeItems::new(&pattern[..at]).parse().is_ok()).max().unwrap_or(0)
}

#[cfg(test)]
mod tests;
