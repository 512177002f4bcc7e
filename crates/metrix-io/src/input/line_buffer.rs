//! [`LineBuffer`]: bytes as lines of a bounded length.

use std::io;

use memchr::{memchr, memchr_iter, memrchr};

use super::Step;
use super::chunk::Chunk;
use super::origin::{Got, Origin};

/// So much is read at once.
pub(super) const CHUNK: usize = 128 * 1024;

/// What some editors put before the first line of UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Bytes as lines, in one buffer that grows up to the longest line that is taken.
pub(super) struct LineBuffer {
    origin: Origin,
    /// The longest line that is taken, without its end.
    max: usize,
    buffer: Vec<u8>,
    /// What has been read and not yet been taken.
    begin: usize,
    end: usize,
    /// Up to here there is no line end.
    searched: usize,
    /// The present line.
    line: (usize, usize),
    number: u64,
    /// Of a line that is too long, what comes is passed over.
    skips: bool,
    /// What is left is a line: nothing comes after it, or another file.
    is_cut: bool,
    /// The next line is the first of another file.
    restarts: bool,
    ended: bool,
}

impl LineBuffer {
    /// If it begins within a line, it passes over the rest of that.
    pub(super) fn new(origin: Origin, max: usize, begins_within: bool) -> Self {
        Self {
            origin,
            max,
            buffer: Vec::new(),
            begin: 0,
            end: 0,
            searched: 0,
            line: (0, 0),
            number: 0,
            skips: begins_within,
            is_cut: false,
            restarts: false,
            ended: false,
        }
    }

    pub(super) fn origin(&mut self) -> &mut Origin {
        &mut self.origin
    }

    /// The present line.
    pub(super) fn line(&self) -> &[u8] {
        &self.buffer[self.line.0..self.line.1]
    }

    /// The present line's number.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Whether the next line is there without reading on.
    pub(super) fn is_next_there(&mut self) -> bool {
        self.find().is_some()
    }

    /// Goes to the next line. After an error nothing more comes.
    pub(super) fn advance(&mut self) -> io::Result<Step> {
        self.line = (0, 0);
        loop {
            if let Some(step) = self.step()? {
                return Ok(step);
            }
        }
    }

    /// Goes beyond all the lines that are there, once there is one, and puts them into the chunk, which is empty; `spare` gives memory to go
    /// on with. What isn't a whole line, or too long, is a chunk of its own, or none if there is nothing.
    pub(super) fn advance_all(&mut self, chunk: &mut Chunk, spare: impl FnOnce() -> Vec<u8>) -> io::Result<Step> {
        self.line = (0, 0);
        let step = loop {
            if let Some((end, lines)) = self.all() {
                self.take_all(end, lines, chunk, spare);
                return Ok(Step::Line);
            }
            if let Some(step) = self.step()? {
                break step;
            }
        };
        match step {
            Step::Line => *chunk = Chunk::line(self.line(), self.number),
            Step::TooLong => *chunk = Chunk::too_long(self.number),
            Step::Nothing | Step::End => {}
        }
        Ok(step)
    }

    /// Goes on: to a line that is there, or reads more.
    fn step(&mut self) -> io::Result<Option<Step>> {
        if let Some(found) = self.find() {
            return Ok(self.take(found, found + 1));
        }
        if std::mem::take(&mut self.is_cut) {
            let step = if self.begin < self.end { self.take(self.end, self.end) } else { None };
            (self.skips, self.restarts) = (false, true);
            return Ok(step);
        }
        if self.ended {
            return Ok(Some(Step::End));
        }
        if self.skips {
            self.begin = self.end;
        // A carriage return may be the first half of the line's end.
        } else if self.end - self.begin > self.max.saturating_add(1) {
            (self.begin, self.skips) = (self.end, true);
            self.count();
            return Ok(Some(Step::TooLong));
        }
        match self.read() {
            Ok(Got::Bytes(bytes)) => self.end += bytes,
            Ok(Got::Nothing) => return Ok(Some(Step::Nothing)),
            Ok(Got::Anew) => self.is_cut = true,
            Ok(Got::End) => (self.is_cut, self.ended) = (true, true),
            Err(error) => {
                (self.begin, self.end, self.searched, self.ended) = (0, 0, 0, true);
                return Err(error);
            }
        }
        Ok(None)
    }

