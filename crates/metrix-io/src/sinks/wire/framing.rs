//! [`Framing`]: where the parts of a stream of bytes end that a peer can only take whole.

use memchr::{memchr, memrchr};

/// Where the parts of a stream of bytes end that a peer can only take whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sinks) enum Framing {
    /// At line breaks.
    Lines,
    /// After so many bytes as the four before say, the highest first.
    #[cfg(feature = "graphite")]
    Lengths,
}

impl Framing {
    /// Where the part begins and ends of which only the bytes before `place` were sent; both are `place` if there is none. The
    /// first byte begins a part.
    pub(super) fn part(self, bytes: &[u8], place: usize) -> (usize, usize) {
        match self {
            Self::Lines => {
                let begin = memrchr(b'\n', &bytes[..place]).map_or(0, |end| end + 1);
                let rest = memchr(b'\n', &bytes[place..]).map_or(bytes.len(), |end| place + end + 1);
                (begin, if begin == place { place } else { rest })
            }
            #[cfg(feature = "graphite")]
            Self::Lengths => {
                let (mut begin, mut end) = (0, 0);
                while end < place {
                    begin = end;
                    let length = bytes[begin..].first_chunk().map_or(0, |length| u32::from_be_bytes(*length));
                    end = (begin + 4 + length as usize).min(bytes.len());
                }
                (if end == place { place } else { begin }, end)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_whole() {
        let bytes = b"ab\nc\n\nd\n";
        let parts = [(0, 0), (0, 3), (0, 3), (3, 3), (3, 5), (5, 5), (6, 6), (6, 8), (8, 8)];
        for (place, part) in parts.into_iter().enumerate() {
            assert_eq!(Framing::Lines.part(bytes, place), part, "{place}");
        }
    }

    #[cfg(feature = "graphite")]
    #[test]
    fn a_part_has_the_length_that_it_says() {
        let bytes = b"\0\0\0\x01a\0\0\0\0\0\0\0\x02bc";
        for (place, part) in [
            (0, (0, 0)),
            (1, (0, 5)),
            (4, (0, 5)),
            (5, (5, 5)),
            (6, (5, 9)),
            (9, (9, 9)),
            (14, (9, 15)),
            (15, (15, 15)),
        ] {
            assert_eq!(Framing::Lengths.part(bytes, place), part, "{place}");
        }
    }
}
