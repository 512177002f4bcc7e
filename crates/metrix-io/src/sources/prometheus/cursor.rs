//! [`Cursor`]: a place in a line.

use std::borrow::Cow;

use crate::LineError;

/// A place in a line, from which on it is read.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The bytes before it.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes past a character of ASCII, and tells whether it was there.
    pub(super) fn take(&mut self, char: u8) -> bool {
        let is_there = self.peek() == Some(char);
        self.at += usize::from(is_there);
        is_there
    }

    /// Goes past spaces and tabs.
    pub(super) fn blanks(&mut self) {
        self.while_is(|byte| matches!(byte, b' ' | b'\t'));
    }

    /// What comes before the next blank, or the end.
    pub(super) fn word(&mut self) -> &'a str {
        self.while_is(|byte| !matches!(byte, b' ' | b'\t'))
    }

    /// A name of letters, digits and underscores, and these others, with no digit first.
    pub(super) fn name(&mut self, others: &[u8]) -> Option<&'a str> {
        if self.peek()?.is_ascii_digit() {
            return None;
        }
        let name = self.while_is(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || others.contains(&byte));
        (!name.is_empty()).then_some(name)
    }

    /// A text in quotes, in which `\\`, `\"` and `\n` are escaped; a backslash before anything else stands for itself.
    pub(super) fn quoted(&mut self) -> Result<Cow<'a, str>, LineError> {
        if !self.take(b'"') {
            return Err(self.wrong("label", "the value of a label stands in quotes, as in `{page=\"/\"}`"));
        }
        let begin = self.at;
        let plain = self.while_is(|byte| !matches!(byte, b'"' | b'\\'));
        if self.take(b'"') {
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = plain.to_owned();
        loop {
            match self.peek() {
                None => {
                    return Err(LineError::new(
                        "label",
                        begin,
                        "the quotes are not closed: write `\"` after the value",
                    ));
                }
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(text));
                }
                // A backslash, since nothing else ends what is plain.
                Some(_) => {
                    self.at += 1;
                    let escaped = [(b'\\', '\\'), (b'"', '"'), (b'n', '\n')];
                    match escaped.into_iter().find(|(short, _)| self.take(*short)) {
                        Some((_, long)) => text.push(long),
                        None => text.push('\\'),
                    }
                }
            }
            text.push_str(self.while_is(|byte| !matches!(byte, b'"' | b'\\')));
        }
    }

    /// What is wrong here.
    pub(super) fn wrong(&self, kind: &'static str, message: &str) -> LineError {
        LineError::new(kind, self.at, message)
    }

    /// Goes past bytes as long as they are such, which must not end within a character.
    fn while_is(&mut self, is: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.bytes().position(|byte| !is(byte)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }
}
