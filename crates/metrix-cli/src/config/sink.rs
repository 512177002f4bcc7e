//! [`SinkConfig`]: where elements go.

mod attempts;
mod graphite;
mod influx;
mod kafka;
mod naming;
mod nats;
mod opentsdb;
mod otlp;
mod parquet;
mod postgres;
mod prometheus;
mod remote_write;
mod statsd;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use metrix::Overflow;

pub(crate) use self::attempts::Attempts;
pub(crate) use self::graphite::GraphiteConfig;
pub(crate) use self::influx::{InfluxConfig, InfluxPlace};
pub(crate) use self::kafka::KafkaSinkConfig;
#[cfg(test)]
pub(super) use self::naming::Naming;
pub(crate) use self::nats::NatsSinkConfig;
pub(crate) use self::opentsdb::OpentsdbConfig;
pub(crate) use self::otlp::OtlpConfig;
pub(crate) use self::parquet::ParquetConfig;
pub(crate) use self::postgres::PostgresConfig;
pub(crate) use self::prometheus::PrometheusConfig;
pub(crate) use self::remote_write::RemoteWriteConfig;
pub(crate) use self::statsd::StatsdConfig;
use super::first::One;
use super::key::Key;
use super::kinds::{Kind, Kinds};
use super::meant::meant;
use super::own_metrics::OWN_METRICS;
use super::problem::Read;
use super::table::Table;
use super::value::{LONGEST, Value};

/// A `[[sink]]`.
#[derive(Clone, Debug)]
pub(crate) struct SinkConfig {
    pub(crate) kind: SinkKind,
    /// The least time between two elements; zero for none.
    pub(crate) rate_limit: Duration,
    pub(crate) queue: Option<NonZeroUsize>,
    /// Unless set: `block` if every source ends by itself or one acknowledges, or else `drop_oldest`.
    pub(crate) overflow: Option<Overflow>,
    pub(crate) attempts: Option<Attempts>,
    /// The most elements of a write.
    pub(crate) batch: Option<NonZeroUsize>,
    /// The names of the streams whose elements it gets; those of all unless set.
    pub(crate) streams: Option<Vec<String>>,
    /// How long a server may take to answer, or to take anything.
    pub(crate) write_timeout: Option<Duration>,
}

/// What a sink is. A path `-` is the standard output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SinkKind {
    Print {
        path: PathBuf,
    },
    Log,
    Jsonl {
        path: PathBuf,
    },
    Csv {
        path: PathBuf,
    },
    Opentsdb(Box<OpentsdbConfig>),
    Influx(Box<InfluxConfig>),
    /// A topic of Kafka.
    Kafka(Box<KafkaSinkConfig>),
    Statsd(StatsdConfig),
    Graphite(GraphiteConfig),
    /// What takes OpenTelemetry's metrics.
    Otlp(Box<OtlpConfig>),
    Parquet(ParquetConfig),
    Postgres(Box<PostgresConfig>),
    /// What Prometheus scrapes.
    Prometheus(PrometheusConfig),
    /// What takes Prometheus' remote-write.
    RemoteWrite(Box<RemoteWriteConfig>),
    /// NATS JetStream.
    Nats(Box<NatsSinkConfig>),
    /// One in the user's data directory unless set.
    Sqlite {
        path: Option<PathBuf>,
        /// For ever unless set.
        retention: Option<Duration>,
    },
    /// The live view if the standard output is a terminal, and else plain lines.
    Table,
}

/// The standard output, as a path.
const STDOUT: &str = "-";

const TYPE: Key = Key::new("type", "\"jsonl\"");
const PATH: Key = Key::new("path", "\"-\"");
const STORE: Key = Key::new("path", "\"metrix.db\"");
const RETENTION: Key = Key::new("retention", "\"30d\"");
const RATE_LIMIT: Key = Key::new("rate_limit", "0.5");
const QUEUE: Key = Key::new("queue", "10000");
const OVERFLOW: Key = Key::new("overflow", "\"block\"");
const ATTEMPTS: Key = Key::new("attempts", "10");
const BATCH: Key = Key::new("batch", "1000");
const STREAMS: Key = Key::new("streams", "[\"requests\"]");
const WRITE_TIMEOUT: Key = Key::new("write_timeout", "\"10s\"");

