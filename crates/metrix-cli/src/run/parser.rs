//! [`Parser`]: what reads the lines of a source.

use metrix_io::sources::graphite::Graphite;
use metrix_io::sources::influx::InfluxLines;
use metrix_io::sources::statsd::StatsD;
use metrix_io::sources::{Json, Jsonl, Lines};
use metrix_io::{LineError, ParseLine, Reading, Sample};

use crate::config::Payload;

/// What reads the lines of a source, of any type.
#[derive(Clone, Debug)]
pub(crate) enum Parser {
    Jsonl(Jsonl),
    Statsd(StatsD),
    Graphite(Graphite),
    Influx(Box<InfluxLines>),
    Lines(Box<Lines>),
    Json(Box<Json>),
}

impl Parser {
    /// What reads the lines in messages of this format.
    pub(crate) fn of(payload: Payload) -> Self {
        match payload {
            Payload::Jsonl => Self::Jsonl(Jsonl::new()),
            Payload::Statsd => Self::Statsd(StatsD::new()),
            Payload::Graphite => Self::Graphite(Graphite::new()),
            Payload::Influx => Self::Influx(Box::new(InfluxLines::new())),
            Payload::Lines(lines) => Self::Lines(lines),
            Payload::Json(json) => Self::Json(json),
        }
    }

    /// How many gauges have been forgotten.
    pub(crate) fn forgotten(&self) -> u64 {
        match self {
            Self::Statsd(statsd) => statsd.forgotten(),
            Self::Jsonl(_) | Self::Graphite(_) | Self::Influx(_) | Self::Lines(_) | Self::Json(_) => 0,
        }
    }

    /// Whether what it makes of a line depends on those before.
    pub(crate) fn remembers(&self) -> bool {
        match self {
            Self::Statsd(_) => true,
            Self::Jsonl(_) | Self::Graphite(_) | Self::Influx(_) | Self::Lines(_) | Self::Json(_) => false,
        }
    }
}

impl ParseLine for Parser {
    fn parse(&mut self, line: &[u8], emit: &mut dyn FnMut(Reading<'_>)) -> Result<(), LineError> {
        match self {
            Self::Jsonl(jsonl) => jsonl.parse(line, emit),
            Self::Statsd(statsd) => statsd.parse(line, emit),
            Self::Graphite(graphite) => graphite.parse(line, emit),
            Self::Influx(influx) => influx.parse(line, emit),
            Self::Lines(lines) => lines.parse(line, emit),
            Self::Json(json) => json.parse(line, emit),
        }
    }

    fn samples(&mut self, line: &[u8], emit: &mut dyn FnMut(Sample<'_>)) -> bool {
        match self {
            Self::Jsonl(jsonl) => jsonl.samples(line, emit),
            Self::Statsd(statsd) => statsd.samples(line, emit),
            Self::Graphite(graphite) => graphite.samples(line, emit),
            Self::Influx(influx) => influx.samples(line, emit),
            Self::Lines(lines) => lines.samples(line, emit),
            Self::Json(json) => json.samples(line, emit),
        }
    }

    fn skipped(&self) -> u64 {
        match self {
            Self::Jsonl(jsonl) => jsonl.skipped(),
            Self::Statsd(statsd) => statsd.skipped(),
            Self::Graphite(graphite) => graphite.skipped(),
            Self::Influx(influx) => influx.skipped(),
            Self::Lines(lines) => lines.skipped(),
            Self::Json(json) => json.skipped(),
        }
    }
}
