//! [`Query`]: which elements to read.

use metrix::{Tags, Timestamp};

use crate::Glob;

/// Which elements to read from a [`Store`](super::Store): all of them at first, and fewer with each call.
///
/// ```
/// use metrix::{MElement, Sink, Timestamp, tags};
/// use metrix_io::sinks::sqlite::{Query, Sqlite, Store};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let path = std::env::temp_dir().join(format!("metrix-query-{}.db", std::process::id()));
/// let now = Timestamp::now();
/// let ago = |minutes: u64| now.saturating_sub(Duration::from_secs(60 * minutes));
/// let element = |name: &str, core, at| MElement::new(name, 1.0, tags! { "core" => core }, at);
/// let elements = [
///     element("cpu.max", 0, ago(5)),
///     element("cpu.mean", 0, ago(15)),
///     element("cpu.mean", 0, ago(10)),
///     element("cpu.mean", 0, ago(5)),
///     element("cpu.mean", 1, ago(5)),
/// ];
/// let mut sink = Sqlite::open(&path)?;
/// sink.write(&elements).await?;
/// let store = Store::open_read_only(&path)?;
/// let count = |query| store.query(&query).map(|elements| elements.len());
///
/// assert_eq!(count(Query::default())?, 5);
/// assert_eq!(count(Query::names("cpu.m??n"))?, 4);
/// let core = Query::names("cpu.*").tag("core", "0");
/// assert_eq!(count(core.clone())?, 4);
/// assert_eq!(count(core.clone().since(ago(10)))?, 3);
/// assert_eq!(count(core.clone().before(ago(10)))?, 1);
/// assert_eq!(store.query(&core.limit(2))?, elements[..2]);
/// # drop((store, sink));
/// # std::fs::remove_file(&path)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Query {
    pub(super) glob: Glob,
    pub(super) tags: Vec<(String, String)>,
    pub(super) since: Timestamp,
    /// `None` where there is no end, as no time is after the last one.
    pub(super) before: Option<Timestamp>,
    pub(super) limit: Option<usize>,
}

impl Query {
    /// Those whose names are as the pattern says: `*` stands for any characters, dots and none too, and `?` for any one;
    /// case counts, and nothing is escaped. The elements of a stream `cpu.usage` are found by `cpu.usage.*`, its means by
    /// `cpu.usage.mean`.
    pub fn names(pattern: impl Into<String>) -> Self {
        let glob = Glob::new(pattern);
        Self { glob, tags: Vec::new(), since: Timestamp::MIN, before: None, limit: None }
    }

    /// Those that have a tag of this name and value, and may have others. Called again, those that have all of them.
    #[must_use]
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.push((name.into(), value.into()));
        self
    }

    /// Those at this time or after it. An element's time is the end of its window.
    #[must_use]
    pub fn since(self, since: Timestamp) -> Self {
        Self { since, ..self }
    }

    /// Those before this time.
    #[must_use]
    pub fn before(self, before: Timestamp) -> Self {
        Self { before: Some(before), ..self }
    }

    /// At most so many: the first ones, by the order in which they are read.
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Self { limit: Some(limit), ..self }
    }

    pub(super) fn matches(&self, name: &str, tags: &Tags) -> bool {
        self.glob.matches(name) && self.tags.iter().all(|(name, value)| tags.get(name) == Some(value))
    }

    /// The first and the last nanosecond that count; the last before the first where none does.
    pub(super) fn range(&self) -> (i64, i64) {
        let first = self.since.as_nanos();
        match self.before.map(Timestamp::as_nanos) {
            None => (first, i64::MAX),
            Some(i64::MIN) => (i64::MAX, i64::MIN),
            Some(before) => (first, before - 1),
        }
    }
}

/// All elements.
impl Default for Query {
    fn default() -> Self {
        Self::names("*")
    }
}
