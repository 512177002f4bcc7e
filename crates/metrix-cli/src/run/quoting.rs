//! [`Quoting`]: faults that show the line.

use metrix_io::{LineError, ParseLine, Reading};

/// So many characters of a line are shown.
const LONGEST: usize = 80;

/// Lines that come from nowhere one could look them up: the message of a fault says where in which line it is.
#[derive(Debug)]
pub(crate) struct Quoting<P>(pub(crate) P);

impl<P: ParseLine> ParseLine for Quoting<P> {
    fn parse(&mut self, line: &[u8], emit: &mut dyn FnMut(Reading<'_>)) -> Result<(), LineError> {
        self.0.parse(line, emit).map_err(|fault| {
            let message = format!("column {} of {}: {}", fault.column + 1, quoted(line), fault.message);
            LineError::new(fault.kind, fault.column, message)
        })
    }

    fn skipped(&self) -> u64 {
        self.0.skipped()
    }
}

/// The beginning of it in quotes, with nothing that a terminal would obey.
pub(crate) fn quoted(line: &[u8]) -> String {
    // No character is longer than four bytes.
    let text = String::from_utf8_lossy(&line[..line.len().min(4 * LONGEST)]);
    let shown: String = text.chars().take(LONGEST).collect();
    let dots = if shown.len() < line.len() { "…" } else { "" };
    format!("{shown:?}{dots}")
}

#[cfg(test)]
mod tests {
    use metrix_io::sources::statsd::StatsD;

    use super::*;

    #[test]
    fn a_fault_shows_its_line() {
        let long = ["m:x|c|#", &"t".repeat(1000)].concat();
        for (line, expected) in [
            (&b"a:x|c"[..], "column 3 of \"a:x|c\": \"x\" is no number"),
            (b"a\x1b[2J:\xff", "column 7 of \"a\\u{1b}[2J:\u{fffd}\": the line is not UTF-8"),
            (long.as_bytes(), &format!("column 3 of \"{}\"…: \"x\" is no number", &long[..LONGEST])),
        ] {
            let fault = Quoting(StatsD::new()).parse(line, &mut |_| ()).unwrap_err();
            assert!(fault.message.starts_with(expected), "{}", fault.message);
        }
    }
}
