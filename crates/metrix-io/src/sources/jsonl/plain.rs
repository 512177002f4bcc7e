//! [`read`]: lines as most are.

use memchr::memchr;
use metrix::Timestamp;

use crate::near::position;
use crate::number;
use crate::sample::Plain;
use crate::sources::unix_time;

/// The measurement of an object that has a name and a plain number as its value, and perhaps tags and a time in seconds, each
/// of them once and nothing else, without a backslash.
///
/// Neither the name nor the tags are looked into: a text that was the one or the other of a line without a fault is so in any
/// line, as JSON texts without a backslash end at their first quote and objects at the first brace that is in no text.
#[inline]
pub(super) fn read(line: &[u8]) -> Option<Plain<'_, 2>> {
    let mut rest = Rest(line);
    rest.take(b'{')?;
    let (mut name, mut value, mut tags, mut at) = (None, None, None, None);
    loop {
        match rest.key()? {
            Key::Name if name.is_none() => name = Some(rest.text().filter(|name| !name.contains(&b'\\'))?),
            Key::Value if value.is_none() => value = Some(rest.number()?),
            Key::Tags if tags.is_none() => tags = Some(rest.object()?),
            Key::At if at.is_none() => at = Some(rest.time()?),
            Key::Name | Key::Value | Key::Tags | Key::At => return None,
        }
        match rest.next()? {
            b',' => {}
            b'}' => break,
            _ => return None,
        }
    }
    rest.trim();
    let is_all = rest.0.is_empty();
    is_all.then_some(Plain { key: [name?, tags.unwrap_or_default()], value: value?, at, weight: 1.0 })
}

enum Key {
    Name,
    Value,
    Tags,
    At,
}

