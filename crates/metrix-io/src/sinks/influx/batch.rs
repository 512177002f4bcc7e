//! [`Batch`]: the lines of a batch, in requests or datagrams.

use std::ops::Range;

use metrix::MElement;

use super::line::Rules;
use crate::sinks::HttpCounts;
use crate::sinks::refused::Refused;

/// A request has so many bytes of lines at most, unless one line has more; servers take 25 MB and more.
const MAX_BODY: usize = 4 << 20;

/// The lines of a batch. Places in it are those of lines, which are fewer than the elements where some are refused.
#[derive(Debug, Default)]
pub(super) struct Batch {
    text: Vec<u8>,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    /// Of its element in the batch.
    position: usize,
    /// In the text.
    end: usize,
}

impl Batch {
    /// Takes other elements in the place of those that it has, and gives those that have no line.
    pub(super) fn fill(&mut self, elements: &[MElement], rules: &Rules, counts: &HttpCounts) -> Refused {
        self.text.clear();
        self.lines.clear();
        let mut refused = Refused::default();
        for (position, element) in elements.iter().enumerate() {
            match rules.encode(element, &mut self.text) {
                Ok(merged) => {
                    counts.merged(merged, &element.name);
                    self.lines.push(Line { position, end: self.text.len() });
                }
                Err(refusal) => refused.add(position, &element.name, refusal),
            }
        }
        refused
    }

    /// Its lines in requests of so many at most.
    pub(super) fn requests(&self, lines: usize) -> Vec<Range<usize>> {
        self.parts(lines, MAX_BODY)
    }

    /// Its lines in datagrams of so many bytes at most, or of one line.
    pub(super) fn datagrams(&self, bytes: usize) -> Vec<Range<usize>> {
        self.parts(usize::MAX, bytes)
    }

    fn parts(&self, lines: usize, bytes: usize) -> Vec<Range<usize>> {
        let (mut parts, mut start) = (Vec::new(), 0);
        for place in 0..self.lines.len() {
            if place > start && (place - start == lines || self.text(&(start..place + 1)).len() > bytes) {
                parts.push(start..place);
                start = place;
            }
        }
        if start < self.lines.len() {
            parts.push(start..self.lines.len());
        }
        parts
    }

    /// The text of some lines.
    pub(super) fn text(&self, lines: &Range<usize>) -> &[u8] {
        let end_before = |place: usize| place.checked_sub(1).map_or(0, |before| self.lines[before].end);
        &self.text[end_before(lines.start)..end_before(lines.end)]
    }

    /// The positions of the elements whose lines these are.
    pub(super) fn positions<'a>(&'a self, parts: &'a [Range<usize>]) -> impl Iterator<Item = usize> + 'a {
        parts.iter().flat_map(|part| self.lines[part.clone()].iter().map(|line| line.position))
    }
}

#[cfg(test)]
mod tests {
    use metrix::{Tags, Timestamp};

    use super::super::line::Naming;
    use super::*;
    use crate::influx_precision::Precision;

    /// A batch of lines of 10 bytes, the third element of which is refused.
    fn batch() -> Batch {
        let element = |value| MElement::new("m", value, Tags::NONE, Timestamp::EPOCH);
        let elements = [1.0, 2.0, f64::NAN, 4.0, 5.0, 6.0].map(element);
        let naming = Naming::Field("val".to_owned());
        let rules = Rules { default_tags: Tags::NONE, naming, precision: Precision::Seconds, integers: Vec::new() };
        let mut batch = Batch::default();
        let refused = batch.fill(&elements, &rules, &HttpCounts::default());
        assert!(refused.into_result(6).is_err_and(|error| error.positions() == Some(&[2])));
        batch
    }

    #[test]
    fn parts_are_bounded_and_have_all_lines() {
        let batch = batch();
        assert_eq!(batch.requests(2), [0..2, 2..4, 4..5]);
        assert_eq!(batch.requests(5), [0..5; 1]);
        assert_eq!(batch.datagrams(29), [0..2, 2..4, 4..5]);
        assert_eq!(batch.datagrams(30), [0..3, 3..5]);
        // A line is whole, whatever it has.
        assert_eq!(batch.datagrams(1), [0..1, 1..2, 2..3, 3..4, 4..5]);
        assert_eq!(batch.text(&(2..4)), b"m val=4 0\nm val=5 0\n");
        assert_eq!(batch.positions(&[1..3, 4..5]).collect::<Vec<_>>(), [1, 3, 5]);
        assert!(Batch::default().requests(2).is_empty());
    }
}
