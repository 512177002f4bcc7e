//! [`SourceConfig`]: what comes in.

mod fields;
mod http;
mod influx;
mod input;
mod kafka;
mod listen;
mod nats;
mod otlp;
mod payload;
mod prometheus;
mod tcp;

use std::path::{Path, PathBuf};
use std::time::Duration;

use metrix_io::sources::{Json, Lines};

use super::first::One;
use super::key::Key;
use super::kinds::{Kind, Kinds};
use super::problem::Read;
use super::table::Table;
use super::value::Value;

#[cfg(test)]
pub(super) use self::fields::{METRIC, TIMESTAMP as TIMESTAMP_KEYS};
pub(crate) use self::http::HttpBounds;
pub(crate) use self::influx::InfluxSource;
pub(super) use self::kafka::Instances;
pub(crate) use self::kafka::{KafkaSourceConfig, MessageTag};
pub(crate) use self::listen::Listen;
pub(super) use self::nats::Consumers;
pub(crate) use self::nats::NatsSourceConfig;
pub(crate) use self::otlp::OtlpSource;
pub(crate) use self::payload::Payload;
pub(crate) use self::prometheus::ScrapeConfig;
pub(crate) use self::tcp::TcpBounds;
pub(super) use self::tcp::{IDLE_TIMEOUT, MAX_CONNECTIONS, MAX_LINE};

/// A `[[source]]`. What reads the lines is made with it, so that what is wrong with a pattern is found early.
#[derive(Debug)]
pub(crate) enum SourceConfig {
    Jsonl(Origin),
    Statsd(Origin),
    Graphite(Origin),
    /// Lines of InfluxDB, over HTTP.
    Influx(InfluxSource),
    /// OpenTelemetry's metrics.
    Otlp(OtlpSource),
    /// A target that is scraped.
    Prometheus(Box<ScrapeConfig>),
    /// Messages of NATS JetStream.
    Nats(Box<NatsSourceConfig>),
    /// Topics of Kafka.
    Kafka(Box<KafkaSourceConfig>),
    Lines(Origin, Box<Lines>),
    Json(Origin, Box<Json>),
    Host {
        every: Duration,
    },
}

impl SourceConfig {
    /// Whether it reads the standard input.
    pub(crate) fn is_stdin(&self) -> bool {
        self.path().is_some_and(|path| path.as_os_str() == STDIN)
    }

    /// The file that its lines come from, if it reads one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self.origin()? {
            Origin::Text(input) => Some(&input.path),
            Origin::Listen(_) => None,
        }
    }

    /// Whether it is told what has reached the sinks, so that nothing has to be lost.
    pub(crate) fn acknowledges(&self) -> bool {
        match self {
            Self::Jsonl(_) | Self::Statsd(_) | Self::Graphite(_) | Self::Lines(..) | Self::Json(..) => false,
            Self::Influx(_) | Self::Otlp(_) | Self::Prometheus(_) | Self::Host { .. } => false,
            Self::Kafka(_) | Self::Nats(_) => true,
        }
    }

    /// Where its lines come from, if it reads lines.
    pub(crate) fn origin(&self) -> Option<&Origin> {
        match self {
            Self::Jsonl(origin)
            | Self::Statsd(origin)
            | Self::Graphite(origin)
            | Self::Lines(origin, _)
            | Self::Json(origin, _) => Some(origin),
            Self::Influx(_) | Self::Otlp(_) | Self::Prometheus(_) | Self::Host { .. } => None,
            Self::Kafka(_) | Self::Nats(_) => None,
        }
    }
}

/// Where lines come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Text(TextInput),
    Listen(Listen),
}

/// A file of lines, or the standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TextInput {
    /// `-` for the standard input.
    pub(crate) path: PathBuf,
    pub(crate) follow: bool,
}

/// The standard input, as a path.
const STDIN: &str = "-";

const TYPE: Key = Key::new("type", "\"jsonl\"");
const PATH: Key = Key::new("path", "\"-\"");
const FOLLOW: Key = Key::new("follow", "true");
const LISTEN: Key = Key::new("listen", "\"udp://127.0.0.1:8125\"");
const LISTEN_GRAPHITE: Key = Key::new("listen", "\"tcp://127.0.0.1:2003\"");
// Any port will do: none is usual for these.
const LISTEN_TCP: Key = Key::new("listen", "\"tcp://127.0.0.1:9000\"");
const PATTERN: Key = Key::new("pattern", r"'^(?<method>\S+) (?<bytes>\d+)'");
const TIMESTAMP: Key = Key::new("timestamp", "{ field = \"time\", format = \"rfc3339\" }");
const METRICS: Key = Key::new("metrics", "[ { name = \"lines\", value = 1 } ]");
const EVERY: Key = Key::new("every", "\"1s\"");

