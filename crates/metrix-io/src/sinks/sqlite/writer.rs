//! [`Writer`]: elements into the file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use metrix::{MElement, Tags, Timestamp, WriteError};
use rusqlite::{Connection, OptionalExtension, ToSql, TransactionBehavior, params};

use super::retention::Retention;
use super::store_error::StoreError;
use super::{schema, tags};

/// So many series it knows the ids of.
const MOST_SERIES: usize = 1 << 16;
/// A series with more text, in bytes, it looks up each time.
const MOST_TEXT: usize = 1 << 10;
/// So many old points, at least, are deleted with a batch.
const SWEPT: usize = 1000;

/// Writes to a store.
#[derive(Debug)]
pub(super) struct Writer {
    path: PathBuf,
    connection: Connection,
    known: Known,
    retention: Retention,
}

/// The ids of series, while nobody else writes to the file.
#[derive(Debug, Default)]
struct Known {
    ids: HashMap<(Arc<str>, Tags), i64>,
    /// SQLite's number that changes when another connection has written.
    version: i64,
}

impl Writer {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let (connection, path) = schema::open(path)?;
        Ok(Self { path, connection, known: Known::default(), retention: Retention::new() })
    }

    /// Writes a batch, and deletes some points before `oldest`. All of that is one transaction.
    pub(super) fn write(
        &mut self,
        batch: &[MElement],
        now: Timestamp,
        oldest: Option<Timestamp>,
    ) -> Result<(), WriteError> {
        if let Err(cause) = self.transact(batch, now, oldest) {
            // It was rolled back, and with it the series and points that these tell of.
            self.known.ids.clear();
            self.retention = Retention::new();
            return Err(StoreError::of(&self.path, cause).into());
        }
        let refused: Vec<usize> = (0..batch.len()).filter(|&place| batch[place].value.is_nan()).collect();
        if refused.is_empty() {
            return Ok(());
        }
        let why = "a value is not a number, which SQLite has no form for: leave out such values";
        Err(WriteError::refused(why).only(refused))
    }

    fn transact(&mut self, batch: &[MElement], now: Timestamp, oldest: Option<Timestamp>) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version = transaction.pragma_query_value(None, "data_version", |row| row.get(0))?;
        if self.known.version != version {
            self.known = Known { version, ids: HashMap::new() };
        }
        if let Some(oldest) = oldest {
            let budget = SWEPT.max(2 * batch.len());
            if self.retention.sweep(&transaction, now, oldest, budget)? {
                self.known.ids.clear();
            }
        }
        {
            let mut insert = transaction.prepare("INSERT OR IGNORE INTO points VALUES (?1, ?2, ?3, ?4)")?;
            for element in batch.iter().filter(|element| !element.value.is_nan()) {
                let series = self.known.id(&transaction, element)?;
                let start: &dyn ToSql = match &element.start {
                    Some(start) => &start.as_nanos(),
                    None => &"",
                };
                insert.execute(params![series, element.at.as_nanos(), start, element.value])?;
            }
        }
        transaction.commit()
    }

    /// Puts all that was written into the one file, if nobody else has it open, and closes it.
    pub(super) fn close(self) -> Result<(), WriteError> {
        let Self { path, connection, .. } = self;
        connection.close().map_err(|(_, cause)| StoreError::of(&path, cause).into())
    }
}

