//! [`Hand`]: one that reads the lines of chunks.

use metrix_io::{Chunk, ParseLine, Reading};

use super::keys::{Found, Keys};
use super::parser::Parser;
use super::steps::{Step, Steps};

/// Reads the lines of chunks, whichever come, as far as a line can be understood without those in other chunks.
///
/// Memory: as of [`Keys`], and the series of one chunk more.
#[derive(Debug)]
pub(crate) struct Hand {
    number: usize,
    parser: Parser,
    keys: Keys,
    new: Vec<Reading<'static>>,
}

/// Whether a line has samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sampled {
    /// It has, and their series are known.
    All,
    /// It has, but not all of their series are known.
    New,
    No,
}

impl Hand {
    pub(crate) fn new(number: usize, parser: Parser) -> Self {
        Self { number, parser, keys: Keys::default(), new: Vec::new() }
    }

    /// Reads a chunk; `steps` is empty, and gives the memory for its steps.
    pub(crate) fn read(&mut self, chunk: Chunk, mut steps: Vec<Step>) -> Steps {
        let forgets = self.keys.are_full();
        if forgets {
            self.keys.forget();
        }
        let mut lines = 0;
        for (line, number) in chunk.lines().zip(0..) {
            lines = number + 1;
            // An empty one has no readings, whoever reads it.
            if line.text.is_some_and(<[u8]>::is_empty) {
                continue;
            }
            let is_read = line.text.is_some_and(|text| self.read_line(text, number, &mut steps));
            if !is_read {
                steps.push(Step::Read { line: number });
            }
        }
        Steps { chunk, lines, steps, hand: self.number, forgets, new: std::mem::take(&mut self.new) }
    }

    /// Tells whether the line need not be read again; if it must, it leaves no steps.
    fn read_line(&mut self, text: &[u8], line: u32, steps: &mut Vec<Step>) -> bool {
        let is_sampled = match self.sample(text, line, steps) {
            Sampled::All => true,
            Sampled::New => self.learn(text) && self.sample(text, line, steps) == Sampled::All,
            Sampled::No => false,
        };
        is_sampled || !self.parser.remembers() && self.parse(text, line, steps)
    }

    #[inline]
    fn sample(&mut self, text: &[u8], line: u32, steps: &mut Vec<Step>) -> Sampled {
        let Self { parser, keys, .. } = self;
        let (begin, skipped) = (steps.len(), parser.skipped());
        let mut sampled = Sampled::All;
        let is_plain = parser.samples(text, &mut |sample| match keys.find_sample(&sample) {
            Found::Known(series) => {
                let (value, copies, at) = (sample.value, sample.copies(), sample.at);
                steps.push(Step::Send { line, series, value, copies, at });
            }
            Found::New | Found::TooLong => sampled = Sampled::New,
        });
        if !is_plain {
            sampled = Sampled::No;
        }
        if sampled == Sampled::All {
            steps.extend((skipped..parser.skipped()).map(|_| Step::Skip { line }));
        } else {
            steps.truncate(begin);
        }
        sampled
    }

    /// Gives numbers to the series of a line that has samples, unless it is wrong.
    #[cold]
    fn learn(&mut self, text: &[u8]) -> bool {
        let Self { parser, keys, new, .. } = self;
        let mut readings = Vec::new();
        if parser.parse(text, &mut |reading| readings.push(reading.into_owned())).is_err() {
            return false;
        }
        let mut readings = readings.into_iter();
        parser.samples(text, &mut |sample| {
            let reading = readings.next();
            if let (Some(reading), Found::New) = (reading, keys.find_sample(&sample)) {
                new.push(reading);
                keys.add();
            }
        })
    }

    fn parse(&mut self, text: &[u8], line: u32, steps: &mut Vec<Step>) -> bool {
        let Self { parser, keys, new, .. } = self;
        let (begin, skipped) = (steps.len(), parser.skipped());
        let mut is_kept = true;
        let parsed = parser.parse(text, &mut |reading| {
            let (value, copies, at) = (reading.value, reading.copies(), reading.at);
            let series = match keys.find(&reading) {
                Found::Known(number) => number,
                Found::New => {
                    new.push(reading.into_owned());
                    keys.add()
                }
                Found::TooLong => {
                    is_kept = false;
                    return;
                }
            };
            steps.push(Step::Send { line, series, value, copies, at });
        });
        let has_nothing = steps.len() == begin && is_kept && parser.skipped() == skipped;
        match parsed {
            Ok(()) if is_kept => steps.extend((skipped..parser.skipped()).map(|_| Step::Skip { line })),
            Err(fault) if has_nothing => steps.push(Step::Wrong { line, kind: fault.kind }),
            Ok(()) | Err(_) => {
                steps.truncate(begin);
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests;
