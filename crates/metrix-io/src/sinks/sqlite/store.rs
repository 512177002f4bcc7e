//! [`Store`]: elements out of the file.

#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use metrix::{MElement, Tags, Timestamp};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params};

use super::query::Query;
use super::store_error::{StoreError, StoreErrorKind};
use super::{schema, tags};

/// The series from a name on. There is an index for it, in which the rest can be left.
const SERIES: &str = "SELECT id, name, tags FROM series WHERE name >= ?1 ORDER BY name, tags";
/// The points of a series. They lie in this order.
const POINTS: &str = "SELECT at, start, value FROM points WHERE series = ?1 AND at BETWEEN ?2 AND ?3 \
                      ORDER BY at, start, value LIMIT ?4";

/// Reads what a [`Sqlite`](super::Sqlite) has stored, while it goes on or later.
///
/// Its calls block. A query takes some microseconds for each series whose name begins as the pattern does, and about one
/// for each element that is read, however many others there are.
///
/// ```
/// use metrix::{MElement, Sink, Timestamp, tags};
/// use metrix_io::sinks::sqlite::{Query, Sqlite, Store};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let path = std::env::temp_dir().join(format!("metrix-store-{}.db", std::process::id()));
/// let mut sink = Sqlite::open(&path)?;
/// let element = |core, secs: i64| {
///     MElement::new("cpu.usage.max", secs as f64, tags! { "core" => core }, Timestamp::from_secs(secs))
/// };
/// sink.write(&[element(1, 60), element(0, 120), element(0, 60)]).await?;
///
/// let store = Store::open_read_only(&path)?;
/// assert_eq!(store.query(&Query::default())?, [element(0, 60), element(0, 120), element(1, 60)]);
/// assert_eq!(store.query(&Query::default().since(Timestamp::from_secs(61)))?, [element(0, 120)]);
/// assert_eq!(store.series()?[1].tags, tags! { "core" => 1 });
/// # drop((store, sink));
/// # std::fs::remove_file(&path)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
}

/// What elements have in common that differ in time and value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Series {
    /// The name of its elements.
    pub name: Arc<str>,
    /// Their tags.
    pub tags: Tags,
}

