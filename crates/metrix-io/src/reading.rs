//! [`Reading`]: a measurement as a source has read it.

use std::borrow::Cow;
use std::num::NonZeroU32;

use metrix::{Tags, Timestamp};
use smallvec::SmallVec;

use crate::Kind;

/// A measurement as a source has read it: texts are borrowed from the source's buffer wherever they stand there as they
/// are.
///
/// Memory: up to eight tags are held in place, more of them in an allocation.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading<'a> {
    /// Of what.
    pub name: Cow<'a, str>,
    /// How much; finite.
    pub value: f64,
    /// Names and values, in the order in which they were read; of equal names the last holds.
    pub tags: SmallVec<[(Cow<'a, str>, Cow<'a, str>); 8]>,
    /// When, if the source says so.
    pub at: Option<Timestamp>,
    /// How many measurements it stands for: 1, or more if whoever sent it sends only some of them. At least 1 and finite;
    /// need not be whole.
    pub weight: f64,
    /// What its values are, if the source says so.
    pub kind: Option<Kind>,
}

impl<'a> Reading<'a> {
    /// A reading without tags, time or kind, of weight 1.
    pub fn new(name: impl Into<Cow<'a, str>>, value: f64) -> Self {
        Self { name: name.into(), value, tags: SmallVec::new(), at: None, weight: 1.0, kind: None }
    }

    /// How many equal values it stands for, as a [sender](metrix::MSender::weighted) takes it: the weight, rounded to a whole
    /// number from 1 to 2^32 - 1.
    ///
    /// ```
    /// use metrix_io::Reading;
    ///
    /// let mut sampled = Reading::new("latency", 12.5);
    /// assert_eq!(sampled.copies().get(), 1);
    /// sampled.weight = 1.0 / 0.3;
    /// assert_eq!(sampled.copies().get(), 3);
    /// sampled.weight = 1e300;
    /// assert_eq!(sampled.copies().get(), u32::MAX);
    /// ```
    #[inline]
    pub fn copies(&self) -> NonZeroU32 {
        copies(self.weight)
    }

    /// The same with texts of its own, so that it can be kept.
    ///
    /// ```
    /// use metrix_io::Reading;
    ///
    /// let kept = {
    ///     let line = String::from("requests");
    ///     Reading::new(&*line, 3.0).into_owned()
    /// };
    /// assert_eq!(kept.name, "requests");
    /// ```
    pub fn into_owned(self) -> Reading<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let tags = self.tags.into_iter().map(|(name, value)| (own(name), own(value))).collect();
        Reading { name: own(self.name), value: self.value, tags, at: self.at, weight: self.weight, kind: self.kind }
    }

    /// Its tags as a set that can be kept.
    pub fn to_tags(&self) -> Tags {
        self.tags.iter().map(|(name, value)| (&**name, &**value)).collect()
    }
}

/// How many equal values a weight stands for.
#[inline]
pub(crate) fn copies(weight: f64) -> NonZeroU32 {
    // A float that is out of range becomes the nearest number in range.
    if weight == 1.0 { NonZeroU32::MIN } else { NonZeroU32::new(weight.round() as u32).unwrap_or(NonZeroU32::MIN) }
}
