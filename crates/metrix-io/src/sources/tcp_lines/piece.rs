//! [`Piece`]: what a connection has brought, and [`Pieces`], which cuts it at line ends.

use memchr::{memchr, memrchr};

/// What a connection has brought.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Whole lines, with the end of the last one.
    Lines(Vec<u8>),
    /// The beginning of a line that is too long; the rest is passed over.
    TooLong,
    /// A line without an end, after which nothing more came.
    Cut,
}

/// Cuts bytes that come in any portions at line ends. It holds no more than the longest line that is taken.
#[derive(Debug)]
pub(super) struct Pieces {
    most: usize,
    /// The beginning of a line.
    rest: Vec<u8>,
    /// Whether what comes is of a line that is too long.
    skips: bool,
}

impl Pieces {
    /// Of lines of up to so many bytes, without their ends.
    pub(super) fn new(most: usize) -> Self {
        Self { most, rest: Vec::new(), skips: false }
    }

    /// The pieces that these bytes complete, at most two. The first line of lines may be longer than any that is taken, by what
    /// comes at once.
    pub(super) fn take(&mut self, mut bytes: &[u8]) -> [Option<Piece>; 2] {
        if self.skips {
            let Some(end) = memchr(b'\n', bytes) else { return [None, None] };
            bytes = &bytes[end + 1..];
            self.skips = false;
        }
        let (whole, rest) = bytes.split_at(memrchr(b'\n', bytes).map_or(0, |end| end + 1));
        let lines = (!whole.is_empty()).then(|| {
            let mut lines = std::mem::take(&mut self.rest);
            lines.extend_from_slice(whole);
            Piece::Lines(lines)
        });
        // A carriage return may be the first half of the line's end.
        if self.rest.len() + rest.len() > self.most.saturating_add(1) {
            self.rest = Vec::new();
            self.skips = true;
            return [lines, Some(Piece::TooLong)];
        }
        self.rest.extend_from_slice(rest);
        [lines, None]
    }

    /// What is left when nothing more comes.
    pub(super) fn end(&mut self) -> Option<Piece> {
        let rest = std::mem::take(&mut self.rest);
        (!rest.is_empty()).then_some(Piece::Cut)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::*;

    /// Everything that comes of these portions, with lines one by one.
    fn all(most: usize, portions: &[&[u8]]) -> Vec<String> {
        let mut pieces = Pieces::new(most);
        let mut all = Vec::new();
        let mut add = |piece| match piece {
            Piece::Lines(lines) => {
                let text = String::from_utf8(lines).unwrap();
                assert!(text.ends_with('\n'));
                all.extend(text.lines().map(str::to_owned));
            }
            Piece::TooLong => all.push("TOO LONG".to_owned()),
            Piece::Cut => all.push("CUT".to_owned()),
        };
        for portion in portions {
            pieces.take(portion).into_iter().flatten().for_each(&mut add);
        }
        pieces.end().into_iter().for_each(&mut add);
        all
    }

    #[test]
    fn lines_are_whole() {
        assert_eq!(all(9, &[b"a\nb", b"c\n", b"\nd\r\n"]), ["a", "bc", "", "d"]);
        assert_eq!(all(9, &[b"a\nb"]), ["a", "CUT"]);
        assert_eq!(all(9, &[]), [""; 0]);
        assert_eq!(all(2, &[b"ab\r", b"\nx", b"xxx", b"xxxx\ncd\n", b"e"]), ["ab", "TOO LONG", "cd", "CUT"]);
        assert_eq!(all(2, &[b"xxxx", b"x\n"]), ["TOO LONG"]);
        assert_eq!(all(2, &[b"xxxx"]), ["TOO LONG"]);
    }

    proptest! {
        #[test]
        fn where_portions_end_does_not_matter(text in "[a\\n]{0,40}", cuts in vec(0..40_usize, 0..6)) {
            let mut places: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).chain([0, text.len()]).collect();
            places.sort_unstable();
            let portions: Vec<&[u8]> = places.windows(2).map(|ends| &text.as_bytes()[ends[0]..ends[1]]).collect();
            prop_assert_eq!(all(1000, &portions), all(1000, &[text.as_bytes()]));
            let mut pieces = Pieces::new(5);
            for portion in portions {
                pieces.take(portion);
                prop_assert!(pieces.rest.len() <= 6);
            }
        }
    }
}
