//! SQLite itself, as Python has it: another build of it than the sink's.

use std::path::Path;

use super::rows;
pub(crate) use super::rows::Row;

/// The elements of a store, in the order of their times, which are in nanoseconds.
pub(crate) fn elements(file: &Path) -> Vec<Row> {
    rows::rows("sqlite_rows.py", file)
}
