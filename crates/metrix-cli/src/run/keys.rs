//! [`Keys`]: numbers of the series that were seen.

use std::hash::{BuildHasher, Hasher};

use hashbrown::{DefaultHashBuilder, HashTable};
use metrix_io::{Reading, Sample};

/// So many series are kept.
const MOST: usize = 10_000;

/// So are series of so many bytes.
const MOST_BYTES: usize = 8 << 20;

/// A series of longer texts is never kept: whoever sends such ones could choose any.
const LONGEST: usize = 4096;

/// Numbers from 0 on for the series that were seen, which are found by their names and tags as they were read: a series that
/// was seen costs no set of tags.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    known: HashTable<Known>,
    /// Of all that are known, about.
    bytes: usize,
    hasher: DefaultHashBuilder,
    /// Those of the series that was looked for last, unless it was known as a sample.
    key: Vec<u8>,
    hash: u64,
}

#[derive(Debug)]
struct Known {
    hash: u64,
    key: Box<[u8]>,
    number: usize,
}

/// What a series has been found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Known(usize),
    /// It is one that can be [added](Keys::add).
    New,
    TooLong,
}

impl Keys {
    /// Finds the series of a reading.
    pub(crate) fn find(&mut self, reading: &Reading<'_>) -> Found {
        let texts: usize = reading.tags.iter().map(|(name, value)| name.len() + value.len()).sum();
        if texts + reading.name.len() > LONGEST {
            return Found::TooLong;
        }
        write_key(reading, &mut self.key);
        let Self { known, key, hasher, hash, .. } = self;
        *hash = hasher.hash_one(&key[..]);
        let found = known.find(*hash, |known| known.hash == *hash && *known.key == **key);
        found.map_or(Found::New, |known| Found::Known(known.number))
    }

    /// Finds the series of a sample.
    #[inline]
    pub(crate) fn find_sample(&mut self, sample: &Sample<'_>) -> Found {
        // The parts are looked at where they stand in the line: a copy that is read at once is one that is waited for.
        let mut state = self.hasher.build_hasher();
        sample.key.iter().for_each(|part| state.write(part));
        let hash = state.finish();
        match self.known.find(hash, |known| known.hash == hash && is_key_of(&known.key, sample)) {
            Some(known) => Found::Known(known.number),
            None => self.prepare(sample, hash),
        }
    }

    /// Gets ready to add the series of a sample that isn't known.
    #[cold]
    fn prepare(&mut self, sample: &Sample<'_>, hash: u64) -> Found {
        let bytes: usize = sample.key.iter().map(|part| 1 + part.len()).sum();
        if bytes > LONGEST {
            return Found::TooLong;
        }
        self.key.clear();
        self.key.push(OF_SAMPLE);
        for part in sample.key {
            self.key.push(0xff);
            self.key.extend_from_slice(part);
        }
        self.hash = hash;
        Found::New
    }

    /// Gives the series that was looked for last, and wasn't known, the next number.
    pub(crate) fn add(&mut self) -> usize {
        let Self { known, bytes, key, hash, .. } = self;
        let number = known.len();
        // The texts are there twice: in the key, and in the tags of a route.
        *bytes += 2 * key.len();
        known.insert_unique(*hash, Known { hash: *hash, key: key[..].into(), number }, |known| known.hash);
        number
    }

    /// Whether so many are known that they are to be forgotten before another one is added.
    pub(crate) fn are_full(&self) -> bool {
        self.known.len() >= MOST || self.bytes >= MOST_BYTES
    }

    /// Forgets all of them; the next number is 0.
    pub(crate) fn forget(&mut self) {
        self.known.clear();
        self.bytes = 0;
    }
}

/// How the key of a sample begins. No reading's key begins so, and no text has the byte.
const OF_SAMPLE: u8 = 0xfd;

/// Whether a key is that of a sample: its parts, with a byte before each that no text has.
#[inline]
fn is_key_of(key: &[u8], sample: &Sample<'_>) -> bool {
    let Some((&OF_SAMPLE, mut rest)) = key.split_first() else { return false };
    for part in sample.key {
        match rest.split_first() {
            Some((0xff, texts)) if texts.len() >= part.len() => {
                let (text, after) = texts.split_at(part.len());
                if !is_same(text, part) {
                    return false;
                }
                rest = after;
            }
            _ => return false,
        }
    }
    rest.is_empty()
}

/// Whether two texts of one length are the same. They are short, so that it takes longer to call what compares any than to
/// compare them.
#[inline]
fn is_same(text: &[u8], other: &[u8]) -> bool {
    const WORD: usize = size_of::<u64>();
    let (Some(last), Some(other_last)) = (text.last_chunk::<WORD>(), other.last_chunk::<WORD>()) else {
        return text.iter().zip(other).all(|(byte, other)| byte == other);
    };
    let mut words = text.chunks_exact(WORD).zip(other.chunks_exact(WORD));
    // What is left over after them is in the last ones, which may overlap.
    words.all(|(word, other)| word == other) && last == other_last
}

/// The texts one after the other, with bytes between them that no text has, as it is UTF-8.
fn write_key(reading: &Reading<'_>, key: &mut Vec<u8>) {
    key.clear();
    // A kind that is unknown, and each that is known.
    key.push(reading.kind.map_or(0, |kind| 1 + kind as u8));
    key.extend_from_slice(reading.name.as_bytes());
    for (name, value) in &reading.tags {
        key.push(0xff);
        key.extend_from_slice(name.as_bytes());
        key.push(0xfe);
        key.extend_from_slice(value.as_bytes());
    }
}

#[cfg(test)]
mod tests;
