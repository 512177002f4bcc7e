//! Batches as they stand in a journal: in frames, each of which is there as a whole or not at all.

use std::io::{self, Read};

use metrix::{MElement, Timestamp};

/// What a frame begins with. No text has the first byte, so that frames can be found behind what is damaged; the last is the
/// version of what follows.
pub(super) const MARK: &[u8] = b"\xffmx\x01";
/// The mark, the length of the rest in bytes, and its checksum.
const HEADER: usize = 4 + 8 + 4;

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
    bytes[..4].copy_from_slice(MARK);
    bytes[4..12].copy_from_slice(&length.to_le_bytes());
    bytes[12..HEADER].copy_from_slice(&sum.to_le_bytes());
    bytes
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

/// What stands at a place of a journal.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    /// A frame, without its header.
    Whole(Vec<u8>),
    /// The beginning of one.
    Unfinished,
    /// No frame, or one that was changed.
    Wrong,
}

/// What stands in a journal that has `left` bytes more, which are some.
pub(super) fn next(journal: &mut impl Read, left: u64) -> io::Result<Next> {
    let mut header = [0; HEADER];
    let there = usize::try_from(left).map_or(HEADER, |left| left.min(HEADER));
    journal.read_exact(&mut header[..there])?;
    let marked = there.min(MARK.len());
    if header[..marked] != MARK[..marked] {
        return Ok(Next::Wrong);
    }
    let length = u64::from_le_bytes(header[4..12].try_into().expect("it has 8 bytes"));
    let sum = u32::from_le_bytes(header[12..].try_into().expect("it has 4 bytes"));
    let Some(length) = usize::try_from(length).ok().filter(|_| there == HEADER && length <= left - HEADER as u64)
    else {
        return Ok(Next::Unfinished);
    };
    let mut frame = vec![0; length];
    journal.read_exact(&mut frame)?;
    Ok(if crc32fast::hash(&frame) == sum { Next::Whole(frame) } else { Next::Wrong })
}

/// So many bytes of a journal is a frame.
pub(super) fn length(frame: &[u8]) -> u64 {
    (HEADER + frame.len()) as u64
}

/// The elements of a frame; none if it is of another form.
pub(super) fn decode(frame: &[u8]) -> Option<Vec<Element<'_>>> {
    let (mut reader, mut elements) = (Reader(frame), Vec::new());
    while !reader.0.is_empty() {
        elements.push(reader.element()?);
    }
    Some(elements)
}

/// An element of a frame.
#[derive(Debug, PartialEq)]
pub(super) struct Element<'a> {
    pub(super) name: &'a [u8],
    pub(super) at: Timestamp,
    pub(super) start: Option<Timestamp>,
    pub(super) value: f64,
    pub(super) tags: Vec<(&'a [u8], &'a [u8])>,
}

/// Reads a frame from its beginning.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
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

#[cfg(test)]
mod tests {
    use metrix::{Tags, tags};
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;

    /// The frames up to the first that is none, and what stands there.
    fn frames(mut journal: &[u8]) -> (Vec<Vec<u8>>, Option<Next>) {
        let mut frames = Vec::new();
        while !journal.is_empty() {
            match next(&mut { journal }, journal.len() as u64).unwrap() {
                Next::Whole(frame) => {
                    journal = &journal[length(&frame) as usize..];
                    frames.push(frame);
                }
                other => return (frames, Some(other)),
            }
        }
        (frames, None)
    }

    fn batch(name: &str, numbers: std::ops::Range<i64>) -> Vec<MElement> {
        let element = |number| MElement::new(name, 0.5, tags! { "n" => number }, Timestamp::from_nanos(number));
        numbers.map(element).collect()
    }

    #[test]
    fn a_frame_that_is_cut_or_changed_is_none() {
        let first = encode(&batch("a", 0..3));
        let journal = [first.clone(), encode(&batch("b", 3..6))].concat();
        let (both, end) = frames(&journal);
        assert_eq!((both.len(), end), (2, None));
        for end in first.len() + 1..journal.len() {
            let (found, end) = frames(&journal[..end]);
            assert_eq!((found.len(), end), (1, Some(Next::Unfinished)));
        }
        for place in first.len()..journal.len() {
            let mut changed = journal.clone();
            changed[place] ^= 1;
            let (found, end) = frames(&changed);
            assert_eq!(found.len(), 1, "{place}");
            assert!(end.is_some(), "{place}");
        }
        let (found, end) = frames(&[first, vec![0; 100]].concat());
        assert_eq!((found.len(), end), (1, Some(Next::Wrong)));
    }

    #[test]
    fn a_frame_of_another_form_has_no_elements() {
        let frame = encode(&batch("a", 0..3))[HEADER..].to_vec();
        assert_eq!(decode(&frame).unwrap().len(), 3);
        assert_eq!(decode(&[]).unwrap().len(), 0);
        for end in (1..frame.len()).filter(|end| end % (frame.len() / 3) != 0) {
            assert_eq!(decode(&frame[..end]), None, "{end}");
        }
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
            let (frames, _) = frames(&encode(&[element.clone(), element.clone()]));
            prop_assert_eq!(frames.len(), 1);
            let found = decode(&frames[0]).unwrap();
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
