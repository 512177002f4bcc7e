//! Pickles, as Python has them: protocol 2, and of that what a list of points needs.

use super::point::Point;
use crate::sinks::wire::Encoded;

/// So many points a pickle has at most, as those of carbon's own relay have.
const POINTS: usize = 500;
/// And about so many bytes: carbon hangs up at a mebibyte.
const BYTES: usize = 1 << 19;

/// What a pickle begins with: its protocol, an empty list, and a mark of where the items begin.
const BEGIN: &[u8] = b"\x80\x02](";
/// What it ends with: the items since the mark belong to the list, which is all.
const END: &[u8] = b"e.";

/// Appends `(path, (time, value))`.
pub(super) fn tuple(point: &Point, bytes: &mut Vec<u8>) {
    let Point { path, value, seconds, .. } = point;
    // No path is longer than a line.
    let length = path.len() as u32;
    bytes.push(b'X');
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(path.as_bytes());
    match i32::try_from(*seconds) {
        Ok(seconds) => {
            bytes.push(b'J');
            bytes.extend_from_slice(&seconds.to_le_bytes());
        }
        // As an integer of any length, here of five bytes, so that the highest bit is no sign.
        Err(_) => {
            bytes.extend_from_slice(b"\x8a\x05");
            bytes.extend_from_slice(&seconds.to_le_bytes()[..5]);
        }
    }
    bytes.push(b'G');
    bytes.extend_from_slice(&value.to_be_bytes());
    // Two pairs, the inner one first.
    bytes.extend_from_slice(b"\x86\x86");
}

/// Lists of the tuples, each with its length before it.
pub(super) fn frames(tuples: &Encoded) -> Vec<u8> {
    let mut frames = Vec::with_capacity(tuples.bytes.len() + (tuples.ends.len() / POINTS + 1) * 10);
    let (mut begin, mut last, mut points) = (0, 0, 0);
    let mut frame = |items: &[u8]| {
        let length = (BEGIN.len() + items.len() + END.len()) as u32;
        frames.extend_from_slice(&length.to_be_bytes());
        frames.extend_from_slice(BEGIN);
        frames.extend_from_slice(items);
        frames.extend_from_slice(END);
    };
    for &(_, end) in &tuples.ends {
        if points == POINTS || points > 0 && end - begin > BYTES {
            frame(&tuples.bytes[begin..last]);
            (begin, points) = (last, 0);
        }
        (last, points) = (end, points + 1);
    }
    if points > 0 {
        frame(&tuples.bytes[begin..last]);
    }
    frames
}

#[cfg(test)]
mod tests {
    use metrix::{MElement, Timestamp, tags};

    use super::*;
    use crate::sinks::wire::WireCounts;

    /// The lengths of the frames of so many tuples of so many bytes each.
    fn lengths(count: usize, bytes: usize) -> Vec<usize> {
        let batch = vec![MElement::new("a", 1.0, tags! {}, Timestamp::EPOCH); count];
        let encoded = Encoded::new(&batch, &WireCounts::default(), |_, text| {
            text.extend(std::iter::repeat_n(b'x', bytes));
            Ok::<usize, &str>(0)
        });
        let frames = frames(&encoded);
        let (mut rest, mut lengths) = (&frames[..], Vec::new());
        while let Some((length, after)) = rest.split_first_chunk() {
            let (frame, after) = after.split_at(u32::from_be_bytes(*length) as usize);
            let items = frame.strip_prefix(BEGIN).unwrap().strip_suffix(END).unwrap();
            lengths.push(items.len());
            rest = after;
        }
        lengths
    }

    #[test]
    fn frames_are_bounded_by_points_and_by_bytes() {
        assert_eq!(lengths(0, 10), [0; 0]);
        assert_eq!(lengths(500, 10), [5000]);
        assert_eq!(lengths(1001, 10), [5000, 5000, 10]);
        assert_eq!(lengths(60, 10_000), [520_000, 80_000]);
        assert_eq!(lengths(2, 600_000), [600_000, 600_000]);
    }
}
