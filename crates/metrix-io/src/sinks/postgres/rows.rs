//! [`Rows`]: a batch as rows of PostgreSQL's binary `COPY`.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use metrix::{MElement, Tags, Timestamp};

use crate::sinks::refused::Refused;

/// What such a copy begins with: its signature, no flags, and no extension.
pub(super) const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What it ends with.
pub(super) const TRAILER: &[u8] = &[0xff, 0xff];

/// The key of a row has so many bytes at most, so that it fits into an entry of a B-tree, which has room for 2704.
const MOST_KEY: usize = 2600;

/// PostgreSQL counts microseconds from the beginning of the year 2000.
const EPOCH: i64 = 946_684_800_000_000;

/// The rows of a batch, each of another key. Places in it are those of rows, which may be fewer than the elements.
#[derive(Debug, Default)]
pub(super) struct Rows {
    bytes: Vec<u8>,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    bytes: Range<usize>,
    /// Several, where elements have the same key: the last is written.
    positions: Vec<usize>,
}

/// What became one although it was not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Merged {
    pub(super) tags: usize,
    pub(super) elements: usize,
}

impl Rows {
    pub(super) fn new(batch: &[MElement], default_tags: &Tags, refused: &mut Refused) -> (Self, Merged) {
        let (mut bytes, mut all, mut merged) = (Vec::new(), Vec::new(), Merged::default());
        for (position, element) in batch.iter().enumerate() {
            let start = bytes.len();
            match encode(element, default_tags, &mut bytes) {
                Ok(tags) => {
                    merged.tags += tags;
                    all.push(Row { bytes: start..bytes.len(), positions: vec![position] });
                }
                Err(reason) => refused.add(position, &element.name, reason),
            }
        }
        // In the order of their first elements, so that it is the same each time.
        let mut rows: Vec<Row> = Vec::with_capacity(all.len());
        let mut places: HashMap<&[u8], usize> = HashMap::with_capacity(all.len());
        for row in all {
            // All but the value.
            let key = &bytes[row.bytes.start..row.bytes.end - size_of::<f64>()];
            let place = *places.entry(key).or_insert(rows.len());
            match rows.get_mut(place) {
                None => rows.push(row),
                Some(earlier) => {
                    merged.elements += 1;
                    earlier.bytes = row.bytes;
                    earlier.positions.extend(row.positions);
                }
            }
        }
        (Self { bytes, rows }, merged)
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows of a part, as they stand between header and trailer.
    pub(super) fn part(&self, part: Range<usize>) -> impl Iterator<Item = &[u8]> {
        self.rows[part].iter().map(|row| &self.bytes[row.bytes.clone()])
    }

    /// Where the elements of these parts stand in the batch.
    pub(super) fn positions(&self, parts: &[Range<usize>]) -> impl Iterator<Item = usize> {
        parts.iter().flat_map(|part| &self.rows[part.clone()]).flat_map(|row| row.positions.iter().copied())
    }
}

/// Adds the row of an element: `name`, `at`, `start`, `tags` and `value`. Tells how many tags were merged.
fn encode(element: &MElement, default_tags: &Tags, bytes: &mut Vec<u8>) -> Result<usize, String> {
    let name = clean(&element.name);
    let (mut tags, merged) = cleaned(&element.tags);
    for (name, value) in default_tags.iter() {
        tags.entry(name.into()).or_insert(value.into());
    }
    let key = name.len() + tags.iter().map(|(name, value)| name.len() + value.len() + 8).sum::<usize>();
    if key > MOST_KEY {
        return Err(format!("its name and tags have {key} bytes, more than fit into a key: {MOST_KEY}"));
    }
    bytes.extend(5_i16.to_be_bytes());
    field(bytes, name.as_bytes());
    field(bytes, &micros(element.at).to_be_bytes());
    field(bytes, &micros(element.start.unwrap_or(element.at)).to_be_bytes());
    let json = serde_json::to_vec(&tags).expect("texts by texts have a form in JSON");
    bytes.extend(length(json.len() + 1).to_be_bytes());
    // The version of jsonb's form.
    bytes.push(1);
    bytes.extend(json);
    field(bytes, &element.value.to_be_bytes());
    Ok(merged)
}

fn field(bytes: &mut Vec<u8>, value: &[u8]) {
    bytes.extend(length(value.len()).to_be_bytes());
    bytes.extend(value);
}

fn length(bytes: usize) -> i32 {
    i32::try_from(bytes).expect("a key is short, even if each of its bytes is escaped in JSON")
}

/// Rounded down.
fn micros(at: Timestamp) -> i64 {
    at.as_nanos().div_euclid(1000) - EPOCH
}

/// A text without NUL, the one character that PostgreSQL has no room for.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// The tags, and how many were left out, since another has the same name now: the last one wins.
fn cleaned(tags: &Tags) -> (BTreeMap<Cow<'_, str>, Cow<'_, str>>, usize) {
    let clean: BTreeMap<_, _> = tags.iter().map(|(name, value)| (clean(name), clean(value))).collect();
    let merged = tags.len() - clean.len();
    (clean, merged)
}

#[cfg(test)]
mod tests {
    use metrix::tags;
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;

    fn rows(batch: &[MElement]) -> (Rows, Merged, Result<(), metrix::WriteError>) {
        let mut refused = Refused::default();
        let (rows, merged) = Rows::new(batch, &Tags::NONE, &mut refused);
        (rows, merged, refused.into_result(batch.len()))
    }

    fn at(nanos: i64) -> Timestamp {
        Timestamp::from_nanos(nanos)
    }

