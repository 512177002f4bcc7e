//! [`Line`]: a line, taken apart.

use std::borrow::Cow;

use super::cut::cut;
use super::fault::{fault, quote};
use super::{kind, sections};
use crate::{Kind, LineError, Reading};

/// A line of the protocol, taken apart: what its readings are made of, beside what they have in common.
#[derive(Debug)]
pub(super) struct Line<'a> {
    text: &'a str,
    /// The values, with colons between them.
    pub(super) values: &'a str,
    pub(super) kind: Kind,
    /// Above 0 and at most 1.
    pub(super) rate: f64,
}

impl<'a> Line<'a> {
    /// Takes a line apart; it must not be empty. What its readings have in common goes to `shared`, which is new. That is
    /// large, so it stays where it is and is no part of the line.
    #[inline]
    pub(super) fn read(line: &'a [u8], shared: &mut Reading<'a>) -> Result<Self, LineError> {
        let text = std::str::from_utf8(line).map_err(|error| {
            LineError::new("encoding", error.valid_up_to(), "the line is not UTF-8 from here on: encode it so")
        })?;
        if let Some(kind) = no_metric(text) {
            let what = format!("a line of DogStatsD that is no metric but of the kind \"{kind}\": send metrics here");
            return Err(fault(text, text, kind, what));
        }
        let name_len = text.bytes().position(|byte| matches!(byte, b':' | b'|')).unwrap_or(text.len());
        let (name, rest) = text.split_at(name_len);
        let Some(rest) = rest.strip_prefix(':') else {
            return Err(fault(
                text,
                rest,
                "value",
                "no value: write a colon and a value after the name, as in name:1|c",
            ));
        };
        if name.is_empty() {
            return Err(fault(text, name, "name", "no name: write one before the colon, as in name:1|c"));
        }
        shared.name = Cow::Borrowed(name);
        let (values, rest) = cut(rest, b'|');
        let Some(rest) = rest else {
            return Err(fault(text, &text[text.len()..], "type", "no type: write it after the value, as in name:1|c"));
        };
        let (written, mut rest) = cut(rest, b'|');
        let Some(kind) = kind::read(written) else {
            let what = format!("{} is no type: write one of c, g, ms, h, d, s", quote(written));
            return Err(fault(text, written, "type", what));
        };
        shared.kind = Some(kind);
        let mut line = Self { text, values, kind, rate: 1.0 };
        while let Some(sections) = rest {
            let (section, more) = cut(sections, b'|');
            sections::read(&mut line, section, shared)?;
            rest = more;
        }
        Ok(line)
    }

    /// A fault in a part of this line.
    #[cold]
    pub(super) fn fault(&self, part: &str, kind: &'static str, message: impl Into<String>) -> LineError {
        fault(self.text, part, kind, message)
    }
}

/// What DogStatsD has beside metrics.
fn no_metric(text: &str) -> Option<&'static str> {
    if !text.starts_with('_') {
        None
    } else if text.starts_with("_e{") {
        Some("event")
    } else {
        text.starts_with("_sc|").then_some("service check")
    }
}
