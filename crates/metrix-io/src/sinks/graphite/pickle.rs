//! Pickles, as Python has them: protocol 2, and of that what a list of points needs.

use super::point::Point;
use crate::sinks::wire::Encoded;

/// So many points a pickle has at most, as those of carbon's own relay have.
const POINTS: usize = 500;

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
    let mut begin = 0;
    for points in tuples.ends.chunks(POINTS) {
        let end = points.last().map_or(begin, |(_, end)| *end);
        let items = &tuples.bytes[begin..end];
        // 500 points of one line each have no more than 4 MB.
        let length = (BEGIN.len() + items.len() + END.len()) as u32;
        frames.extend_from_slice(&length.to_be_bytes());
        frames.extend_from_slice(BEGIN);
        frames.extend_from_slice(items);
        frames.extend_from_slice(END);
        begin = end;
    }
    frames
}
