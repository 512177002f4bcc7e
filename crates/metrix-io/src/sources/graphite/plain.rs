//! [`read`]: lines as most are.

use memchr::memchr;
use metrix::Timestamp;

use crate::number;
use crate::sample::Plain;

/// The measurement of a line whose value and time are written plainly, with one blank between the parts.
#[inline]
pub(super) fn read(line: &[u8]) -> Option<Plain<'_, 1>> {
    let end = memchr(b' ', line)?;
    let (path, rest) = (&line[..end], &line[end + 1..]);
    // Other blanks would end the path, too, and be found when the whole line is read.
    if path.is_empty() || path.iter().any(u8::is_ascii_whitespace) {
        return None;
    }
    let (value, len) = number::plain(rest)?;
    let time = rest[len..].strip_prefix(b" ")?;
    let (seconds, len) = number::plain(time)?;
    // All of ten digits are times of this age of the world.
    let is_time = len == time.len() && len <= 10 && seconds >= 0.0 && seconds.fract() == 0.0 && seconds < 9e9;
    let at = is_time.then(|| Timestamp::from_secs(seconds as i64))?;
    Some(Plain { key: [path], value, at: Some(at), weight: 1.0 })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::*;
    use crate::ParseLine;
    use crate::sources::graphite::Graphite;

    #[test]
    fn what_is_not_plain_is_left() {
        for line in ["a 1 0", "a.b;c=d -1.5 1431857103", "é 0.1 1"] {
            assert!(read(line.as_bytes()).is_some(), "{line}");
        }
        for line in [
            "", "a", " 1 1", "a 1", "a 1 ", "a  1 1", "a\t1 1", "a 1 1 1", "a x 1", "a 1 x", "a 1 -1", "a 1 1.5",
            "a 1e3 1",
        ] {
            assert!(read(line.as_bytes()).is_none(), "{line}");
        }
    }

    proptest! {
        #[test]
        fn it_is_what_parse_gives(line in "[a.;=é]{0,5}[ \\t\\r]{1,2}-?[0-9.]{0,4}e? -?[0-9]{0,11}[.]?[0-9]?") {
            let Some(plain) = read(line.as_bytes()) else { return Ok(()) };
            let mut readings = Vec::new();
            let parsed = Graphite::new().parse(line.as_bytes(), &mut |reading| readings.push(reading.into_owned()));
            // A tag may be wrong: of such a path the key is never learnt.
            if let Err(error) = parsed {
                prop_assert_eq!(matches!(error.kind, "tag" | "name"), true, "{}", error);
            } else {
                prop_assert_eq!((plain.value, plain.at), (readings[0].value, readings[0].at));
            }
        }
    }
}
