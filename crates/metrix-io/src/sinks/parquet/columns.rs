//! [`Columns`]: elements on their way into a Parquet file.

use std::fs::File;
use std::io;
use std::sync::{Arc, LazyLock};

use metrix::Timestamp;
use parquet::basic::{Compression as Codec, Encoding, ZstdLevel};
use parquet::column::writer::ColumnWriterImpl;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::{ColumnPath, TypePtr};

use super::frame::Element;
use super::options::Compression;

/// A row group has so many rows at most.
const MOST_ROWS: usize = 1 << 17;
/// And so many bytes of texts, or one element.
const MOST_TEXT: usize = 32 << 20;
/// So many bytes more a text has, however short it is: the block of its bytes, what points to it, and its levels.
const TEXT: usize = 96;

static SCHEMA: LazyLock<TypePtr> = LazyLock::new(|| {
    let schema = "message element {
        required binary name (STRING);
        required int64 at (TIMESTAMP(MICROS, true));
        optional int64 start (TIMESTAMP(MICROS, true));
        required double value;
        required group tags (MAP) {
            repeated group key_value {
                required binary key (STRING);
                required binary value (STRING);
            }
        }
    }";
    Arc::new(parse_message_type(schema).expect("it is a schema"))
});

/// The rows of a group, column by column, and the file that they go to.
pub(super) struct Columns {
    writer: SerializedFileWriter<File>,
    names: Vec<ByteArray>,
    ats: Vec<i64>,
    starts: Vec<i64>,
    /// 1 where a row has a start.
    has_start: Vec<i16>,
    values: Vec<f64>,
    tag_names: Vec<ByteArray>,
    tag_values: Vec<ByteArray>,
    /// 1 for a tag, and 0 for a row that has none.
    has_tag: Vec<i16>,
    /// 0 for the first tag of a row, or none, and 1 for the others.
    is_further: Vec<i16>,
    text: usize,
}

impl Columns {
    pub(super) fn new(file: File, compression: Compression) -> io::Result<Self> {
        let writer = SerializedFileWriter::new(file, Arc::clone(&SCHEMA), Arc::new(properties(compression)));
        Ok(Self {
            writer: writer.map_err(fault)?,
            names: Vec::new(),
            ats: Vec::new(),
            starts: Vec::new(),
            has_start: Vec::new(),
            values: Vec::new(),
            tag_names: Vec::new(),
            tag_values: Vec::new(),
            has_tag: Vec::new(),
            is_further: Vec::new(),
            text: 0,
        })
    }

    pub(super) fn push(&mut self, element: &Element<'_>) -> io::Result<()> {
        self.names.push(element.name.to_vec().into());
        self.ats.push(micros(element.at));
        self.starts.extend(element.start.map(micros));
        self.has_start.push(i16::from(element.start.is_some()));
        self.values.push(element.value);
        self.text += element.name.len() + TEXT;
        for (place, (name, value)) in element.tags.iter().enumerate() {
            self.tag_names.push(name.to_vec().into());
            self.tag_values.push(value.to_vec().into());
            self.has_tag.push(1);
            self.is_further.push(i16::from(place > 0));
            self.text += name.len() + value.len() + 2 * TEXT;
        }
        if element.tags.is_empty() {
            self.has_tag.push(0);
            self.is_further.push(0);
        }
        if self.names.len() >= MOST_ROWS || self.text >= MOST_TEXT { self.write_group() } else { Ok(()) }
    }

    /// Writes what is left, and the end of the file.
    pub(super) fn finish(mut self) -> io::Result<File> {
        self.write_group()?;
        self.writer.into_inner().map_err(fault)
    }

    fn write_group(&mut self) -> io::Result<()> {
        if self.names.is_empty() {
            return Ok(());
        }
        let mut group = self.writer.next_row_group().map_err(fault)?;
        let (has_tag, is_further) = (Some(&self.has_tag[..]), Some(&self.is_further[..]));
        column::<ByteArrayType>(&mut group, |column| column.write_batch(&self.names, None, None))?;
        column::<Int64Type>(&mut group, |column| column.write_batch(&self.ats, None, None))?;
        column::<Int64Type>(&mut group, |column| column.write_batch(&self.starts, Some(&self.has_start), None))?;
        column::<DoubleType>(&mut group, |column| column.write_batch(&self.values, None, None))?;
        column::<ByteArrayType>(&mut group, |column| column.write_batch(&self.tag_names, has_tag, is_further))?;
        column::<ByteArrayType>(&mut group, |column| column.write_batch(&self.tag_values, has_tag, is_further))?;
        group.close().map_err(fault)?;
        self.names.clear();
        self.ats.clear();
        self.starts.clear();
        self.has_start.clear();
        self.values.clear();
        self.tag_names.clear();
        self.tag_values.clear();
        self.has_tag.clear();
        self.is_further.clear();
        self.text = 0;
        Ok(())
    }
}

/// Writes the next column of a group.
fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    write: impl FnOnce(&mut ColumnWriterImpl<'_, T>) -> Result<usize, ParquetError>,
) -> io::Result<()> {
    let mut column = group.next_column().map_err(fault)?.expect("the schema has a column for each that is written");
    write(column.typed::<T>()).map_err(fault)?;
    column.close().map_err(fault)
}

fn properties(compression: Compression) -> WriterProperties {
    let codec = match compression {
        Compression::None => Codec::UNCOMPRESSED,
        Compression::Snappy => Codec::SNAPPY,
        Compression::Zstd => Codec::ZSTD(ZstdLevel::default()),
    };
    let created_by = concat!("metrix-io ", env!("CARGO_PKG_VERSION")).to_owned();
    let properties = WriterProperties::builder().set_compression(codec).set_created_by(created_by);
    // Times hardly ever come twice in a window, but differ by little; all else has a dictionary.
    ["at", "start"].into_iter().fold(properties, times).build()
}

fn times(properties: WriterPropertiesBuilder, column: &str) -> WriterPropertiesBuilder {
    let path = || ColumnPath::from(column);
    properties.set_column_dictionary_enabled(path(), false).set_column_encoding(path(), Encoding::DELTA_BINARY_PACKED)
}

/// Rounded down.
fn micros(at: Timestamp) -> i64 {
    at.as_nanos().div_euclid(1000)
}

/// As the system has said it, if it has.
fn fault(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(cause) => io::Error::other(cause),
        },
        error => io::Error::other(error),
    }
}
