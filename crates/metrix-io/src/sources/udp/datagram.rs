//! Datagrams, as lines.

use super::UdpStats;
use crate::{LineError, ParseLine, Reading};

/// Gives what is in the lines of a datagram to `visit`, and says how much that was.
pub(super) fn read(
    parser: &mut impl ParseLine,
    datagram: &[u8],
    visit: &mut impl FnMut(Result<Reading<'_>, LineError>),
) -> UdpStats {
    let mut stats = UdpStats { datagrams: 1, bytes: datagram.len() as u64, ..UdpStats::default() };
    for line in datagram.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        stats.lines += 1;
        let parsed = parser.parse(line, &mut |reading| {
            stats.readings += 1;
            visit(Ok(reading));
        });
        if let Err(fault) = parsed {
            stats.faults += 1;
            visit(Err(fault));
        }
    }
    stats
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reading for each line, but for those that are no text.
    #[derive(Debug)]
    struct Texts;

    impl ParseLine for Texts {
        fn parse(&mut self, line: &[u8], emit: &mut dyn FnMut(Reading<'_>)) -> Result<(), LineError> {
            let text = std::str::from_utf8(line).map_err(|_| LineError::new("encoding", 0, "no text"))?;
            emit(Reading::new(text, 1.0));
            Ok(())
        }
    }

    #[track_caller]
    fn check(datagram: &[u8], expected: &[&str]) {
        let mut lines = Vec::new();
        let stats = read(&mut Texts, datagram, &mut |read| {
            lines.push(read.map_or_else(|fault| fault.kind.to_owned(), |reading| reading.name.into_owned()));
        });
        assert_eq!(lines, expected);
        let faults = expected.iter().filter(|line| **line == "encoding").count() as u64;
        let lines = expected.len() as u64;
        let bytes = datagram.len() as u64;
        let expected = UdpStats { datagrams: 1, bytes, lines, readings: lines - faults, faults, ..UdpStats::default() };
        assert_eq!(stats, expected);
    }

    #[test]
    fn lines_end_as_on_any_system_or_not_at_all() {
        check(b"", &[]);
        check(b"\n", &[]);
        check(b"a:1|c", &["a:1|c"]);
        check(b"a:1|c\n", &["a:1|c"]);
        check(b"a\nb\n\nc", &["a", "b", "c"]);
        check(b"a\r\nb\r\n\r\n", &["a", "b"]);
        check(b"a\rb\nc\r\r\n", &["a\rb", "c\r"]);
    }

    #[test]
    fn a_line_with_a_fault_stops_no_other() {
        check(b"a\n\xff\nb", &["a", "encoding", "b"]);
    }
}
