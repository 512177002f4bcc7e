//! Sinks, as the configuration has them.

mod chosen;
mod influx;
mod kafka;
mod nats;
mod opentsdb;
mod options;
mod otlp;
mod outlet;
mod parquet;
mod postgres;
mod prometheus;
mod remote_write;
mod takers;
mod watched;

use std::error::Error;
use std::fs::{File, OpenOptions, create_dir_all};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::Duration;

use metrix::SinkOptions;
use metrix::sink::{Blocking, Csv, JsonLines, Log, Print};
use metrix_io::sinks::graphite::Graphite;
use metrix_io::sinks::influx::Influx;
use metrix_io::sinks::opentsdb::OpenTsdb;
use metrix_io::sinks::otlp::Otlp;
use metrix_io::sinks::postgres::Postgres;
use metrix_io::sinks::remote_write::RemoteWrite;
use metrix_io::sinks::sqlite::Sqlite;
use metrix_io::sinks::statsd::StatsD;

use self::outlet::Outlet;
pub(crate) use self::takers::Takers;
pub(crate) use self::watched::{Failures, Watched};
use super::causes::with_causes;
use super::inputs::Inputs;
use super::log::ELEMENTS;
use super::voice::Voice;
use crate::args::RunArgs;
use crate::config::{SinkConfig, SinkKind, StreamConfig};
use crate::printable::printable;
use crate::view::{Plain, View};

/// A write to this machine is tried so often, for about a second in all: what is wrong there seldom passes.
const TRIES_HERE: usize = 5;

/// A write to a server is tried so often, for about half a minute in all, or longer if it asks for pauses.
const TRIES_THERE: usize = 10;

/// A sink, ready to be started.
pub(crate) struct Made {
    pub(crate) sink: Watched,
    pub(crate) options: SinkOptions,
    pub(crate) failures: Failures,
}

/// Makes the sink of a `[[sink]]`. Where inputs can wait, nothing has to be dropped.
pub(crate) fn make(
    config: &SinkConfig,
    streams: &[StreamConfig],
    args: &RunArgs,
    inputs: Inputs,
    view: Option<&View>,
    takers: &Takers,
    voice: &Voice,
) -> Result<Made, String> {
    let name = name(&config.kind);
    let sink = open(config, args, view, voice)
        .map_err(|error| format!("sink {name:?}: it can't be opened: {}", with_causes(&*error)))?;
    let tries = match config.kind {
        SinkKind::Opentsdb(_) | SinkKind::Influx(_) | SinkKind::Statsd(_) | SinkKind::Graphite(_) => TRIES_THERE,
        SinkKind::Kafka(_) | SinkKind::Nats(_) | SinkKind::Otlp(_) => TRIES_THERE,
        SinkKind::Postgres(_) | SinkKind::RemoteWrite(_) => TRIES_THERE,
        SinkKind::Print { .. }
        | SinkKind::Log
        | SinkKind::Jsonl { .. }
        | SinkKind::Csv { .. }
        | SinkKind::Parquet(_)
        | SinkKind::Prometheus(_)
        | SinkKind::Sqlite { .. }
        | SinkKind::Table => TRIES_HERE,
    };
    let (options, most) = options::of(config, streams, tries, inputs);
    let failures = Failures::default();
    let sink = Watched::new(sink, is_stdout(&config.kind), most, takers.clone(), failures.clone());
    Ok(Made { sink, options, failures })
}

/// The live view, if there is a `table` that can be one: on a terminal to which nothing else is written.
pub(crate) fn view(sinks: &[SinkConfig], args: &RunArgs) -> Option<View> {
    let [Some(SinkKind::Table), None] = [0, 1].map(|place| on_stdout(sinks).nth(place)) else { return None };
    (!args.plain && io::stdout().is_terminal()).then(View::new)
}

/// The sinks that write to the standard output.
pub(crate) fn on_stdout(sinks: &[SinkConfig]) -> impl Iterator<Item = &SinkKind> {
    sinks.iter().map(|sink| &sink.kind).filter(|kind| is_stdout(kind))
}

/// What they are called, in reports and drawings: those that would have one name are numbered.
pub(crate) fn names(sinks: &[SinkConfig]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for sink in sinks {
        let name = name(&sink.kind);
        let mut numbered = name.clone();
        let mut number = 1;
        while names.contains(&numbered) {
            number += 1;
            numbered = format!("{name} {number}");
        }
        names.push(numbered);
    }
    names
}

