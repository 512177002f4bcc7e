//! The tables of a store, and how its file is opened.

use std::path::{Path, PathBuf, absolute};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::store_error::{StoreError, StoreErrorKind};

/// The version of the tables, in the header of the file.
pub(super) const VERSION: u32 = 1;
/// Also in the header: says that the file is a store, "mtrx".
const APPLICATION: u32 = 0x6d74_7278;
/// So long another program may hold the file.
const PATIENCE: Duration = Duration::from_secs(1);

/// Of `WITHOUT ROWID`, the key is the table: the points of a series lie together, in the order of time. All columns are in
/// it, as elements are a set.
///
/// `start` is of any type since a column of the key can't be NULL, and every integer is a time.
const TABLES: &str = "
    CREATE TABLE series (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        tags TEXT NOT NULL,
        UNIQUE (name, tags)
    ) STRICT;
    CREATE TABLE points (
        series INTEGER NOT NULL,
        at INTEGER NOT NULL,
        start ANY NOT NULL,
        value REAL NOT NULL,
        PRIMARY KEY (series, at, start, value)
    ) STRICT, WITHOUT ROWID;
";

/// Opens a store to be written, and creates it if there is none.
pub(super) fn open(path: &Path) -> Result<(Connection, PathBuf), StoreError> {
    let path = file(path)?;
    let failed = |cause| StoreError::of(&path, cause);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(&path, flags).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    let is_new = check(&connection, &path)? == File::Empty;
    // Readers and a writer then don't wait for each other. What was written outlives the process without waiting for the
    // disk; the file that it goes to first is cut back when it has become longer than 16 MiB.
    let settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216;";
    connection.execute_batch(settings).map_err(failed)?;
    if is_new {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        // Another program may have been quicker.
        if check(&transaction, &path)? == File::Empty {
            create(&transaction).map_err(failed)?;
        }
        transaction.commit().map_err(failed)?;
    }
    Ok((connection, path))
}

/// Makes the tables of an empty file.
pub(super) fn create(connection: &Connection) -> rusqlite::Result<()> {
    let header = format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};");
    connection.execute_batch(TABLES)?;
    connection.execute_batch(&header)
}

/// Opens a store to be read.
pub(super) fn open_read_only(path: &Path) -> Result<(Connection, PathBuf), StoreError> {
    let path = file(path)?;
    if !path.exists() {
        return Err(StoreError::new(&path, StoreErrorKind::Missing));
    }
    let failed = |cause| StoreError::of(&path, cause);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&path, flags).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    match check(&connection, &path)? {
        File::Store => Ok((connection, path)),
        File::Empty => Err(StoreError::new(&path, StoreErrorKind::NotAStore)),
    }
}

/// The path of a file. SQLite takes some relative ones, such as `:memory:`, for something else, and opens folders.
fn file(path: &Path) -> Result<PathBuf, StoreError> {
    match absolute(path) {
        Ok(path) if !path.is_dir() => Ok(path),
        _ => Err(StoreError::new(path, StoreErrorKind::Unopenable)),
    }
}

#[derive(PartialEq)]
enum File {
    Empty,
    Store,
}

fn check(connection: &Connection, path: &Path) -> Result<File, StoreError> {
    let failed = |cause| StoreError::of(path, cause);
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, u32>(0)).map_err(failed);
    let (application, version) = (number("application_id")?, number("user_version")?);
    let tables = "SELECT count(*) FROM sqlite_schema";
    let tables: u32 = connection.query_row(tables, [], |row| row.get(0)).map_err(failed)?;
    match (application, version, tables) {
        (0, 0, 0) => Ok(File::Empty),
        (APPLICATION, VERSION, _) => Ok(File::Store),
        (APPLICATION, newer, _) if newer > VERSION => Err(StoreError::new(path, StoreErrorKind::Newer(newer))),
        _ => Err(StoreError::new(path, StoreErrorKind::NotAStore)),
    }
}
