//! [`Tags`]: what a value is of, as names and values.

mod given;
mod hash;
mod maker;
mod maps;
mod names;
mod set;
mod static_tags;
mod tag_set;
mod text;

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::hint::black_box;
use std::sync::Arc;

pub(crate) use names::Names;
use set::Set;
pub use static_tags::StaticTags;
pub use tag_set::TagSet;

/// A set of tags: names and their values, sorted by name, each name once.
///
/// Two sets are equal if they hold the same names with the same values, however they were made; any text is a legal name
/// or value, the empty one too. A clone copies no text, and the hash was worked out when the set was made.
///
/// Where a name is given twice, the last value wins.
///
/// ```
/// use metrix::{Tags, tags};
///
/// let article = tags! { "section" => "politics", "words" => 800 };
/// assert_eq!(article, Tags::from([("words", "800"), ("section", "politics")]));
/// assert_eq!(article.to_string(), "section=politics,words=800");
/// assert_eq!(Tags::from([("a", "1"), ("a", "2")]), tags! { "a" => 2 });
/// ```
///
/// Memory: one pointer a clone; a set itself its text and 72 bytes; where there are more than 8 tags, or one of the texts has more
/// than 255 bytes, 16 more a tag.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Tags(Option<Arc<Set>>);

impl Tags {
    /// The empty set, which stands for "no tags given".
    pub const NONE: Self = Self(None);

    /// Makes a set of pairs in any order.
    fn of(pairs: &[(&str, &str)]) -> Self {
        Self(Set::new(pairs).map(Arc::new))
    }

    /// The sum of the hashes of the pairs, 0 for the empty set: what [`TagSet::hash_over`] finds without a set.
    #[inline]
    pub(crate) fn sum(&self) -> u64 {
        self.0.as_ref().map_or(0, |set| set.hash())
    }

    /// Whether both are one set in memory; never where there are no tags.
    #[inline]
    pub(crate) fn is_the_same(&self, other: &Self) -> bool {
        self.0.as_ref().zip(other.0.as_ref()).is_some_and(|(one, other)| Arc::ptr_eq(one, other))
    }

    /// Has the processor fetch what a clone or a drop of each of these goes to: all at the same time.
    #[inline]
    pub(crate) fn fetch(some: &[Self]) {
        black_box(some.iter().map(|tags| tags.0.as_ref().map_or(0, Arc::strong_count)).sum::<usize>());
    }

    /// The value of a tag.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.as_ref()?.get(name)
    }

    /// The names and values, in the order of the names.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        (0..self.len()).map(|rank| self.0.as_ref().map_or_else(Default::default, |set| set.by_name(rank)))
    }

    /// The names and values, in the order in which they were given, as far as that is known.
    fn given(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        (0..self.len()).map(|place| self.0.as_ref().map_or_else(Default::default, |set| set.given(place)))
    }

    /// How many tags there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |set| set.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// These tags, and those of `defaults` whose names are not among them. Where either is empty, it is a clone of the
    /// other.
    ///
    /// ```
    /// use metrix::tags;
    ///
    /// let defaults = tags! { "host" => "a", "section" => "NA" };
    /// let given = tags! { "section" => "politics" };
    /// assert_eq!(given.or(&defaults), tags! { "host" => "a", "section" => "politics" });
    /// ```
    pub fn or(&self, defaults: &Self) -> Self {
        match (&self.0, &defaults.0) {
            (None, _) => defaults.clone(),
            (_, None) => self.clone(),
            _ => Self::of(&defaults.given().chain(self.given()).collect::<Vec<_>>()),
        }
    }

    /// Remembers what they were made of, if nobody else has them.
    fn made_by(mut self, maker: maker::Maker) -> Self {
        if let Some(set) = self.0.as_mut().and_then(Arc::get_mut) {
            set.made_by(maker);
        }
        self
    }

    /// These tags and one more, which replaces that of the same name.
    ///
    /// ```
    /// use metrix::tags;
    ///
    /// let article = tags! { "section" => "politics" };
    /// assert_eq!(article.with("words", "800").len(), 2);
    /// assert_eq!(article.with("section", "sports"), tags! { "section" => "sports" });
    /// ```
    pub fn with(&self, name: &str, value: &str) -> Self {
        Self::of(&self.given().chain([(name, value)]).collect::<Vec<_>>())
    }

    /// These tags but for those of the given names, for instance one that makes too many series. Names that are not
    /// among them change nothing.
    ///
    /// ```
    /// use metrix::tags;
    ///
    /// let request = tags! { "page" => "/", "user" => 4711 };
    /// assert_eq!(request.without(["user", "session"]), tags! { "page" => "/" });
    /// ```
    pub fn without<N: AsRef<str>>(&self, names: impl IntoIterator<Item = N>) -> Self {
        let names: Vec<N> = names.into_iter().collect();
        self.filter(|name| names.iter().all(|other| other.as_ref() != name))
    }

    /// Of these tags those of the given names, for instance the few that a sink has room for. Names that are not among
    /// them change nothing.
    ///
    /// ```
    /// use metrix::{Tags, tags};
    ///
    /// let request = tags! { "page" => "/", "user" => 4711 };
    /// assert_eq!(request.only(["page", "shop"]), tags! { "page" => "/" });
    /// assert_eq!(request.only(["shop"]), Tags::NONE);
    /// ```
    pub fn only<N: AsRef<str>>(&self, names: impl IntoIterator<Item = N>) -> Self {
        let names: Vec<N> = names.into_iter().collect();
        self.filter(|name| names.iter().any(|other| other.as_ref() == name))
    }

    /// A clone where all of them stay.
    fn filter(&self, stays: impl Fn(&str) -> bool) -> Self {
        if self.iter().all(|(name, _)| stays(name)) {
            return self.clone();
        }
        Self::of(&self.given().filter(|(name, _)| stays(name)).collect::<Vec<_>>())
    }

    /// The length of all names and values together, in bytes of UTF-8: what a limit on their size looks at.
    ///
    /// ```
    /// use metrix::{Tags, tags};
    ///
    /// assert_eq!(tags! { "page" => "/é" }.text_len(), 7);
    /// assert_eq!(Tags::NONE.text_len(), 0);
    /// ```
    pub fn text_len(&self) -> usize {
        self.0.as_ref().map_or(0, |set| set.text_len())
    }
}