/// What is left of a line.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    #[inline]
    fn trim(&mut self) {
        while let [b' ' | b'\t' | b'\r' | b'\n', rest @ ..] = self.0 {
            self.0 = rest;
        }
    }

    #[inline]
    fn next(&mut self) -> Option<u8> {
        self.trim();
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    #[inline]
    fn take(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    /// The key of the next value, and what stands before the value.
    #[inline]
    fn key(&mut self) -> Option<Key> {
        // Mostly without spaces, which is one comparison of a few bytes.
        let written: [(&[u8], Key); 4] =
            [(b"\"name\":", Key::Name), (b"\"value\":", Key::Value), (b"\"tags\":", Key::Tags), (b"\"at\":", Key::At)];
        for (written, key) in written {
            if let Some(rest) = self.0.strip_prefix(written) {
                self.0 = rest;
                return Some(key);
            }
        }
        let key = match self.text()? {
            b"name" => Key::Name,
            b"value" => Key::Value,
            b"tags" => Key::Tags,
            b"at" => Key::At,
            _ => return None,
        };
        self.take(b':')?;
        Some(key)
    }

    /// What stands between the next quotes.
    #[inline]
    fn text(&mut self) -> Option<&'a [u8]> {
        self.take(b'"')?;
        let end = position(self.0, b'"')?;
        let text = &self.0[..end];
        self.0 = &self.0[end + 1..];
        Some(text)
    }

    /// An object of texts and numbers, as it is written.
    #[inline]
    fn object(&mut self) -> Option<&'a [u8]> {
        self.trim();
        if self.0.first() != Some(&b'{') {
            return None;
        }
        let (object, rest) = self.0.split_at(memchr(b'}', self.0)? + 1);
        self.0 = rest;
        // The brace is in no text, and there is no backslash. Without a way out in the middle, several bytes are looked at in
        // one instruction.
        let (is_in_text, has_backslash) = object.iter().fold((false, false), |(is_in_text, has_backslash), byte| {
            (is_in_text ^ (*byte == b'"'), has_backslash | (*byte == b'\\'))
        });
        (!is_in_text && !has_backslash).then_some(object)
    }

    #[inline]
    fn number(&mut self) -> Option<f64> {
        self.trim();
        let (number, len) = number::plain(self.0)?;
        self.0 = &self.0[len..];
        Some(number)
    }

    #[inline]
    fn time(&mut self) -> Option<Timestamp> {
        self.trim();
        let (nanos, len) = unix_time::first(self.0, unix_time::SECOND)?;
        let (seconds, rest) = self.0.split_at(len);
        self.0 = rest;
        // JSON has no numbers such as 01.
        let is_number = !seconds.starts_with(b"0") || seconds.len() == 1 || seconds[1] == b'.';
        is_number.then_some(Timestamp::from_nanos(nanos))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::*;
    use crate::sources::Jsonl;
    use crate::{ParseLine, Reading};

    fn parsed(line: &str) -> Option<Reading<'static>> {
        let mut readings = Vec::new();
        Jsonl::new().parse(line.as_bytes(), &mut |reading| readings.push(reading.into_owned())).ok()?;
        readings.pop()
    }

    #[test]
    fn what_is_not_plain_is_left() {
        for line in [
            r#"{"name":"a","value":1}"#,
            r#" { "at" : 1.5 , "tags" : { "b" : "c" , "d" : 1 } , "value" : -0.5 , "name" : "a" } "#,
            r#"{"name":"a","value":1,"tags":{}}"#,
            r#"{"at":0,"name":"a","value":1}"#,
            r#"{"at":0.25,"name":"a","value":1}"#,
            r#"{"name":"a","value":1,"tags":{"é":"{,"}}"#,
        ] {
            let (sample, reading) = (read(line.as_bytes()).unwrap(), parsed(line).unwrap());
            assert_eq!((sample.value, sample.at, sample.weight), (reading.value, reading.at, reading.weight), "{line}");
        }
        for line in [
            "",
            "{}",
            "[]",
            r#"{"name":"a"}"#,
            r#"{"name":"a","value":"1"}"#,
            r#"{"name":"a","value":1e3}"#,
            r#"{"name":"a","value":01}"#,
            r#"{"at":01,"name":"a","value":1}"#,
            r#"{"at":1.,"name":"a","value":1}"#,
            r#"{"at":1e1,"name":"a","value":1}"#,
            r#"{"at":1.2.3,"name":"a","value":1}"#,
            r#"{"name":"a","value":1,"value":2}"#,
            r#"{"name":"a","value":1,"more":2}"#,
            r#"{"name":"a","value":1,"tags":null}"#,
            r#"{"name":"a","value":1,"tags":{"b":"}"}}"#,
            r#"{"name":"a","value":1,"tags":{"b":""}","c":"}"}}"#,
            r#"{"name":"a"","value":1}"#,
            r#"{"name":"a","value":1,"at":"2015-05-17T10:05:03Z"}"#,
            r#"{"name":"a","value":1,}"#,
            r#"{"name":"a","value":1"#,
            r#"{"name":"a","value":1}}"#,
            r#"{"name":"a","value":1.}"#,
        ] {
            assert_eq!(read(line.as_bytes()), None, "{line}");
        }
    }

    proptest! {
        /// What is told of a line is so, and if its key was that of a line without a fault, it has none.
        #[test]
        fn it_is_what_parse_gives(
            name in "[a-c\\\\\"\u{1}]{0,2}",
            value in "[-0-9.e]{1,3}",
            tags in r#"\{("[a,}:]{0,2}":("[b}\\]{0,2}"|1|\{\}),?){0,2}\}"#,
            after in "[ ,}x]{0,2}",
        ) {
            let line = format!(r#"{{"name":"{name}","tags":{tags},"value":{value}{after}}}"#);
            let Some(sample) = read(line.as_bytes()) else { return Ok(()) };
            let plain = format!(r#"{{"name":"{name}","value":1,"tags":{tags}}}"#);
            if let (Some(learnt), Some(first)) = (read(plain.as_bytes()), parsed(&plain)) {
                if learnt.key == sample.key {
                    let reading = parsed(&line).expect(&line);
                    prop_assert_eq!((sample.value, sample.at, sample.weight), (reading.value, reading.at, reading.weight));
                    prop_assert_eq!((first.name, first.tags), (reading.name, reading.tags));
                }
            }
        }
    }
}
