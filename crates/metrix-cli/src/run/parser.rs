//! [`Parser`]: what reads the lines of a source.

use metrix_io::sources::statsd::StatsD;
use metrix_io::sources::{Json, Jsonl, Lines};
use metrix_io::{LineError, ParseLine, Reading};

/// What reads the lines of a source, of any type.
#[derive(Debug)]
pub(crate) enum Parser {
    Jsonl(Jsonl),
    Statsd(StatsD),
    Lines(Box<Lines>),
    Json(Box<Json>),
}

impl Parser {
    /// How many gauges have been forgotten.
    pub(crate) fn forgotten(&self) -> u64 {
        match self {
            Self::Statsd(statsd) => statsd.forgotten(),
            Self::Jsonl(_) | Self::Lines(_) | Self::Json(_) => 0,
        }
    }
}

impl ParseLine for Parser {
    fn parse(&mut self, line: &[u8], emit: &mut dyn FnMut(Reading<'_>)) -> Result<(), LineError> {
        match self {
            Self::Jsonl(jsonl) => jsonl.parse(line, emit),
            Self::Statsd(statsd) => statsd.parse(line, emit),
            Self::Lines(lines) => lines.parse(line, emit),
            Self::Json(json) => json.parse(line, emit),
        }
    }

    fn skipped(&self) -> u64 {
        match self {
            Self::Jsonl(jsonl) => jsonl.skipped(),
            Self::Statsd(statsd) => statsd.skipped(),
            Self::Lines(lines) => lines.skipped(),
            Self::Json(json) => json.skipped(),
        }
    }
}
