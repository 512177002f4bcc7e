//! [`TagSet`]: tags that are given with one value.

use super::{Tags, given};

pub(super) mod sealed {
    #[expect(unnameable_types, reason = "who can't name it can't implement what needs it")]
    pub trait Sealed {}
}
use sealed::Sealed;

/// Tags that are given with one value, and that need not be owned: [`Tags`], [`StaticTags`](crate::StaticTags), an array, a slice,
/// a `Vec` or a map of pairs of texts, a reference to one of these, or an `Option` of one, where `None` stands for no tags.
///
/// Where a name is given twice, the last value wins. No other crate can implement it.
///
/// ```
/// use metrix::{MStream, TagSet, size, tags};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (requests, stream) = MStream::builder("requests").batch(size(100)).agg("count").build()?;
/// let (host, page) = (String::from("a"), "/");
/// requests.send_with(1.0, [("host", host.as_str()), ("page", page)]);
/// requests.send_with(1.0, Some([("page", page)]));
/// requests.send_with(1.0, tags! { "host" => host, "page" => page });
/// # drop(stream);
/// # Ok(())
/// # }
/// ```
pub trait TagSet: Sealed {
    /// The set as one that can be kept.
    ///
    /// ```
    /// use metrix::{TagSet, tags};
    ///
    /// let given = [("page", String::from("/"))];
    /// assert_eq!(given.to_tags(), tags! { "page" => "/" });
    /// ```
    fn to_tags(&self) -> Tags;

    /// The set as one that can be kept, at no cost where it is one already.
    ///
    /// ```
    /// use metrix::{TagSet, Tags, tags};
    ///
    /// assert_eq!([("page", "/"), ("page", "/a")].into_tags(), tags! { "page" => "/a" });
    /// assert_eq!(None::<Tags>.into_tags(), Tags::NONE);
    /// ```
    fn into_tags(self) -> Tags
    where
        Self: Sized,
    {
        self.to_tags()
    }

    /// `self.into_tags().or(defaults)`.
    #[doc(hidden)]
    fn over(self, defaults: &Tags) -> Tags
    where
        Self: Sized,
    {
        self.into_tags().or(defaults)
    }

    /// The length of all names and values together, in bytes of UTF-8; of a name that is given twice
    /// both are counted.
    ///
    /// ```
    /// use metrix::TagSet;
    ///
    /// assert_eq!([("page", "/é"), ("a", "")].text_len(), 8);
    /// ```
    fn text_len(&self) -> usize;

    /// The hash of `self.into_tags().or(defaults)`, if no name is given twice. Equal sets have equal hashes in one process, and
    /// other ones in the next.
    #[doc(hidden)]
    fn hash_over(&self, defaults: &Tags) -> u64;

    /// Whether `tags` are `self.into_tags().or(defaults)`. Where a name is given twice, it may be `false` even so.
    #[doc(hidden)]
    fn is_over(&self, defaults: &Tags, tags: &Tags) -> bool;
}

impl Sealed for Tags {}

impl TagSet for Tags {
    #[inline]
    fn to_tags(&self) -> Tags {
        self.clone()
    }

    #[inline]
    fn into_tags(self) -> Tags {
        self
    }

    #[inline]
    fn text_len(&self) -> usize {
        self.text_len()
    }

    #[inline]
    fn hash_over(&self, defaults: &Tags) -> u64 {
        if defaults.is_empty() { self.sum() } else { given::hash_over(self.given(), defaults) }
    }

    #[inline]
    fn is_over(&self, defaults: &Tags, tags: &Tags) -> bool {
        if defaults.is_empty() { self == tags } else { given::is_over(self.given(), defaults, tags) }
    }
}

impl<T: TagSet + ?Sized> Sealed for &T {}

impl<T: TagSet + ?Sized> TagSet for &T {
    #[inline]
    fn to_tags(&self) -> Tags {
        (**self).to_tags()
    }

    #[inline]
    fn text_len(&self) -> usize {
        (**self).text_len()
    }

    #[inline]
    fn hash_over(&self, defaults: &Tags) -> u64 {
        (**self).hash_over(defaults)
    }

    #[inline]
    fn is_over(&self, defaults: &Tags, tags: &Tags) -> bool {
        (**self).is_over(defaults, tags)
    }
}

impl<T: TagSet> Sealed for Option<T> {}

impl<T: TagSet> TagSet for Option<T> {
    #[inline]
    fn to_tags(&self) -> Tags {
        self.as_ref().map_or(Tags::NONE, T::to_tags)
    }

    #[inline]
    fn into_tags(self) -> Tags {
        self.map_or(Tags::NONE, T::into_tags)
    }

    #[inline]
    fn text_len(&self) -> usize {
        self.as_ref().map_or(0, T::text_len)
    }

    #[inline]
    fn hash_over(&self, defaults: &Tags) -> u64 {
        self.as_ref().map_or_else(|| defaults.sum(), |tags| tags.hash_over(defaults))
    }

    #[inline]
    fn is_over(&self, defaults: &Tags, tags: &Tags) -> bool {
        self.as_ref().map_or_else(|| defaults == tags, |given| given.is_over(defaults, tags))
    }
}