fn name(kind: &SinkKind) -> String {
    let of = |kind: &str, path: &Path| match path.to_str() {
        Some("-") => kind.to_owned(),
        // A name must not have what could forge a line.
        _ => format!("{kind} {}", printable(&path.display().to_string())),
    };
    match kind {
        SinkKind::Print { path } => of("print", path),
        SinkKind::Log => "log".to_owned(),
        SinkKind::Jsonl { path } => of("jsonl", path),
        SinkKind::Csv { path } => of("csv", path),
        SinkKind::Opentsdb(config) => of("opentsdb", Path::new(&config.url)),
        SinkKind::Influx(config) => of("influx", Path::new(&config.url)),
        SinkKind::Kafka(config) => {
            let topic = config.topic.as_deref().unwrap_or("metrix");
            of("kafka", Path::new(&format!("{}/{topic}", config.cluster.brokers)))
        }
        SinkKind::Statsd(statsd) => of("statsd", Path::new(&statsd.url)),
        SinkKind::Graphite(graphite) => of("graphite", Path::new(&graphite.url)),
        SinkKind::Otlp(config) => of("otlp", Path::new(&config.url)),
        SinkKind::Prometheus(config) => {
            of("prometheus", Path::new(&format!("http://{}{}", config.listen, config.path)))
        }
        SinkKind::Parquet(parquet) => of("parquet", &parquet.path),
        SinkKind::Postgres(config) => of("postgres", Path::new(without_query(&config.url))),
        SinkKind::RemoteWrite(config) => of("remote_write", Path::new(without_query(&config.url))),
        SinkKind::Nats(config) => of("nats", Path::new(&config.place.url)),
        SinkKind::Sqlite { path: Some(path), .. } => of("sqlite", path),
        SinkKind::Sqlite { path: None, .. } => "sqlite".to_owned(),
        SinkKind::Table => "table".to_owned(),
    }
}

/// A URL as it may be shown: a query may have a password.
pub(crate) fn without_query(url: &str) -> &str {
    url.split_once('?').map_or(url, |(before, _)| before)
}

fn is_stdout(kind: &SinkKind) -> bool {
    match kind {
        SinkKind::Print { path } | SinkKind::Jsonl { path } | SinkKind::Csv { path } => is_dash(path),
        SinkKind::Table => true,
        SinkKind::Log | SinkKind::Parquet(_) | SinkKind::Sqlite { .. } => false,
        SinkKind::Opentsdb(_) | SinkKind::Influx(_) | SinkKind::Statsd(_) | SinkKind::Graphite(_) => false,
        SinkKind::Otlp(_) | SinkKind::Prometheus(_) | SinkKind::RemoteWrite(_) => false,
        SinkKind::Kafka(_) | SinkKind::Nats(_) | SinkKind::Postgres(_) => false,
    }
}

fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn open(
    config: &SinkConfig,
    args: &RunArgs,
    view: Option<&View>,
    voice: &Voice,
) -> Result<Box<dyn Outlet>, Box<dyn Error>> {
    let limit = config.write_timeout;
    Ok(match &config.kind {
        SinkKind::Print { path } if is_dash(path) => Box::new(Print::stdout()),
        SinkKind::Print { path } => Box::new(Print::new(Blocking::new(append(path)?))),
        SinkKind::Jsonl { path } if is_dash(path) => Box::new(JsonLines::stdout()),
        SinkKind::Jsonl { path } => Box::new(JsonLines::file(path)?),
        SinkKind::Csv { path } if is_dash(path) => Box::new(Csv::stdout()),
        SinkKind::Csv { path } => Box::new(Csv::file(path)?),
        SinkKind::Log => Box::new(Log::new("{}")?.target(ELEMENTS)),
        SinkKind::Opentsdb(config) => Box::new(limited(opentsdb::open(config)?, limit, OpenTsdb::write_timeout)),
        SinkKind::Influx(config) => Box::new(limited(influx::open(config)?, limit, Influx::write_timeout)),
        SinkKind::Kafka(config) => Box::new(kafka::open(config)?),
        SinkKind::Statsd(statsd) => Box::new(limited(statsd.open()?, limit, StatsD::write_timeout)),
        SinkKind::Graphite(graphite) => Box::new(limited(graphite.open()?, limit, Graphite::write_timeout)),
        SinkKind::Otlp(config) => Box::new(limited(otlp::open(config)?, limit, Otlp::write_timeout)),
        SinkKind::Prometheus(config) => {
            let sink = prometheus::open(config)?;
            voice.mention(format_args!("listening on {} (Prometheus' scrapes)", sink.address()));
            Box::new(sink)
        }
        SinkKind::Parquet(config) => Box::new(parquet::open(config)?),
        SinkKind::Postgres(config) => Box::new(limited(postgres::open(config)?, limit, Postgres::write_timeout)),
        SinkKind::RemoteWrite(config) => {
            Box::new(limited(remote_write::open(config)?, limit, RemoteWrite::write_timeout))
        }
        SinkKind::Nats(config) => Box::new(nats::open(config)?),
        SinkKind::Sqlite { path, retention } => {
            let store = Sqlite::open(store_path(path.as_deref())?)?;
            Box::new(match args.retention.or(*retention) {
                Some(keep) => store.retention(keep),
                None => store,
            })
        }
        SinkKind::Table => match view {
            Some(view) => Box::new(view.sink()),
            None => Box::new(Plain::new(Blocking::new(io::stdout()))),
        },
    })
}

/// The sink with a limit of its own, if there is one.
fn limited<S>(sink: S, limit: Option<Duration>, set: fn(S, Duration) -> S) -> S {
    match limit {
        Some(limit) => set(sink, limit),
        None => sink,
    }
}

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).open(path)
}

/// The file of the store, in a folder that is there.
fn store_path(path: Option<&Path>) -> Result<PathBuf, Box<dyn Error>> {
    if let Some(path) = path {
        return Ok(path.to_owned());
    }
    let path = crate::store::default_path().map_err(|error| error.to_string())?;
    if let Some(folder) = path.parent() {
        create_dir_all(folder)?;
    }
    Ok(path)
}
