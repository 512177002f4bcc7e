//! [`open`]: a `parquet` sink, as the configuration has it.

use std::error::Error;

use metrix_io::sinks::parquet::Parquet;

use crate::config::ParquetConfig;

pub(super) fn open(config: &ParquetConfig) -> Result<Parquet, Box<dyn Error>> {
    let mut sink = Parquet::open_compressed(&config.path, config.compression)?;
    if let Some(rows) = config.rows {
        sink = sink.rows(rows);
    }
    if let Some(bytes) = config.bytes {
        sink = sink.bytes(bytes);
    }
    if let Some(every) = config.every {
        sink = sink.every(every);
    }
    Ok(sink)
}