impl PartialOrd for Tags {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Decided by the first pair that differs, and there by the name before the value, as `BTreeMap` has it.
impl Ord for Tags {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl Hash for Tags {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.sum());
    }
}

impl<N: Into<Box<str>>, V: Into<Box<str>>> FromIterator<(N, V)> for Tags {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let pairs: Vec<(Box<str>, Box<str>)> =
            pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self::of(&pairs.iter().map(|(name, value)| (&**name, &**value)).collect::<Vec<_>>())
    }
}

impl<N: Into<Box<str>>, V: Into<Box<str>>, const LEN: usize> From<[(N, V); LEN]> for Tags {
    fn from(pairs: [(N, V); LEN]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<N: Into<Box<str>>, V: Into<Box<str>>> From<Vec<(N, V)>> for Tags {
    fn from(pairs: Vec<(N, V)>) -> Self {
        pairs.into_iter().collect()
    }
}

impl<N: Into<Box<str>>, V: Into<Box<str>>> From<BTreeMap<N, V>> for Tags {
    fn from(pairs: BTreeMap<N, V>) -> Self {
        pairs.into_iter().collect()
    }
}

impl<N: Into<Box<str>>, V: Into<Box<str>>, S> From<HashMap<N, V, S>> for Tags {
    fn from(pairs: HashMap<N, V, S>) -> Self {
        pairs.into_iter().collect()
    }
}

/// `None` stands for no tags.
impl<T: Into<Tags>> From<Option<T>> for Tags {
    fn from(tags: Option<T>) -> Self {
        tags.map_or(Self::NONE, Into::into)
    }
}

impl From<&Tags> for Tags {
    fn from(tags: &Tags) -> Self {
        tags.clone()
    }
}

/// `name=value,name=value`, in the order of the names; nothing is escaped.
impl fmt::Display for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (name, value)) in self.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(f, "{comma}{name}={value}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Makes [`Tags`] of `name => value` pairs; a name is any text, a value anything that can be displayed.
///
/// ```
/// use metrix::{Tags, tags};
///
/// let status = 200;
/// assert_eq!(tags! { "method" => "GET", "status" => status }.get("status"), Some("200"));
/// assert_eq!(tags! {}, Tags::NONE);
/// ```
#[macro_export]
macro_rules! tags {
    () => { $crate::Tags::NONE };
    ($($name:expr => $value:expr),+ $(,)?) => {
        $crate::Tags::from([$((::std::boxed::Box::<str>::from($name), ::std::string::ToString::to_string(&$value))),+])
    };
}
