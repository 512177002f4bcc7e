//! Files read by the library that has written them, which is quick.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};

/// The rows of all files in a folder, in the order of their names.
pub(super) fn rows(folder: &Path) -> Vec<super::Row> {
    let names = super::names(folder).into_iter();
    names.filter(|name| !name.starts_with('.')).flat_map(|name| of_file(&folder.join(name))).collect()
}

fn of_file(path: &Path) -> Vec<super::Row> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    reader.get_row_iter(None).unwrap().map(|row| of_row(&row.unwrap())).collect()
}

fn of_row(row: &Row) -> super::Row {
    let mut fields: BTreeMap<&str, &Field> = row.get_column_iter().map(|(name, field)| (&**name, field)).collect();
    let mut field = |name| fields.remove(name).expect("the column is there");
    let text = |field: &Field| match field {
        Field::Str(text) => text.clone(),
        other => panic!("{other:?} is no text"),
    };
    let time = |field: &Field| match field {
        Field::TimestampMicros(micros) => Some(*micros),
        Field::Null => None,
        other => panic!("{other:?} is no time"),
    };
    let Field::Double(value) = *field("value") else { panic!("{row:?} has no value") };
    let Field::MapInternal(map) = field("tags") else { panic!("{row:?} has no tags") };
    let tags = map.entries().iter().map(|(name, value)| (text(name), text(value))).collect();
    (text(field("name")), time(field("at")).expect("a time"), time(field("start")), value, tags)
}
