//! [`Sample`]: a measurement whose series is known by a key.

use std::num::NonZeroU32;

use metrix::Timestamp;

use crate::reading::copies;

/// A measurement whose series is told by a key in place of a name and tags, as [`ParseLine::samples`](crate::ParseLine::samples)
/// gives it.
///
/// ```
/// use metrix_io::{ParseLine, sources::statsd::StatsD};
///
/// let mut statsd = StatsD::new();
/// let mut keys = Vec::new();
/// for line in [&b"requests:3|c|#page:/"[..], b"requests:12.5|c|#page:/", b"requests:12.5|c|#page:/new"] {
///     assert!(statsd.samples(line, &mut |sample| keys.push((sample.key.concat(), sample.value))));
/// }
/// assert_eq!(keys[0].0, keys[1].0);
/// assert_ne!(keys[0].0, keys[2].0);
/// assert_eq!(keys.iter().map(|key| key.1).collect::<Vec<_>>(), [3.0, 12.5, 12.5]);
/// assert!(!statsd.samples(b"requests:many|c|#page:/", &mut |_| unreachable!()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Sample<'a> {
    /// Parts of the line. Where they are the same, one by one, for measurements of two lines that
    /// [`parse`](crate::ParseLine::parse) without a fault, name, tags and kind of their readings are; but one series may have several
    /// keys. A line all of whose keys are those of lines without a fault is without a fault too.
    pub key: &'a [&'a [u8]],
    /// How much; finite.
    pub value: f64,
    /// When, if the line says so.
    pub at: Option<Timestamp>,
    /// How many measurements it stands for, as of a [reading](crate::Reading::weight).
    pub weight: f64,
}

impl Sample<'_> {
    /// How many equal values it stands for, as of a [reading](crate::Reading::copies).
    ///
    /// ```
    /// use metrix_io::{ParseLine, sources::statsd::StatsD};
    ///
    /// let mut copies = None;
    /// StatsD::new().samples(b"latency:7|ms|@0.3", &mut |sample| copies = Some(sample.copies().get()));
    /// assert_eq!(copies, Some(3));
    /// ```
    #[inline]
    pub fn copies(&self) -> NonZeroU32 {
        copies(self.weight)
    }
}

/// The only measurement of a line, with a key of some parts of it.
#[cfg(any(feature = "graphite", feature = "jsonl", feature = "statsd"))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Plain<'a, const PARTS: usize> {
    pub(crate) key: [&'a [u8]; PARTS],
    pub(crate) value: f64,
    pub(crate) at: Option<Timestamp>,
    pub(crate) weight: f64,
}

#[cfg(any(feature = "graphite", feature = "jsonl", feature = "statsd"))]
impl<const PARTS: usize> Plain<'_, PARTS> {
    /// It, as a sample.
    #[inline]
    pub(crate) fn sample(&self) -> Sample<'_> {
        let Self { key, value, at, weight } = self;
        Sample { key, value: *value, at: *at, weight: *weight }
    }
}
