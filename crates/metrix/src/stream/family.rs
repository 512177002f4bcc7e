//! [`Family`]: series that have the names of their tags in common.

use std::fmt;

use metrix_core::Timestamp;

use super::{MSender, SendError, StreamStats};
use crate::TagSet;
use crate::tags::Names;

/// The series of a stream whose tags have the same names, which are declared once, with values that are given each time: see
/// [`MSender::by`].
///
/// To send by it does what [`send_with`](MSender::send_with) does with the same pairs, and is cheaper, as the names are hashed and
/// put in order once. Where the values are known early too, [`bind`](Self::bind) them: a bound sender is cheaper still.
///
/// The tags of the sender that it was made of are kept, but for those of the declared names. A clone is cheap, and any
/// thread may send. Memory: the names and their hashes; of the values nothing.
///
/// ```
/// use futures::StreamExt;
/// use metrix::{Family, MStream, size, tags};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (requests, stream) = MStream::builder("requests").batch(size(3)).agg("sum").default_tags(tags! { "lang" => "NA" }).build()?;
/// let requests: Family<2> = requests.by(["section", "lang"]);
/// requests.send(12.5, ["politics", "en"]);
/// let (section, lang) = (String::from("sports"), "de");
/// requests.send(3.0, [&section, lang]);
/// requests.try_send(0.5, ["politics", "en"])?;
///
/// // The batch is full.
/// let elements = stream.take(2).map(|element| element.to_string());
/// let elements: Vec<_> = futures::executor::block_on(elements.collect());
/// assert_eq!(elements, ["requests.sum lang=en,section=politics 13", "requests.sum lang=de,section=sports 3"]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Family<const LEN: usize> {
    names: Names<LEN>,
    /// Has no tags of these names.
    sender: MSender,
}

impl MSender {
    /// The series of the tags of these names, in any order, whose values are given with each value that is sent. They win over
    /// the tags of this sender.
    ///
    /// Where a name is given twice, the last value wins, as it does everywhere; such a family is no cheaper than pairs are.
    ///
    /// A family is cheaper than pairs with each value ([`send_with`](Self::send_with)), and a sender that is bound to all
    /// tags ([`with`](Self::with)) is cheaper than a family: take the first that you can of bound, family, pairs.
    ///
    /// ```
    /// use metrix::{MStream, size, tags};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use futures::StreamExt;
    /// let (requests, stream) = MStream::builder("requests").batch(size(2)).agg("count").build()?;
    /// let by_page = requests.with(tags! { "host" => "a", "page" => "NA" }).by(["page", "method"]);
    /// by_page.send(1.0, ["/", "GET"]);
    /// requests.by(["page", "page"]).send(1.0, ["/a", "/b"]);
    /// # drop((requests, by_page));
    ///
    /// let tags: Vec<_> = futures::executor::block_on(stream.map(|element| element.tags).collect());
    /// assert_eq!(tags, [tags! { "host" => "a", "page" => "/", "method" => "GET" }, tags! { "page" => "/b" }]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn by<N: AsRef<str>, const LEN: usize>(&self, names: [N; LEN]) -> Family<LEN> {
        let (names, tags) = Names::over(names.each_ref().map(AsRef::as_ref), &self.tags);
        Family { names, sender: Self { tags, ..self.clone() } }
    }
}