/// The types of sinks, and the keys of each.
pub(super) const SINKS: Kinds<SinkKind> = Kinds {
    name: "sink",
    kind: TYPE,
    common: &[RATE_LIMIT, QUEUE, OVERFLOW, ATTEMPTS, BATCH, STREAMS],
    kinds: &[
        Kind { name: "print", keys: &[PATH], read: |table| Ok(SinkKind::Print { path: output(table)? }) },
        Kind { name: "log", keys: &[], read: |_| Ok(SinkKind::Log) },
        Kind { name: "jsonl", keys: &[PATH], read: |table| Ok(SinkKind::Jsonl { path: output(table)? }) },
        Kind { name: "csv", keys: &[PATH], read: |table| Ok(SinkKind::Csv { path: output(table)? }) },
        Kind {
            name: "opentsdb",
            keys: opentsdb::KEYS,
            read: |table| Ok(SinkKind::Opentsdb(Box::new(opentsdb::read(table)?))),
        },
        Kind { name: "influx", keys: influx::KEYS, read: |table| Ok(SinkKind::Influx(Box::new(influx::read(table)?))) },
        Kind { name: "kafka", keys: kafka::KEYS, read: |table| Ok(SinkKind::Kafka(Box::new(kafka::read(table)?))) },
        Kind { name: "statsd", keys: statsd::KEYS, read: |table| StatsdConfig::read(table).map(SinkKind::Statsd) },
        Kind {
            name: "graphite",
            keys: graphite::KEYS,
            read: |table| GraphiteConfig::read(table).map(SinkKind::Graphite),
        },
        Kind { name: "otlp", keys: otlp::KEYS, read: |table| Ok(SinkKind::Otlp(Box::new(otlp::read(table)?))) },
        Kind {
            name: "prometheus",
            keys: prometheus::KEYS,
            read: |table| prometheus::read(table).map(SinkKind::Prometheus),
        },
        Kind {
            name: "remote_write",
            keys: remote_write::KEYS,
            read: |table| Ok(SinkKind::RemoteWrite(Box::new(remote_write::read(table)?))),
        },
        Kind { name: "nats", keys: nats::KEYS, read: |table| Ok(SinkKind::Nats(Box::new(nats::read(table)?))) },
        Kind { name: "parquet", keys: parquet::KEYS, read: |table| parquet::read(table).map(SinkKind::Parquet) },
        Kind {
            name: "postgres",
            keys: postgres::KEYS,
            read: |table| Ok(SinkKind::Postgres(Box::new(postgres::read(table)?))),
        },
        Kind {
            name: "sqlite",
            keys: &[STORE, RETENTION],
            read: |table| {
                let (path, retention) = (table.optional(STORE, store), table.optional(RETENTION, Value::period));
                Ok(SinkKind::Sqlite { path: path?, retention: retention? })
            },
        },
        Kind { name: "table", keys: &[], read: |_| Ok(SinkKind::Table) },
    ],
};

/// Which file it writes, if it is one.
pub(super) fn file<'a>(table: &Table<'a>) -> Option<One<'a>> {
    let one = match table.get(PATH) {
        Some(path) => path.one(),
        None => table.one_of(TYPE, &["sqlite"], "--store"),
    };
    one.filter(|one| one.is != STDOUT)
}

/// What it listens on, if it does.
pub(super) fn address<'a>(table: &Table<'a>) -> Option<One<'a>> {
    match table.get(prometheus::LISTEN) {
        Some(listen) => listen.one(),
        None => table.one_of(TYPE, &["prometheus"], prometheus::USUAL),
    }
}

/// The standard output, if it writes to that.
pub(super) fn stdout<'a>(table: &Table<'a>) -> Option<One<'a>> {
    let one = match table.get(PATH) {
        Some(path) => path.one().filter(|one| one.is == STDOUT),
        None => table.one_of(TYPE, &["print", "jsonl", "csv"], STDOUT),
    };
    one.or_else(|| table.one_of(TYPE, &["table"], STDOUT))
}

pub(super) fn read(table: &Table<'_>) -> Read<SinkConfig> {
    let kind = SINKS.read(table);
    let rate_limit = table.optional(RATE_LIMIT, seconds);
    let queue = table.optional(QUEUE, Value::size);
    let overflow = table.optional(OVERFLOW, |value| {
        value.one_of(&[
            ("block", Overflow::Block),
            ("drop_oldest", Overflow::DropOldest),
            ("drop_newest", Overflow::DropNewest),
        ])
    });
    let attempts = table.optional(ATTEMPTS, attempts::read);
    let batch = table.optional(BATCH, Value::size);
    let streams = table.optional(STREAMS, |value| Ok(value.texts()?.into_iter().map(str::to_owned).collect()));
    let write_timeout = table.optional(WRITE_TIMEOUT, Value::period);
    Ok(SinkConfig {
        kind: kind?,
        rate_limit: rate_limit?.unwrap_or(Duration::ZERO),
        queue: queue?,
        overflow: overflow?,
        attempts: attempts?,
        batch: batch?,
        streams: streams?,
        write_timeout: write_timeout?,
    })
}

/// Reports streams that it is to get elements of and that are not there.
pub(super) fn check_streams(table: &Table<'_>, known: &[&str]) {
    let Some(value) = table.get(STREAMS) else { return };
    let entries = value.entries().unwrap_or_default();
    if entries.is_empty() && value.entries().is_some() {
        value.wrong("`streams` names no stream, so that nothing would come: name one, or leave it out");
    }
    for (entry, name) in entries.iter().filter_map(|entry| Some((entry, entry.raw().as_str()?))) {
        if name == OWN_METRICS && !known.contains(&name) {
            entry.wrong("the program measures itself only where it is told to: add a table [own_metrics]");
        } else if !known.contains(&name) {
            entry.wrong(format!("no stream is called `{name}`: {}", meant(name, known)));
        }
    }
}

fn path(value: &Value<'_>) -> Read<PathBuf> {
    value.word().map(PathBuf::from)
}

fn store(value: &Value<'_>) -> Read<PathBuf> {
    match value.raw().as_str() {
        Some(STDOUT) => Err(value.wrong("a store can't be the standard output: name a file, or leave `path` out")),
        _ => path(value),
    }
}

fn output(table: &Table<'_>) -> Read<PathBuf> {
    Ok(table.optional(PATH, path)?.unwrap_or_else(|| PathBuf::from(STDOUT)))
}

fn seconds(value: &Value<'_>) -> Read<Duration> {
    let Some(seconds) = value.number() else { return Err(value.is_no("a number of seconds")) };
    let duration = Duration::try_from_secs_f64(seconds).ok().filter(|duration| *duration <= LONGEST);
    duration.ok_or_else(|| {
        let most = LONGEST.as_secs();
        value.wrong(format!(
            "`rate_limit` is {seconds:?}, and has to be from 0 to {most} seconds: write rate_limit = 0.5"
        ))
    })
}
