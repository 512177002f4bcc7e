//! How a [`Scraper`] reads what a target shows.

use std::borrow::Cow;

use metrix::Timestamp;

use super::Scraper;
use super::error::ScrapeError;
use super::labels::tagged;
use crate::{Kind, ParseLine, Reading};

impl Scraper {
    /// Reads all lines, and tells how many samples there are.
    pub(super) fn check(&mut self, body: &[u8]) -> Result<u64, ScrapeError> {
        let (mut samples, skipped) = (0, self.text.skipped());
        for (line, number) in lines(body).zip(1..) {
            let parsed = self.text.parse(line, &mut |_| samples += 1);
            parsed.map_err(|error| ScrapeError::line(number, error))?;
        }
        // Without a length an answer that breaks off looks whole; half a number is a number, too.
        let is_cut = !self.text.says_its_end() && !body.is_empty() && !body.ends_with(b"\n");
        if is_cut || !self.text.is_whole() {
            return Err(ScrapeError::cut_off());
        }
        let skipped = self.text.skipped() - skipped;
        self.stats.samples += samples + skipped;
        self.stats.skipped += skipped;
        Ok(samples + skipped)
    }

    /// Gives the readings of a body that has been checked. The types that it has are known from that.
    pub(super) fn give(&mut self, body: &[u8], at: Timestamp, visit: &mut impl FnMut(Reading<'_>)) {
        let Self { text, increases, tags, honors_labels, .. } = self;
        increases.begin();
        text.rewind();
        for line in lines(body) {
            let checked = text.parse(line, &mut |mut reading| {
                if reading.kind == Some(Kind::Counter) {
                    match increases.of(key(&reading), reading.value) {
                        Some(increase) => reading.value = increase,
                        None => return,
                    }
                }
                reading.at = reading.at.or(Some(at));
                visit(tagged(reading, tags, *honors_labels));
            });
            debug_assert!(checked.is_ok(), "it was right before");
        }
    }
}

fn lines(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let body = body.strip_suffix(b"\n").unwrap_or(body);
    body.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// What tells a series from others; no text of it has the byte that stands between.
fn key(reading: &Reading<'_>) -> String {
    const BETWEEN: char = '\u{1f}';

    let mut labels: Vec<(&str, &str)> = reading.tags.iter().map(|(name, value)| (&**name, &**value)).collect();
    labels.sort_unstable();
    let mut key = String::from(&*reading.name);
    for (name, value) in labels {
        // A value may have any character, so its length tells where it ends.
        key.extend([
            Cow::Borrowed(name),
            Cow::Owned(format!("{BETWEEN}{}{BETWEEN}", value.len())),
            Cow::Borrowed(value),
        ]);
    }
    key
}
