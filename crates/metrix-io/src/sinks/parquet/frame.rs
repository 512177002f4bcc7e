//! Batches as they stand in a journal: in frames, each of which is there as a whole or not at all.

use std::io::{self, Read};

use metrix::{MElement, Timestamp};

/// What a frame begins with: the length of the rest in bytes, and its checksum.
const HEADER: usize = 8 + 4;

/// Adds the frame of a batch.
pub(super) fn encode(batch: &[MElement]) -> Vec<u8> {
    let mut bytes = vec![0; HEADER];
    for element in batch {
        text(&mut bytes, &element.name);
        bytes.extend(element.at.as_nanos().to_le_bytes());
        bytes.push(u8::from(element.start.is_some()));
        bytes.extend(element.start.unwrap_or(element.at).as_nanos().to_le_bytes());
        bytes.extend(element.value.to_le_bytes());
        bytes.extend((element.tags.len() as u64).to_le_bytes());
        for (name, value) in element.tags.iter() {
            text(&mut bytes, name);
            text(&mut bytes, value);
        }
    }
    let length = (bytes.len() - HEADER) as u64;
    let sum = crc32fast::hash(&bytes[HEADER..]);
    bytes[..8].copy_from_slice(&length.to_le_bytes());
    bytes[8..HEADER].copy_from_slice(&sum.to_le_bytes());
    bytes
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

/// The next frame of a journal that has `left` bytes more, without its header; nothing at the end, or if what follows was
/// never written as a whole.
pub(super) fn next(journal: &mut impl Read, left: u64) -> io::Result<Option<Vec<u8>>> {
    let mut header = [0; HEADER];
    if left < HEADER as u64 {
        return Ok(None);
    }
    journal.read_exact(&mut header)?;
    let (length, sum) = header.split_at(8);
    let length = u64::from_le_bytes(length.try_into().expect("it has 8 bytes"));
    let sum = u32::from_le_bytes(sum.try_into().expect("it has 4 bytes"));
    let Some(length) = usize::try_from(length).ok().filter(|_| length <= left - HEADER as u64) else { return Ok(None) };
    let mut frame = vec![0; length];
    journal.read_exact(&mut frame)?;
    // Zeros, which a file may have where its disk failed, are no batch.
    Ok((length > 0 && crc32fast::hash(&frame) == sum).then_some(frame))
}

/// So many bytes of a journal is a frame.
pub(super) fn length(frame: &[u8]) -> u64 {
    (HEADER + frame.len()) as u64
}

/// The elements of a frame.
pub(super) struct Elements<'a>(&'a [u8]);

/// An element of a frame.
#[derive(Debug, PartialEq)]
pub(super) struct Element<'a> {
    pub(super) name: &'a [u8],
    pub(super) at: Timestamp,
    pub(super) start: Option<Timestamp>,
    pub(super) value: f64,
    pub(super) tags: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> Elements<'a> {
    pub(super) fn of(frame: &'a [u8]) -> Self {
        Self(frame)
    }

    fn bytes(&mut self, count: u64) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(usize::try_from(count).ok()?)?;
        self.0 = rest;
        Some(bytes)
    }

    fn number(&mut self) -> Option<[u8; 8]> {
        self.bytes(8)?.try_into().ok()
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let length = u64::from_le_bytes(self.number()?);
        self.bytes(length)
    }

    fn element(&mut self) -> Option<Element<'a>> {
        let name = self.text()?;
        let at = Timestamp::from_nanos(i64::from_le_bytes(self.number()?));
        let has_start = self.bytes(1)? == [1];
        let start = Timestamp::from_nanos(i64::from_le_bytes(self.number()?));
        let value = f64::from_le_bytes(self.number()?);
        let count = u64::from_le_bytes(self.number()?);
        let tags = (0..count).map(|_| Some((self.text()?, self.text()?))).collect::<Option<_>>()?;
        Some(Element { name, at, start: has_start.then_some(start), value, tags })
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        self.element()
    }
}

#[cfg(test)]
mod tests {
    use metrix::{Tags, tags};
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;

    fn decode(mut journal: &[u8]) -> Vec<Vec<u8>> {
        let mut frames = Vec::new();
        while let Some(frame) = next(&mut { journal }, journal.len() as u64).unwrap() {
            journal = &journal[length(&frame) as usize..];
            frames.push(frame);
        }
        frames
    }

    fn batch(name: &str, numbers: std::ops::Range<i64>) -> Vec<MElement> {
        let element = |number| MElement::new(name, 0.5, tags! { "n" => number }, Timestamp::from_nanos(number));
        numbers.map(element).collect()
    }

    #[test]
    fn a_frame_that_is_cut_or_changed_is_none() {
        let first = encode(&batch("a", 0..3));
        let journal = [first.clone(), encode(&batch("b", 3..6))].concat();
        assert_eq!(decode(&journal).len(), 2);
        for end in first.len()..journal.len() {
            assert_eq!(decode(&journal[..end]).len(), 1, "{end}");
        }
        for place in first.len()..journal.len() {
            let mut changed = journal.clone();
            changed[place] ^= 1;
            assert_eq!(decode(&changed).len(), 1, "{place}");
        }
        assert_eq!(decode(&[first, vec![0; 100]].concat()).len(), 1);
    }

    proptest! {
        #[test]
        fn any_batch_reads_back(
            name in any::<String>(), pairs in vec((any::<String>(), any::<String>()), 0..4), value in any::<f64>(),
            at in any::<i64>(), start in any::<Option<i64>>()
        ) {
            let tags = Tags::from(pairs);
            let mut element = MElement::new(&*name, value, tags.clone(), Timestamp::from_nanos(at));
            element.start = start.map(Timestamp::from_nanos);
            let frames = decode(&encode(&[element.clone(), element.clone()]));
            prop_assert_eq!(frames.len(), 1);
            let found: Vec<Element<'_>> = Elements::of(&frames[0]).collect();
            prop_assert_eq!(found.len(), 2);
            for found in found {
                prop_assert_eq!(found.name, name.as_bytes());
                prop_assert_eq!((found.at, found.start), (element.at, element.start));
                prop_assert_eq!(found.value.to_bits(), value.to_bits());
                let expected: Vec<_> = tags.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
                prop_assert_eq!(found.tags, expected);
            }
        }
    }
}
