//! DuckDB, which reads Parquet.

use std::path::Path;

use super::rows;
pub(crate) use super::rows::Row;

/// The rows of all files in a folder, in the order of their names; the times in microseconds.
pub(crate) fn rows(folder: &Path) -> Vec<Row> {
    rows::rows("parquet_rows.py", folder)
}