impl<const LEN: usize> Family<LEN> {
    /// The names, as they were declared.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (requests, _stream) = metrix::MStream::builder("requests").batch(metrix::size(1)).agg("count").build()?;
    /// assert!(requests.by(["section", "lang"]).names().eq(["section", "lang"]));
    /// # Ok(())
    /// # }
    /// ```
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter()
    }

    /// A sender bound to these values: for a series that is known early, or that timers and gauges are to send to.
    ///
    /// ```
    /// use metrix::tags;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use futures::StreamExt;
    /// # let (requests, mut stream) = metrix::MStream::builder("requests").batch(metrix::size(1)).agg("count").build()?;
    /// let bound = requests.by(["section", "lang"]).bind(["politics", "en"]);
    /// bound.send(12.5);
    /// let count = futures::executor::block_on(stream.next()).ok_or("nothing came")?;
    /// assert_eq!(count.tags, tags! { "section" => "politics", "lang" => "en" });
    /// # Ok(())
    /// # }
    /// ```
    pub fn bind(&self, values: [impl AsRef<str>; LEN]) -> MSender {
        MSender { tags: self.names.with(&values).over(&self.sender.tags), ..self.sender.clone() }
    }

    /// Sends a value with tags of these values, in the order of the names, as [`MSender::send_with`] does: it never waits and
    /// never fails.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (requests, _stream) = metrix::MStream::builder("requests").batch(metrix::size(10)).agg("count").build()?;
    /// let by_status = requests.by(["status"]);
    /// by_status.send(12.5, ["200"]);
    /// by_status.send(f64::NAN, ["500"]);
    /// assert_eq!((by_status.stats().accepted, by_status.stats().not_finite), (1, 1));
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn send(&self, value: f64, values: [impl AsRef<str>; LEN]) {
        let _counted = self.try_send(value, values);
    }

    /// Sends a value that was measured at a time of its own, as [`try_send_at`](Self::try_send_at) does.
    ///
    /// ```
    /// use metrix::Timestamp;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (requests, _stream) = metrix::MStream::builder("requests").batch(metrix::size(10)).agg("count").build()?;
    /// let by_status = requests.by(["status"]);
    /// by_status.send_at(12.5, ["200"], Timestamp::from_secs(7));
    /// assert_eq!(by_status.stats().accepted, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn send_at(&self, value: f64, values: [impl AsRef<str>; LEN], at: Timestamp) {
        self.sender.send_at(value, self.names.with(&values), at);
    }

    /// Sends a value with tags of these values, unless the stream refuses it.
    ///
    /// ```
    /// use metrix::SendError;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (requests, _stream) = metrix::MStream::builder("requests").batch(metrix::size(10)).agg("count").build()?;
    /// let by_status = requests.by(["status"]);
    /// by_status.try_send(12.5, ["200"])?;
    /// assert!(matches!(by_status.try_send(f64::NAN, ["200"]), Err(SendError::NotFinite { .. })));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`MSender::try_send`].
    #[inline]
    pub fn try_send(&self, value: f64, values: [impl AsRef<str>; LEN]) -> Result<(), SendError> {
        self.sender.try_send_with(value, self.names.with(&values))
    }

    /// Sends a value that was measured at a time of its own, as [`MSender::try_send_at`] does.
    ///
    /// ```
    /// use metrix::{SendError, Timestamp};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (requests, stream) = metrix::MStream::builder("requests").batch(metrix::size(10)).agg("count").build()?;
    /// let by_status = requests.by(["status"]);
    /// by_status.try_send_at(12.5, ["200"], Timestamp::from_secs(7))?;
    /// drop(stream);
    /// let sent = by_status.try_send_at(12.5, ["200"], Timestamp::from_secs(8));
    /// assert!(matches!(sent, Err(SendError::Closed { .. })));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`MSender::try_send`].
    pub fn try_send_at(&self, value: f64, values: [impl AsRef<str>; LEN], at: Timestamp) -> Result<(), SendError> {
        self.sender.try_send_at(value, self.names.with(&values), at)
    }

    /// Sends a value with tags of these values, and waits as [`MSender::send_async`] does.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (requests, _stream) = metrix::MStream::builder("requests").batch(metrix::size(10)).agg("count").build()?;
    /// let by_status = requests.by(["status"]);
    /// futures::executor::block_on(by_status.send_async(12.5, ["200"]))?;
    /// assert_eq!(by_status.stats().accepted, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`MSender::send_async`].
    ///
    /// # Cancel safety
    /// A future that is dropped before it is done has sent nothing.
    pub async fn send_async(&self, value: f64, values: [impl AsRef<str>; LEN]) -> Result<(), SendError> {
        let tags = self.names.with(&values).to_tags();
        self.sender.send_async_with(value, tags).await
    }

    /// Sends a value that was measured at a time of its own, and waits as [`MSender::send_async`] does.
    ///
    /// ```
    /// use metrix::Timestamp;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (requests, _stream) = metrix::MStream::builder("requests").batch(metrix::size(10)).agg("count").build()?;
    /// let by_status = requests.by(["status"]);
    /// futures::executor::block_on(by_status.send_async_at(12.5, ["200"], Timestamp::from_secs(7)))?;
    /// assert_eq!(by_status.stats().accepted, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`MSender::send_async`].
    ///
    /// # Cancel safety
    /// A future that is dropped before it is done has sent nothing.
    pub async fn send_async_at(
        &self,
        value: f64,
        values: [impl AsRef<str>; LEN],
        at: Timestamp,
    ) -> Result<(), SendError> {
        let tags = self.names.with(&values).to_tags();
        self.sender.send_async_at(value, tags, at).await
    }

    /// What the stream has taken, refused and given so far.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (requests, _stream) = metrix::MStream::builder("requests").batch(metrix::size(10)).agg("count").build()?;
    /// requests.send(1.0);
    /// assert_eq!(requests.by(["status"]).stats().accepted, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn stats(&self) -> StreamStats {
        self.sender.stats()
    }
}

impl<const LEN: usize> fmt::Debug for Family<LEN> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Family").field("names", &self.names).field("sender", &self.sender).finish()
    }
}
