//! [`read`]: lines as most are.

use memchr::memchr;

use crate::number;
use crate::sample::Plain;

/// The measurement of a line of a counter, timer, histogram or distribution with one value that is written plainly, with or without
/// a rate and tags after it, in this order. Its key is the name, the type and the tags: a client may change its rate as it likes.
#[inline]
pub(super) fn read(line: &[u8]) -> Option<Plain<'_, 3>> {
    let name_len = line.iter().position(|byte| matches!(byte, b':' | b'|'))?;
    // What DogStatsD has beside metrics begins with an underscore.
    if name_len == 0 || line[name_len] == b'|' || line[0] == b'_' {
        return None;
    }
    let (value, len) = number::plain(&line[name_len + 1..])?;
    let typed = &line[name_len + 1 + len..];
    let (is_counter, after) = match typed {
        [b'|', b'c', after @ ..] => (true, after),
        [b'|', b'm', b's', after @ ..] | [b'|', b'h' | b'd', after @ ..] => (false, after),
        _ => return None,
    };
    let kind = &typed[..typed.len() - after.len()];
    let (rate, after) = match after {
        [b'|', b'@', after @ ..] => {
            let (rate, len) = number::plain(after).filter(|(rate, _)| *rate > 0.0 && *rate <= 1.0)?;
            (rate, &after[len..])
        }
        after => (1.0, after),
    };
    match after {
        [] => {}
        [b'|', b'#', tags @ ..] if memchr(b'|', tags).is_none() => {}
        _ => return None,
    }
    let (value, weight) = if is_counter { (value / rate, 1.0) } else { (value, 1.0 / rate) };
    Some(Plain { key: [&line[..name_len], kind, after], value, at: None, weight })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::*;
    use crate::ParseLine;
    use crate::sources::statsd::StatsD;

    #[test]
    fn what_is_not_plain_is_left() {
        for line in ["a:1|c", "a:-1.5|ms", "a:1|h", "a:1|d", "a:1|c|@0.1", "a:1|c|#", "a:1|ms|@0.5|#x:y,z", "é:1|c|#ü"]
        {
            assert!(read(line.as_bytes()).is_some(), "{line}");
        }
        for line in [
            "",
            "a",
            ":1|c",
            "a:1",
            "a:1|",
            "a:x|c",
            "a:1:2|c",
            "a:1e3|c",
            "a:1|g",
            "a:1|s",
            "a:1|m",
            "a:1|cs",
            "a|b:1|c",
            "a:1|c|@0|#x",
            "a:1|c|@2",
            "a:1|c|@-0.5",
            "a:1|c|@0.1x",
            "a:1|c|T1",
            "a:1|c|#x|T1",
            "a:1|c|#x|",
            "a:1|c|#x|@0.1",
            "_e{1,1}:1|c",
            "_sc|a:1|c",
        ] {
            assert!(read(line.as_bytes()).is_none(), "{line}");
        }
    }

    #[test]
    fn a_key_is_name_type_and_tags() {
        let key =
            |line: &str| read(line.as_bytes()).unwrap().key.map(|part| String::from_utf8_lossy(part).into_owned());
        for lines in [
            ["a:1|c", "a:2|c|@0.1", "a:2|c|@0.25"],
            ["a:1|ms|#x:y,z", "a:1|ms|@0.5|#x:y,z", "a:7.5|ms|@1|#x:y,z"],
            ["a:1|h|#", "a:1|h|@1|#", "a:1|h|@0.75|#"],
        ] {
            assert!(lines.iter().all(|line| key(line) == key(lines[0])), "{lines:?}");
        }
        let others = ["a:1|c", "b:1|c", "a:1|ms", "a:1|h", "a:1|d", "a:1|c|#c", "a:1|c|#d", "ac:1|c", "ms:1|ms"];
        for (place, line) in others.iter().enumerate() {
            assert!(others[..place].iter().all(|other| key(other) != key(line)), "{line}");
        }
    }

    proptest! {
        #[test]
        fn it_is_what_parse_gives(line in "[ab_|]{0,2}:?[-0-9.]{0,4}(:1)?[|](c|ms|h|d|g|s|q)([|]@[01][.][0-9])?([|]#[a:,é|]{0,4})?([|]T1)?") {
            let Some(sample) = read(line.as_bytes()) else { return Ok(()) };
            let mut readings = Vec::new();
            let parsed = StatsD::new().parse(line.as_bytes(), &mut |reading| readings.push(reading.into_owned()));
            // A tag may have no name: of such a line the key is never learnt.
            if parsed.is_ok() {
                prop_assert_eq!(readings.len(), 1);
                let reading = &readings[0];
                prop_assert_eq!((sample.value, sample.weight, sample.at), (reading.value, reading.weight, reading.at));
            } else {
                prop_assert!(parsed.unwrap_err().kind == "tag");
            }
        }
    }
}