impl Known {
    /// The id of an element's series, which is stored if it is new.
    fn id(&mut self, connection: &Connection, element: &MElement) -> rusqlite::Result<i64> {
        let key = (Arc::clone(&element.name), element.tags.clone());
        if let Some(&id) = self.ids.get(&key) {
            return Ok(id);
        }
        let tags = tags::to_json(&element.tags);
        let mut find = connection.prepare("SELECT id FROM series WHERE name = ?1 AND tags = ?2")?;
        let id = match find.query_row(params![element.name, tags], |row| row.get(0)).optional()? {
            Some(id) => id,
            None => connection
                .prepare("INSERT INTO series (name, tags) VALUES (?1, ?2)")?
                .insert(params![element.name, tags])?,
        };
        if element.name.len() + element.tags.text_len() <= MOST_TEXT {
            if self.ids.len() == MOST_SERIES {
                self.ids.clear();
            }
            self.ids.insert(key, id);
        }
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use metrix::tags;

    use super::*;
    use crate::sinks::sqlite::{Query, Store};

    impl Writer {
        /// A store that is gone with the writer.
        pub(in crate::sinks::sqlite) fn in_memory() -> Self {
            let connection = Connection::open_in_memory().unwrap();
            schema::create(&connection).unwrap();
            let path = PathBuf::from("memory");
            Self { path, connection, known: Known::default(), retention: Retention::new() }
        }

        pub(in crate::sinks::sqlite) fn into_store(self) -> Store {
            Store::of(self.connection, self.path)
        }
    }

    fn elements(series: std::ops::Range<i64>) -> Vec<MElement> {
        let element = |number| MElement::new("a", number as f64, tags! { "n" => number }, Timestamp::EPOCH);
        series.map(element).collect()
    }

    #[test]
    fn a_full_disk_takes_nothing_of_the_batch_and_then_all_of_it() {
        let mut writer = Writer::in_memory();
        let (first, second) = (elements(0..100), elements(100..5000));
        writer.write(&first, Timestamp::EPOCH, None).unwrap();
        writer.connection.execute_batch("PRAGMA max_page_count = 20").unwrap();
        for _ in 0..2 {
            let error = writer.write(&second, Timestamp::EPOCH, None).unwrap_err();
            assert!(error.is_retryable() && error.positions().is_none(), "{error}");
            let why = error.source().unwrap().to_string();
            assert!(why.contains("there is no room for memory: free some on its disk"), "{why}");
            assert!(writer.known.ids.is_empty(), "ids that were rolled back");
        }
        writer.connection.execute_batch("PRAGMA max_page_count = 100000").unwrap();
        writer.write(&second, Timestamp::EPOCH, None).unwrap();
        let mut stored = writer.into_store().query(&Query::default()).unwrap();
        stored.sort_by(|one, other| one.value.total_cmp(&other.value));
        assert_eq!(stored, [first, second].concat());
    }

    #[test]
    fn a_file_that_can_only_be_read_is_worth_no_other_try() {
        let mut writer = Writer::in_memory();
        // SQLite answers as it does for a file that the user may not write.
        writer.connection.execute_batch("PRAGMA query_only = ON").unwrap();
        let error = writer.write(&elements(0..1), Timestamp::EPOCH, None).unwrap_err();
        assert!(!error.is_retryable() && error.positions().is_none(), "{error}");
        let why = error.source().unwrap().to_string();
        assert!(why.contains("memory can only be read: allow writing to it and to its folder"), "{why}");
    }

    #[test]
    fn ids_are_known_within_the_bound() {
        let mut writer = Writer::in_memory();
        let most = MOST_SERIES as i64;
        writer.write(&elements(0..most), Timestamp::EPOCH, None).unwrap();
        assert_eq!(writer.known.ids.len(), MOST_SERIES);
        let long = MElement::new("a".repeat(MOST_TEXT + 1), 1.0, Tags::NONE, Timestamp::EPOCH);
        writer.write(&[long], Timestamp::EPOCH, None).unwrap();
        assert_eq!(writer.known.ids.len(), MOST_SERIES);
        writer.write(&elements(most..most + 1), Timestamp::EPOCH, None).unwrap();
        assert_eq!(writer.known.ids.len(), 1);
        assert_eq!(writer.into_store().series().unwrap().len(), MOST_SERIES + 2);
    }

    #[test]
    fn old_points_go_a_few_at_a_time() {
        let mut writer = Writer::in_memory();
        let old = |number| MElement::new("old", 1.0, Tags::NONE, Timestamp::from_nanos(number));
        let batch: Vec<MElement> = (0..10_000).map(old).collect();
        writer.write(&batch, Timestamp::EPOCH, None).unwrap();
        let count = |writer: &Writer| {
            let sql = "SELECT count(*) FROM points";
            writer.connection.query_row(sql, [], |row| row.get::<_, isize>(0)).unwrap()
        };
        let (now, oldest) = (Timestamp::from_secs(1000), Timestamp::from_nanos(9_000));
        let mut left = vec![count(&writer)];
        while left.len() < 100 && left.last() > Some(&1001) {
            let new = MElement::new("new", 1.0, Tags::NONE, now);
            writer.write(&[new], now, Some(oldest)).unwrap();
            left.push(count(&writer));
        }
        assert!(left.windows(2).all(|two| two[0] - two[1] <= 1001), "{left:?}");
        assert!((9..=11).contains(&left.len()), "{left:?}");
        let stored = writer.into_store().query(&Query::names("old")).unwrap();
        assert_eq!(stored, batch[9_000..]);
    }
}