/// The types of sources, and the keys of each.
pub(super) const SOURCES: Kinds<SourceConfig> = Kinds {
    name: "source",
    kind: TYPE,
    common: &[],
    kinds: &[
        Kind { name: "jsonl", keys: &[PATH, FOLLOW, LISTEN_TCP, MAX_CONNECTIONS, IDLE_TIMEOUT, MAX_LINE], read: jsonl },
        Kind { name: "statsd", keys: &[LISTEN, PATH, FOLLOW, MAX_CONNECTIONS, IDLE_TIMEOUT, MAX_LINE], read: statsd },
        Kind {
            name: "graphite",
            keys: &[LISTEN_GRAPHITE, PATH, FOLLOW, MAX_CONNECTIONS, IDLE_TIMEOUT, MAX_LINE],
            read: graphite,
        },
        Kind { name: "influx", keys: influx::KEYS, read: |table| influx::read(table).map(SourceConfig::Influx) },
        Kind { name: "otlp", keys: otlp::KEYS, read: |table| otlp::read(table).map(SourceConfig::Otlp) },
        Kind {
            name: "prometheus",
            keys: prometheus::KEYS,
            read: |table| Ok(SourceConfig::Prometheus(Box::new(prometheus::read(table)?))),
        },
        Kind { name: "nats", keys: nats::KEYS, read: |table| Ok(SourceConfig::Nats(Box::new(nats::read(table)?))) },
        Kind { name: "kafka", keys: kafka::KEYS, read: |table| Ok(SourceConfig::Kafka(Box::new(kafka::read(table)?))) },
        Kind {
            name: "lines",
            keys: &[PATH, FOLLOW, LISTEN_TCP, PATTERN, TIMESTAMP, METRICS, MAX_CONNECTIONS, IDLE_TIMEOUT, MAX_LINE],
            read: lines,
        },
        Kind {
            name: "json",
            keys: &[PATH, FOLLOW, LISTEN_TCP, TIMESTAMP, METRICS, MAX_CONNECTIONS, IDLE_TIMEOUT, MAX_LINE],
            read: json,
        },
        Kind { name: "host", keys: &[EVERY], read: host },
    ],
};

/// The standard input, if it reads that.
pub(super) fn stdin<'a>(table: &Table<'a>) -> Option<One<'a>> {
    let one = match (table.get(PATH), table.get(LISTEN)) {
        (Some(path), _) => path.one(),
        (None, Some(_)) => None,
        (None, None) => table.one_of(TYPE, &["jsonl", "lines", "json"], STDIN),
    };
    one.filter(|one| one.is == STDIN)
}

/// The file that it reads, if it is one.
pub(super) fn file<'a>(table: &Table<'a>) -> Option<One<'a>> {
    table.get(PATH)?.one().filter(|one| one.is != STDIN)
}

/// What it listens on, if it does.
pub(super) fn address<'a>(table: &Table<'a>) -> Option<One<'a>> {
    match (table.get(LISTEN), table.get(PATH)) {
        (Some(listen), _) => listen.one(),
        (None, Some(_)) => None,
        (None, None) => {
            let statsd = table.one_of(TYPE, &["statsd"], listen::STATSD);
            let graphite = || table.one_of(TYPE, &["graphite"], listen::GRAPHITE);
            let influx = || table.one_of(TYPE, &["influx"], influx::USUAL);
            statsd.or_else(graphite).or_else(influx).or_else(|| otlp::usual(table))
        }
    }
}

/// Where it is one of Kafka.
pub(super) fn kafka<'a>(table: &Table<'a>) -> Option<One<'a>> {
    table.one_of(TYPE, &["kafka"], "kafka")
}

fn jsonl(table: &Table<'_>) -> Read<SourceConfig> {
    input::read(table, LISTEN_TCP, None).map(SourceConfig::Jsonl)
}

fn statsd(table: &Table<'_>) -> Read<SourceConfig> {
    input::read(table, LISTEN, Some(listen::STATSD_LISTEN)).map(SourceConfig::Statsd)
}

fn graphite(table: &Table<'_>) -> Read<SourceConfig> {
    input::read(table, LISTEN_GRAPHITE, Some(listen::GRAPHITE_LISTEN)).map(SourceConfig::Graphite)
}

fn lines(table: &Table<'_>) -> Read<SourceConfig> {
    let input = input::read(table, LISTEN_TCP, None);
    let pattern = table.required(PATTERN, fields::pattern);
    let fields = match pattern {
        Ok(pattern) => fields::read(table, |fields| Lines::new(pattern, fields)),
        // It can't be told which groups there are meant to be.
        Err(reported) => fields::read(table, |_| Ok(())).and(Err(reported)),
    };
    Ok(SourceConfig::Lines(input?, Box::new(fields?)))
}

fn json(table: &Table<'_>) -> Read<SourceConfig> {
    let input = input::read(table, LISTEN_TCP, None);
    let fields = fields::read(table, Json::new);
    Ok(SourceConfig::Json(input?, Box::new(fields?)))
}

fn host(table: &Table<'_>) -> Read<SourceConfig> {
    let every = table.optional(EVERY, Value::period)?;
    Ok(SourceConfig::Host { every: every.unwrap_or(Duration::from_secs(1)) })
}