    /// Reads a row as PostgreSQL does: its fields, each with its length.
    fn fields(mut row: &[u8]) -> Vec<&[u8]> {
        let mut fields = Vec::new();
        let count = i16::from_be_bytes(*row.first_chunk().unwrap());
        row = &row[2..];
        for _ in 0..count {
            let length = i32::from_be_bytes(*row.first_chunk().unwrap()) as usize;
            fields.push(&row[4..4 + length]);
            row = &row[4 + length..];
        }
        assert!(row.is_empty());
        fields
    }

    #[test]
    fn a_row_has_its_bytes() {
        let element = MElement::new("n", 1.5, tags! { "a" => "\"b" }, at(946_684_800_000_001_999)).since(at(-1));
        let (rows, merged, _) = rows(&[element]);
        assert_eq!(merged, Merged::default());
        let row: Vec<u8> = rows.part(0..1).flatten().copied().collect();
        let minus_one = (-946_684_800_000_001_i64).to_be_bytes();
        let expected: [&[u8]; 5] =
            [b"n", &[0, 0, 0, 0, 0, 0, 0, 1], &minus_one, b"\x01{\"a\":\"\\\"b\"}", &1.5_f64.to_be_bytes()];
        assert_eq!(fields(&row), expected);
        assert_eq!(HEADER.len(), 11 + 4 + 4);
    }

    #[test]
    fn of_equal_keys_the_last_is_written() {
        let series = |value: f64, nanos| MElement::new("n", value, tags! { "a" => "b" }, at(nanos));
        let batch = [series(1.0, 0), series(2.0, 1000), series(3.0, 999), series(4.0, 0).since(at(-1000))];
        let (rows, merged, _) = rows(&batch);
        assert_eq!((rows.len(), merged), (3, Merged { tags: 0, elements: 1 }));
        let values: Vec<&[u8]> = rows.part(0..3).map(|row| fields(row)[4]).collect();
        assert_eq!(values, [3.0_f64, 2.0, 4.0].map(f64::to_be_bytes));
        assert_eq!(rows.positions(&[2..3, 0..1]).collect::<Vec<_>>(), [3, 0, 2]);
    }

    #[test]
    fn what_has_too_long_a_key_is_refused() {
        let named = |bytes: usize| MElement::new("n".repeat(bytes), 1.0, tags! { "a" => "b" }, at(0));
        let (rows, _, result) = rows(&[named(2591), named(2590), named(1 << 20)]);
        assert_eq!(rows.len(), 1);
        let error = result.unwrap_err();
        assert_eq!((error.positions(), error.is_retryable()), (Some(&[0, 2][..]), false));
    }

    #[test]
    fn tags_that_become_equal_are_one() {
        let batch = [MElement::new("a\0", 1.0, tags! { "k\0" => "1", "k\u{fffd}" => "2\0" }, at(0))];
        let (rows, merged, _) = rows(&batch);
        assert_eq!(merged, Merged { tags: 1, elements: 0 });
        let row = rows.part(0..1).next().unwrap();
        assert_eq!(fields(row)[0], "a\u{fffd}".as_bytes());
        assert_eq!(&fields(row)[3][1..], "{\"k\u{fffd}\":\"2\u{fffd}\"}".as_bytes());
    }

    #[test]
    fn default_tags_are_for_those_that_lack_them() {
        let mut batch = vec![MElement::new("n", 1.0, tags! { "a\0" => "own", "c" => "d" }, at(0))];
        batch.push(MElement::new("n", 1.0, Tags::NONE, at(0)));
        batch.push(MElement::new("n".repeat(MOST_KEY), 1.0, Tags::NONE, at(0)));
        let mut refused = Refused::default();
        let (rows, merged) = Rows::new(&batch, &tags! { "a\u{fffd}" => "default", "b" => "" }, &mut refused);
        let tags: Vec<_> = rows.part(0..2).map(|row| std::str::from_utf8(&fields(row)[3][1..]).unwrap()).collect();
        assert_eq!(tags, ["{\"a\u{fffd}\":\"own\",\"b\":\"\",\"c\":\"d\"}", "{\"a\u{fffd}\":\"default\",\"b\":\"\"}"]);
        assert_eq!(merged, Merged::default());
        assert_eq!(refused.into_result(3).unwrap_err().positions(), Some(&[2][..]), "with them it is too long");
    }

    proptest! {
        #[test]
        fn any_element_reads_back(
            name in any::<String>(), pairs in vec((any::<String>(), any::<String>()), 0..4), value in any::<f64>(), nanos in any::<i64>()
        ) {
            let element = MElement::new(&*name, value, Tags::from(pairs.clone()), at(nanos));
            let (rows, _, result) = rows(&[element]);
            if result.is_ok() {
                let fields = fields(rows.part(0..1).next().unwrap());
                prop_assert_eq!(fields[0].to_vec(), name.replace('\0', "\u{fffd}").into_bytes());
                let micros = i64::from_be_bytes(fields[1].try_into().unwrap());
                prop_assert_eq!(i128::from(micros) + i128::from(EPOCH), i128::from(nanos).div_euclid(1000));
                let tags: BTreeMap<String, String> = serde_json::from_slice(&fields[3][1..]).unwrap();
                let clean = |text: &str| text.replace('\0', "\u{fffd}");
                let sorted = Tags::from(pairs);
                let expected: BTreeMap<_, _> = sorted.iter().map(|(name, value)| (clean(name), clean(value))).collect();
                prop_assert_eq!(tags, expected);
                prop_assert_eq!(fields[4], value.to_be_bytes());
            }
        }
    }
}
