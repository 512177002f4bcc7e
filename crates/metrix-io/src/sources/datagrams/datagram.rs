//! Datagrams, as lines.

use memchr::memrchr;

use super::DatagramStats;
use crate::{LineError, ParseLine, Reading};

/// Gives what is in the lines of a datagram to `visit`, and says how much that was. Where the datagram is cut, its last line is,
/// and not what was sent.
pub(super) fn read(
    parser: &mut impl ParseLine,
    datagram: &[u8],
    is_cut: bool,
    visit: &mut impl FnMut(Result<Reading<'_>, LineError>),
) -> DatagramStats {
    let mut stats = DatagramStats { datagrams: 1, bytes: datagram.len() as u64, ..DatagramStats::default() };
    let datagram = match memrchr(b'\n', datagram).filter(|_| is_cut) {
        Some(end) => &datagram[..end],
        None if is_cut => &[],
        None => datagram,
    };
    if is_cut {
        stats.lines += 1;
        stats.faults += 1;
        visit(Err(LineError::new(
            "too long",
            0,
            "a datagram has 64 KiB or more, and its end is lost: send shorter ones",
        )));
    }
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
        let stats = read(&mut Texts, datagram, false, &mut |read| {
            lines.push(read.map_or_else(|fault| fault.kind.to_owned(), |reading| reading.name.into_owned()));
        });
        assert_eq!(lines, expected);
        let faults = expected.iter().filter(|line| **line == "encoding").count() as u64;
        let lines = expected.len() as u64;
        let bytes = datagram.len() as u64;
        let expected =
            DatagramStats { datagrams: 1, bytes, lines, readings: lines - faults, faults, ..DatagramStats::default() };
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

    #[test]
    fn of_a_datagram_that_is_cut_the_last_line_is_a_fault() {
        for (datagram, expected) in [(&b"a\nb\nc"[..], &["a", "b"][..]), (b"a", &[]), (b"a\n", &["a"])] {
            let (mut lines, mut faults) = (Vec::new(), 0);
            let stats = read(&mut Texts, datagram, true, &mut |read| match read {
                Ok(reading) => lines.push(reading.name.into_owned()),
                Err(fault) => faults += u64::from(fault.kind == "too long"),
            });
            assert_eq!((lines, faults, stats.faults), (expected.iter().map(|&line| line.to_owned()).collect(), 1, 1));
        }
    }
}
