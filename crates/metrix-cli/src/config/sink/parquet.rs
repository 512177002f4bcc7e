//! [`ParquetConfig`]: the keys of a `parquet` sink.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use metrix_io::sinks::parquet::Compression;

use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::table::Table;
use crate::config::value::Value;

/// A `parquet` sink. What isn't set is as the library has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParquetConfig {
    /// The folder.
    pub(crate) path: PathBuf,
    pub(crate) rows: Option<NonZeroU64>,
    pub(crate) bytes: Option<NonZeroU64>,
    pub(crate) every: Option<Duration>,
    pub(crate) compression: Compression,
}

const PATH: Key = Key::new("path", "\"metrics\"");
const ROWS: Key = Key::new("rows", "1000000");
const BYTES: Key = Key::new("bytes", "134217728");
const EVERY: Key = Key::new("every", "\"10m\"");
const COMPRESSION: Key = Key::new("compression", "\"zstd\"");

pub(super) const KEYS: &[Key] = &[PATH, ROWS, BYTES, EVERY, COMPRESSION];

pub(super) fn read(table: &Table<'_>) -> Read<ParquetConfig> {
    let path = table.required(PATH, folder);
    let rows = table.optional(ROWS, size);
    let bytes = table.optional(BYTES, size);
    let every = table.optional(EVERY, Value::period);
    let compression = table.optional(COMPRESSION, |value| {
        value.one_of(&[("none", Compression::None), ("snappy", Compression::Snappy), ("zstd", Compression::Zstd)])
    });
    Ok(ParquetConfig {
        path: path?,
        rows: rows?,
        bytes: bytes?,
        every: every?,
        compression: compression?.unwrap_or_default(),
    })
}

fn folder(value: &Value<'_>) -> Read<PathBuf> {
    match value.word()? {
        "-" => Err(value.wrong("Parquet files can't be the standard output: name a folder")),
        path => Ok(PathBuf::from(path)),
    }
}

fn size(value: &Value<'_>) -> Read<NonZeroU64> {
    Ok(value.size()?.try_into().expect("a size is a billion at most"))
}
