//! [`Config`]: what comes in, what becomes of it, and where it goes.

mod access;
mod addresses;
mod file;
mod files;
mod first;
mod kafka;
mod kept;
mod key;
mod kinds;
mod kinds_told;
mod meant;
mod mixed;
mod nats;
mod own_metrics;
mod problem;
mod secret;
mod servers;
mod shadows;
mod sink;
mod source;
mod stream;
mod table;
mod value;

use std::time::Duration;

use toml::de::DeTable;

pub(crate) use self::access::Identity;
pub(crate) use self::file::{file_name, load};
#[cfg(test)]
pub(crate) use self::kept::longest_text;
pub(crate) use self::own_metrics::OWN_METRICS;
pub(crate) use self::problem::Problem;
pub(crate) use self::sink::{
    Attempts, InfluxConfig, InfluxPlace, KafkaSinkConfig, NatsSinkConfig, OpentsdbConfig, OtlpConfig, ParquetConfig,
    PostgresConfig, PrometheusConfig, RemoteWriteConfig, SinkConfig, SinkKind,
};
pub(crate) use self::source::{
    HttpBounds, InfluxSource, KafkaSourceConfig, Listen, MessageTag, NatsSourceConfig, Origin, OtlpSource, Payload,
    ScrapeConfig, SourceConfig, TcpBounds, TextInput,
};
pub(crate) use self::stream::{Grouping, KindsTaken, StreamConfig, TagsKept};

use self::addresses::Addresses;
use self::files::Files;
use self::first::First;
use self::key::Key;
use self::kinds_told::KindsTold;
use self::mixed::Mixed;
use self::problem::{Problems, Read};
use self::shadows::Shadows;
use self::source::{Consumers, Instances, SOURCES};
use self::table::Table;
use self::value::all;

/// A configuration in which nothing is wrong.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) sources: Vec<SourceConfig>,
    /// In the order in which they are asked whether a name is theirs.
    pub(crate) streams: Vec<StreamConfig>,
    pub(crate) sinks: Vec<SinkConfig>,
    /// How often the program measures itself, if it does.
    pub(crate) own_metrics: Option<Duration>,
    /// What is right, and still hardly meant.
    pub(crate) warnings: Vec<Problem>,
    /// What may be meant, and would be told while it runs if it is not.
    pub(crate) hints: Vec<Problem>,
}

const SOURCE: Key = Key::new("source", "[ { type = \"jsonl\", path = \"-\" } ]");
const STREAM: Key = Key::new("stream", "[ { name = \"*\", agg = [\"count\", \"mean\"], window = \"10s\" } ]");
const SINK: Key = Key::new("sink", "[ { type = \"jsonl\" } ]");

/// A configuration that has every key, with comments, of a program that was built with all features.
const SCHEMA: &str = include_str!("config/schema.toml");

/// What there is to do without a configuration, as one.
pub(crate) const BUILT_IN: &str = include_str!("config/built_in.toml");

/// A configuration that has every key, with comments; of those that this program was built without, only a comment.
pub(crate) fn schema() -> String {
    let is_missing =
        |line: &str| cfg!(not(feature = "kafka-tls")) && line.ends_with("only if the program was built with kafka-tls");
    let line = |line| if is_missing(line) { format!("# {line}\n") } else { format!("{line}\n") };
    SCHEMA.lines().map(line).collect()
}

/// What there is to do without a configuration: this machine and its StatsD clients, shown and kept.
pub(crate) fn built_in() -> Config {
    read("built-in", BUILT_IN).expect("it is right, as a test proves")
}

/// Reads the text of a configuration, and gives all that is wrong with it in the order of the places.
pub(crate) fn read(file: &str, text: &str) -> Result<Config, Vec<Problem>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (problems, warnings, hints) = (Problems::default(), Problems::default(), Problems::default());
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let message = match error.message() {
            "duplicate key" => "this is here twice: leave one of them out".to_owned(),
            message => format!("this is no TOML: {message}"),
        };
        problems.syntax(error.span().map_or(text.len(), |span| span.start), message);
    }
    let root = Table::new(root.get_ref(), 0, "a configuration", &problems);
    let config = config(&root, &problems, &warnings, &hints);
    let problems = problems.of(file, text);
    match config {
        Ok(config) if problems.is_empty() => {
            Ok(Config { warnings: warnings.of(file, text), hints: hints.of(file, text), ..config })
        }
        _ => Err(problems),
    }
}

