//! [`Place`]: the lines of a body, one after the other.

use super::text::{OF_COLUMN, OF_STRING, end};

/// How far a body has been read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    bytes: usize,
    line_breaks: usize,
}

impl Place {
    /// The next line with its number, counted from 1. A line break within a text in quotation marks belongs to the line.
    pub(super) fn next<'a>(&mut self, body: &'a [u8]) -> Option<(usize, &'a [u8])> {
        let rest = &body[self.bytes..];
        if rest.is_empty() {
            return None;
        }
        let line = &rest[..length(rest)];
        let number = self.line_breaks + 1;
        self.line_breaks += 1 + memchr::memchr_iter(b'\n', line).count();
        self.bytes += line.len() + usize::from(line.len() < rest.len());
        Some((number, line))
    }
}

/// How long the first line is.
fn length(body: &[u8]) -> usize {
    let first = memchr::memchr(b'\n', body).unwrap_or(body.len());
    // Most lines have no text at all.
    if memchr::memchr(b'"', &body[..first]).is_none() || body.trim_ascii_start().starts_with(b"#") {
        return first;
    }
    // The fields come after the first space, and only theirs are texts.
    let mut place = end(body, 0, b" \n", OF_COLUMN);
    while let Some(byte) = body.get(place) {
        place = match byte {
            b'\n' => return place,
            b'=' if body.get(place + 1) == Some(&b'"') => end(body, place + 2, b"\"", OF_STRING) + 1,
            b'\\' if body.get(place + 1).is_some_and(|next| OF_COLUMN.contains(next)) => place + 2,
            _ => place + 1,
        };
    }
    body.len()
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};
    use proptest::sample::select;

    use super::*;

    fn lines(body: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
        let mut place = Place::default();
        std::iter::from_fn(move || place.next(body))
    }

    #[test]
    fn a_line_ends_where_it_ends() {
        for (body, expected) in [
            ("", vec![]),
            ("a b=1", vec![(1, "a b=1")]),
            ("a b=1\n", vec![(1, "a b=1")]),
            ("a b=1\n\nc d=2\r\n", vec![(1, "a b=1"), (2, ""), (3, "c d=2\r")]),
            ("a b=\"x\ny\",c=1\nd e=2", vec![(1, "a b=\"x\ny\",c=1"), (3, "d e=2")]),
            ("a b=\"x\\\"\n\",c=1\nd e=2", vec![(1, "a b=\"x\\\"\n\",c=1"), (3, "d e=2")]),
            ("a\"b c=1\nd e=2", vec![(1, "a\"b c=1"), (2, "d e=2")]),
            ("a,k=\"v c=1\nd e=2", vec![(1, "a,k=\"v c=1"), (2, "d e=2")]),
            ("a\\ b=\"c d=1\ne f=2", vec![(1, "a\\ b=\"c d=1"), (2, "e f=2")]),
            ("# it=\"\na b=1", vec![(1, "# it=\""), (2, "a b=1")]),
            ("a b=\"x\ny", vec![(1, "a b=\"x\ny")]),
        ] {
            let found: Vec<_> = lines(body.as_bytes()).collect();
            let expected: Vec<_> = expected.into_iter().map(|(number, line)| (number, line.as_bytes())).collect();
            assert_eq!(found, expected, "{body:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        /// Of any bytes, all are in a line or end one.
        #[test]
        fn nothing_is_left_out(body in vec(select(&b"a \n\r=\",\\#\xff"[..]), 0..200)) {
            let all: Vec<(usize, &[u8])> = lines(&body).collect();
            let ends = usize::from(body.last().is_some_and(|last| *last == b'\n'));
            let joined = all.iter().map(|(_, line)| *line).collect::<Vec<_>>().join(&b'\n');
            prop_assert!(joined == body || (ends == 1 && joined == body[..body.len() - 1]));
            for (number, line) in all {
                let begin = line.as_ptr() as usize - body.as_ptr() as usize;
                prop_assert_eq!(number, 1 + body[..begin].iter().filter(|byte| **byte == b'\n').count());
            }
        }
    }
}