    /// Where the whole lines end that are there, and how many they are, if there are any and none is too long.
    fn all(&mut self) -> Option<(usize, u64)> {
        if self.skips || self.find().is_none() {
            return None;
        }
        let text = &self.buffer[self.begin..self.end];
        let text = &text[..=memrchr(b'\n', text)?];
        let is_short = |text: &[u8]| text.len() <= self.max;
        if !is_short(text) && !text.split(|byte| *byte == b'\n').all(is_short) {
            return None;
        }
        Some((self.begin + text.len(), memchr_iter(b'\n', text).count() as u64))
    }

    fn take_all(&mut self, end: usize, lines: u64, chunk: &mut Chunk, spare: impl FnOnce() -> Vec<u8>) {
        self.count();
        let first = self.number;
        self.number += lines - 1;
        if first == 1 && self.buffer[self.begin..end].starts_with(BYTE_ORDER_MARK) {
            self.begin += BYTE_ORDER_MARK.len();
        }
        if end - self.begin < self.buffer.len() / 4 {
            *chunk = Chunk::lines_of(self.buffer[self.begin..end].to_vec(), 0, first);
            self.begin = end;
        } else {
            let rest = &self.buffer[end..self.end];
            let mut buffer = spare();
            buffer.resize(CHUNK.max(2 * rest.len()), 0);
            buffer[..rest.len()].copy_from_slice(rest);
            let rest = rest.len();
            let mut text = std::mem::replace(&mut self.buffer, buffer);
            text.truncate(end);
            *chunk = Chunk::lines_of(text, self.begin, first);
            (self.begin, self.end) = (0, rest);
        }
        self.searched = self.begin;
    }

    /// Where the next line end is, as far as has been read.
    fn find(&mut self) -> Option<usize> {
        let found = memchr(b'\n', &self.buffer[self.searched..self.end]);
        self.searched = found.map_or(self.end, |found| self.searched + found);
        found.map(|_| self.searched)
    }

    /// Takes what goes on to `end` as a line, unless it is the rest of one that was too long.
    fn take(&mut self, end: usize, next: usize) -> Option<Step> {
        let mut begin = self.begin;
        (self.begin, self.searched) = (next, next);
        if std::mem::take(&mut self.skips) {
            return None;
        }
        self.count();
        if self.number == 1 && self.buffer[begin..end].starts_with(BYTE_ORDER_MARK) {
            begin += BYTE_ORDER_MARK.len();
        }
        let end = if self.buffer[begin..end].ends_with(b"\r") { end - 1 } else { end };
        if end - begin > self.max {
            return Some(Step::TooLong);
        }
        self.line = (begin, end);
        Some(Step::Line)
    }

    /// Counts one more line; those of another file from 1 on.
    fn count(&mut self) {
        self.number = if std::mem::take(&mut self.restarts) { 1 } else { self.number + 1 };
    }

    /// Reads on, once there is room for it.
    fn read(&mut self) -> io::Result<Got> {
        if self.begin == self.end {
            (self.begin, self.end, self.searched) = (0, 0, 0);
        } else if self.end == self.buffer.len() && self.begin > 0 {
            self.buffer.copy_within(self.begin..self.end, 0);
            (self.end, self.searched) = (self.end - self.begin, self.searched - self.begin);
            self.begin = 0;
        }
        if self.end == self.buffer.len() {
            // The longest line that is taken, and as much as shows that a line is longer.
            let most = self.max.saturating_add(2).max(CHUNK);
            let len = (2 * self.end).clamp(CHUNK, most);
            self.buffer.resize(len, 0);
        }
        self.origin.read(&mut self.buffer[self.end..])
    }
}

#[cfg(test)]
mod tests;
