use std::io::{self, ErrorKind, Read};

use proptest::prelude::{any, prop, prop_assert_eq, proptest};

use super::*;

/// Gives its bytes piece by piece, with interruptions.
struct Pieces {
    bytes: Vec<u8>,
    lengths: Vec<usize>,
    reads: usize,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reads += 1;
        if self.reads % 3 == 0 {
            return Err(ErrorKind::Interrupted.into());
        }
        let piece = self.lengths.get(self.reads % self.lengths.len().max(1)).copied().unwrap_or(usize::MAX);
        let len = piece.clamp(1, buffer.len()).min(self.bytes.len());
        buffer[..len].copy_from_slice(&self.bytes[..len]);
        self.bytes.drain(..len);
        Ok(len)
    }
}

/// What there is, with the number of each line; `None` is a line that is too long.
fn read(bytes: &[u8], lengths: Vec<usize>, max: usize, begins_within: bool) -> Vec<(u64, Option<Vec<u8>>)> {
    let pieces = Pieces { bytes: bytes.to_vec(), lengths, reads: 0 };
    let mut lines = LineBuffer::new(Origin::Reader(Box::new(pieces)), max, begins_within);
    let mut all = Vec::new();
    loop {
        match lines.advance().unwrap() {
            Step::Line => all.push((lines.number(), Some(lines.line().to_vec()))),
            Step::TooLong => all.push((lines.number(), None)),
            Step::Nothing => unreachable!("a reader has an end"),
            Step::End => break,
        }
    }
    assert_eq!(lines.advance().unwrap(), Step::End);
    assert!(lines.buffer.len() <= CHUNK.max(max + 2));
    all
}

/// The same from the whole text.
fn expected(bytes: &[u8], max: usize, begins_within: bool) -> Vec<(u64, Option<Vec<u8>>)> {
    let mut lines: Vec<_> = bytes.split(|&byte| byte == b'\n').collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    let lines = lines.into_iter().skip(usize::from(begins_within));
    let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    (1..).zip(lines.map(|line| (line.len() <= max).then(|| line.to_vec()))).collect()
}

#[test]
fn the_last_line_needs_no_end() {
    assert_eq!(read(b"a\nb", vec![], 9, false), [(1, Some(b"a".to_vec())), (2, Some(b"b".to_vec()))]);
    assert_eq!(read(b"a\nb\n", vec![], 9, false).len(), 2);
    assert_eq!(read(b"\n\n", vec![], 9, false), [(1, Some(vec![])), (2, Some(vec![]))]);
    assert_eq!(read(b"", vec![], 9, false), []);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_line() {
    let all = read(b"\xef\xbb\xbfa\n\xef\xbb\xbfa", vec![], 9, false);
    assert_eq!(all, [(1, Some(b"a".to_vec())), (2, Some(b"\xef\xbb\xbfa".to_vec()))]);
}

#[test]
fn a_line_that_is_too_long_is_told_before_its_end_and_passed_over() {
    let endless = io::Cursor::new(b"short\n").chain(io::repeat(b'x'));
    let mut lines = LineBuffer::new(Origin::Reader(Box::new(endless)), 1 << 20, false);
    assert_eq!(lines.advance().unwrap(), Step::Line);
    assert_eq!(lines.advance().unwrap(), Step::TooLong);
    assert!(lines.buffer.len() <= (1 << 20) + 2);

    let mut bytes = vec![b'x'; 3 << 20];
    bytes.extend(b"\r\nnext");
    assert_eq!(read(&bytes, vec![], 1 << 20, false), [(1, None), (2, Some(b"next".to_vec()))]);
    let longest = [vec![b'x'; 1 << 20], b"\r\n".to_vec()].concat();
    assert_eq!(read(&longest, vec![], 1 << 20, false), [(1, Some(longest[..1 << 20].to_vec()))]);
}

#[test]
fn after_an_error_it_has_ended() {
    struct Fails;
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let mut lines = LineBuffer::new(Origin::Reader(Box::new(io::Cursor::new(b"a\nb").chain(Fails))), 9, false);
    assert_eq!(lines.advance().unwrap(), Step::Line);
    assert_eq!(lines.advance().unwrap_err().to_string(), "the disk is gone");
    assert_eq!(lines.advance().unwrap(), Step::End);
    assert_eq!(lines.line(), b"");
}

proptest! {
    #[test]
    fn lines_are_those_of_the_whole_text(
        bytes in prop::collection::vec(prop::sample::select(&b"ab\r\n\xff"[..]), 0..60),
        lengths in prop::collection::vec(1..9_usize, 0..4),
        max in 1..12_usize,
        begins_within in any::<bool>(),
    ) {
        prop_assert_eq!(read(&bytes, lengths, max, begins_within), expected(&bytes, max, begins_within));
    }

    #[test]
    fn long_lines_too(lines in prop::collection::vec(0..200_000_usize, 0..6), max in 1..150_000_usize) {
        let bytes: Vec<u8> = lines.iter().flat_map(|&len| [vec![b'x'; len], b"\n".to_vec()].concat()).collect();
        prop_assert_eq!(read(&bytes, vec![], max, false), expected(&bytes, max, false));
    }
}