fn config<'a>(root: &Table<'a>, problems: &'a Problems, warnings: &Problems, hints: &Problems) -> Read<Config> {
    let mut files = Files::default();
    root.has_only(&[SOURCE, STREAM, SINK, own_metrics::TABLE]);
    let own_metrics = own_metrics::read(root);
    let mut inputs = First::new(|_| "two sources read the standard input: leave one of them out".to_owned());
    let mut addresses = Addresses::default();
    let (mut consumers, mut instances) = (Consumers::default(), Instances::default());
    let mut mixed = Mixed::default();
    let mut kafka = None;
    let sources = tables(root, SOURCE, problems, |table| {
        kafka = kafka.or_else(|| source::kafka(table));
        inputs.check(source::stdin(table), problems);
        files.reads(source::file(table));
        addresses.check(source::address(table), "source", problems);
        SOURCES.read(table).inspect(|source| {
            mixed.note(table, source);
            if let SourceConfig::Nats(source) = source {
                consumers.check(source, table);
            }
            if let SourceConfig::Kafka(source) = source {
                instances.check(source, table);
            }
        })
    });
    let mut kinds = KindsTold::of(sources.as_deref().unwrap_or_default());
    let mut shadows = Shadows::default();
    let streams = tables(root, STREAM, problems, |table| {
        let name = stream::name(table);
        if let Some(name) = name.filter(|name| root.get(own_metrics::TABLE).is_some() && name.is == OWN_METRICS) {
            problems.wrong(
                name.at,
                "sinks call what the program measures of itself so: rename this stream, or leave [own_metrics] out",
            );
        }
        shadows.check(name, stream::kinds(table), problems, warnings);
        stream::read(table).inspect(|stream| kinds.check(table, stream, warnings, hints))
    });
    let own = root.get(own_metrics::TABLE).map(|_| OWN_METRICS);
    let known: Option<Vec<&str>> =
        streams.as_ref().ok().map(|streams| streams.iter().map(|stream| stream.names.as_str()).chain(own).collect());
    let mut outputs = First::new(|_| {
        "two sinks write to the standard output, which would mix their lines: leave one of them out, or have it write to a file"
            .to_owned()
    });
    let sinks = tables(root, SINK, problems, |table| {
        addresses.check(sink::address(table), "sink", problems);
        if let Some(known) = &known {
            sink::check_streams(table, known);
        }
        outputs.check(sink::stdout(table), problems);
        files.writes(sink::file(table), problems);
        sink::read(table)
    });
    let mut streams = streams?;
    mixed.check(&streams, warnings);
    stream::distinguish(&mut streams);
    kept::check(kafka, &streams, hints);
    let (sources, sinks, own_metrics) = (sources?, sinks?, own_metrics?);
    Ok(Config { sources, streams, sinks, own_metrics, warnings: Vec::new(), hints: Vec::new() })
}

/// Reads the tables of a list, of which there has to be one at least.
fn tables<'a, T>(
    root: &Table<'a>,
    key: Key,
    problems: &'a Problems,
    mut read: impl FnMut(&Table<'a>) -> Read<T>,
) -> Read<Vec<T>> {
    let name = key.name;
    let none = || problems.missing(0, format!("there is no {name}: add a table [[{name}]]"));
    let Some(value) = root.get(key) else { return Err(none()) };
    let Some(entries) = value.entries() else {
        return Err(root.wrong_key(name, format!("`{name}` has to be a list of tables: write [[{name}]] above each")));
    };
    if entries.is_empty() {
        return Err(none());
    }
    all(entries.iter().map(|entry| match entry.raw().as_table() {
        Some(entries) => read(&Table::new(entries, entry.at(), format!("a {name}"), problems)),
        None => Err(entry.is_no("a table")),
    }))
}

#[cfg(test)]
mod tests;
