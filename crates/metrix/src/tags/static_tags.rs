//! [`StaticTags`]: a set that is known when the program is compiled.

use std::fmt;
use std::sync::OnceLock;

use super::{TagSet, Tags, tag_set::sealed::Sealed};

/// A set of tags that is known when the program is compiled, mostly made by [`static_tags!`](crate::static_tags).
///
/// Its [`Tags`] are made once, when they are first asked for: from then on it is given with a value at the cost of a pointer.
///
/// ```
/// use metrix::{StaticTags, TagSet, tags};
///
/// static POLITICS: StaticTags = StaticTags::new(&[("section", "politics"), ("lang", "en")]);
/// assert_eq!(POLITICS.to_tags(), tags! { "section" => "politics", "lang" => "en" });
/// ```
pub struct StaticTags {
    pairs: &'static [(&'static str, &'static str)],
    tags: OnceLock<Tags>,
}

impl StaticTags {
    /// Of pairs in any order. Where a name is given twice, the last value wins.
    ///
    /// ```
    /// use metrix::StaticTags;
    ///
    /// static SECTION: StaticTags = StaticTags::new(&[("section", "NA"), ("section", "politics")]);
    /// assert_eq!(SECTION.tags().to_string(), "section=politics");
    /// ```
    pub const fn new(pairs: &'static [(&'static str, &'static str)]) -> Self {
        Self { pairs, tags: OnceLock::new() }
    }

    /// The set, which is made at the first call.
    ///
    /// ```
    /// assert_eq!(metrix::static_tags! { "lang" => "en" }.tags().get("lang"), Some("en"));
    /// ```
    #[inline]
    pub fn tags(&self) -> &Tags {
        self.tags.get_or_init(|| self.pairs.to_tags())
    }
}

impl Sealed for StaticTags {}

impl TagSet for StaticTags {
    #[inline]
    fn to_tags(&self) -> Tags {
        self.tags().clone()
    }

    #[inline]
    fn text_len(&self) -> usize {
        self.tags().text_len()
    }

    #[inline]
    fn hash_over(&self, defaults: &Tags) -> u64 {
        self.tags().hash_over(defaults)
    }

    #[inline]
    fn is_over(&self, defaults: &Tags, tags: &Tags) -> bool {
        self.tags().is_over(defaults, tags)
    }
}

impl From<&StaticTags> for Tags {
    fn from(tags: &StaticTags) -> Self {
        tags.to_tags()
    }
}

impl fmt::Debug for StaticTags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tags().fmt(f)
    }
}

/// Makes a `&'static` [`StaticTags`] of `name => value` pairs of literals or constants: what a value is of where the code
/// alone says so. Each place where it stands has a set of its own, which is made once. Values are texts, `"200"` and not `200`. Where a
/// sender can be kept, one that is [bound](crate::MSender::with) is cheaper.
///
/// ```
/// use metrix::{MStream, size, static_tags};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use futures::StreamExt;
/// let (articles, mut stream) = MStream::builder("articles").batch(size(2)).agg("count").build()?;
/// for _ in 0..2 {
///     articles.send_with(1.0, static_tags! { "section" => "politics", "lang" => "en" });
/// }
/// let count = futures::executor::block_on(stream.next()).ok_or("nothing came")?;
/// assert_eq!(count.to_string(), "articles.count lang=en,section=politics 2");
/// # Ok(())
/// # }
/// ```
#[macro_export]
macro_rules! static_tags {
    ($($name:expr => $value:expr),* $(,)?) => {{
        static TAGS: $crate::StaticTags = $crate::StaticTags::new(&[$(($name, $value)),*]);
        &TAGS
    }};
}