impl Store {
    /// Opens a store that exists. It is never changed by this, but SQLite may put files of its own beside it, so that its
    /// folder must allow it.
    ///
    /// # Errors
    /// If the file is missing, can't be opened, or is no store: [`StoreError`] says why.
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let (connection, path) = schema::open_read_only(path.as_ref())?;
        Ok(Self { connection, path })
    }

    #[cfg(test)]
    pub(super) fn of(connection: Connection, path: PathBuf) -> Self {
        Self { connection, path }
    }

    /// The elements that the query asks for: by name, tags, time, start and value, in this order; those without a start come
    /// after those with one.
    ///
    /// # Errors
    /// If the file can't be read any more.
    ///
    /// Memory: all of them. Where there may be many, use [`each`](Self::each) or [`Query::limit`].
    pub fn query(&self, query: &Query) -> Result<Vec<MElement>, StoreError> {
        let mut elements = Vec::new();
        self.each(query, |element| elements.push(element))?;
        Ok(elements)
    }

    /// Gives the same elements to `visit`, one by one. They are all of one moment, even if others are written or deleted
    /// meanwhile. The file that the writer appends to grows until it returns.
    ///
    /// # Errors
    /// If the file can't be read any more. What was given to `visit` stands.
    ///
    /// ```
    /// use metrix::{MElement, Sink, Timestamp, tags};
    /// use metrix_io::sinks::sqlite::{Query, Sqlite, Store};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let path = std::env::temp_dir().join(format!("metrix-each-{}.db", std::process::id()));
    /// let mut sink = Sqlite::open(&path)?;
    /// let element = |secs: i64| MElement::new("a.sum", secs as f64, tags! {}, Timestamp::from_secs(secs));
    /// sink.write(&[element(1), element(2), element(3)]).await?;
    ///
    /// let mut total = 0.0;
    /// Store::open_read_only(&path)?.each(&Query::names("a.sum"), |element| total += element.value)?;
    /// assert_eq!(total, 6.0);
    /// # drop(sink);
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Memory: one element.
    pub fn each(&self, query: &Query, mut visit: impl FnMut(MElement)) -> Result<(), StoreError> {
        self.each_while(query, |element| {
            visit(element);
            ControlFlow::Continue(())
        })
    }

    /// As [`each`](Self::each), until `visit` breaks: for a reader who may have enough, or whose own output fails.
    ///
    /// # Errors
    /// As [`each`](Self::each).
    ///
    /// ```
    /// use metrix::{MElement, Sink, Timestamp, tags};
    /// use metrix_io::sinks::sqlite::{Query, Sqlite, Store};
    /// use std::ops::ControlFlow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let path = std::env::temp_dir().join(format!("metrix-each-while-{}.db", std::process::id()));
    /// let mut sink = Sqlite::open(&path)?;
    /// let element = |secs: i64| MElement::new("a.sum", secs as f64, tags! {}, Timestamp::from_secs(secs));
    /// sink.write(&[element(1), element(2), element(3)]).await?;
    ///
    /// let mut seen = Vec::new();
    /// Store::open_read_only(&path)?.each_while(&Query::names("a.sum"), |element| {
    ///     seen.push(element.value);
    ///     if element.value < 2.0 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    /// })?;
    /// assert_eq!(seen, [1.0, 2.0]);
    /// # drop(sink);
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Memory: one element.
    pub fn each_while(&self, query: &Query, visit: impl FnMut(MElement) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.try_each(query, visit).map_err(|error| self.failed(error))
    }

    /// All series, by name and tags.
    ///
    /// # Errors
    /// If the file can't be read any more.
    pub fn series(&self) -> Result<Vec<Series>, StoreError> {
        let read = || {
            let mut statement = self.connection.prepare(SERIES)?;
            let mut rows = statement.query([""])?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                all.push(Series { name: row.get(1)?, tags: tags_of(row)? });
            }
            Ok(all)
        };
        read().map_err(|error| self.failed(error))
    }

    fn try_each(&self, query: &Query, mut visit: impl FnMut(MElement) -> ControlFlow<()>) -> Result<(), Failure> {
        let prefix = query.glob.prefix();
        let (first, last) = query.range();
        let mut left = query.limit.map_or(i64::MAX, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
        // What all statements of a transaction read is of one moment.
        let transaction = self.connection.unchecked_transaction()?;
        let (mut series, mut points) = (transaction.prepare(SERIES)?, transaction.prepare(POINTS)?);
        let mut series = series.query([prefix])?;
        while let Some(row) = series.next()? {
            let name: Arc<str> = row.get(1)?;
            if !name.starts_with(prefix) || left == 0 {
                break;
            }
            let (id, tags): (i64, _) = (row.get(0)?, tags_of(row)?);
            if !query.matches(&name, &tags) {
                continue;
            }
            let mut points = points.query(params![id, first, last, left])?;
            while let Some(row) = points.next()? {
                let at = Timestamp::from_nanos(row.get(0)?);
                let element = MElement::new(Arc::clone(&name), row.get(2)?, &tags, at);
                let visited = visit(match row.get_ref(1)? {
                    ValueRef::Integer(start) => element.since(Timestamp::from_nanos(start)),
                    _ => element,
                });
                if visited.is_break() {
                    return Ok(());
                }
                left -= 1;
            }
        }
        Ok(())
    }

    fn failed(&self, failure: Failure) -> StoreError {
        match failure {
            Failure::Sqlite(cause) => StoreError::of(&self.path, cause),
            Failure::Tags => StoreError::new(&self.path, StoreErrorKind::Damaged),
        }
    }
}

/// Why reading fails.
enum Failure {
    Sqlite(rusqlite::Error),
    /// The tags of a series are not written as this writes them.
    Tags,
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

fn tags_of(row: &Row<'_>) -> Result<Tags, Failure> {
    let text: Box<str> = row.get(2)?;
    tags::from_json(&text).ok_or(Failure::Tags)
}
