//! Labels: what a drawing says of sources and sinks.

use std::path::Path;
use std::time::Duration;

use humantime::format_duration;
use metrix::Overflow;

use crate::config::{Origin, SinkConfig, SinkKind, SourceConfig, TextInput};
use crate::run::sinks::without_query;

/// The type of a source, and what it reads.
pub(super) fn source(config: &SourceConfig) -> (&'static str, String) {
    match config {
        SourceConfig::Jsonl(from) => ("jsonl", origin(from)),
        SourceConfig::Statsd(from) => ("statsd", origin(from)),
        SourceConfig::Graphite(from) => ("graphite", origin(from)),
        SourceConfig::Influx(source) => ("influx", format!("http://{}", source.listen)),
        SourceConfig::Prometheus(target) => {
            ("prometheus", format!("{}, every {}", without_query(&target.url), format_duration(target.every)))
        }
        SourceConfig::Kafka(kafka) => ("kafka", format!("{} of {}", kafka.topics.join(", "), kafka.cluster.brokers)),
        SourceConfig::Nats(nats) => ("nats", format!("{} of {}", nats.stream, nats.place.url)),
        SourceConfig::Lines(from, _) => ("lines", origin(from)),
        SourceConfig::Json(from, _) => ("json", origin(from)),
        SourceConfig::Host { every } => ("host", format!("every {}", format_duration(*every))),
    }
}

fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Text(input) => text_input(input),
        Origin::Listen(listen) => listen.to_string(),
    }
}

fn text_input(TextInput { path, follow }: &TextInput) -> String {
    let follow = if *follow { ", followed" } else { "" };
    let path = path.display().to_string();
    format!("{}{follow}", if path == "-" { "standard input" } else { &path })
}

/// Where a sink writes, unless its name says so, and how.
pub(super) fn sink(config: &SinkConfig) -> String {
    let place = match &config.kind {
        SinkKind::Print { path } | SinkKind::Jsonl { path } | SinkKind::Csv { path } => {
            (path == Path::new("-")).then_some("standard output")
        }
        SinkKind::Log => Some("standard error"),
        SinkKind::Opentsdb { .. } | SinkKind::Influx(_) | SinkKind::Sqlite { path: Some(_) } => None,
        SinkKind::Statsd(_) | SinkKind::Graphite(_) | SinkKind::Prometheus(_) | SinkKind::RemoteWrite(_) => None,
        SinkKind::Kafka(_) => None,
        SinkKind::Nats(nats) => Some(&*nats.subject),
        SinkKind::Sqlite { path: None } => Some("metrix.db of the user"),
        SinkKind::Table => Some("terminal"),
    };
    let queue = config.queue.map(|queue| format!("queue of {queue}"));
    let overflow = config.overflow.map(|overflow| match overflow {
        Overflow::Block => "block".to_owned(),
        Overflow::DropNewest => "drop_newest".to_owned(),
        Overflow::DropOldest => "drop_oldest".to_owned(),
        // The library may have others, which no configuration has.
        other => format!("{other:?}"),
    });
    let pace = (config.rate_limit > Duration::ZERO).then(|| format!("one in {}", format_duration(config.rate_limit)));
    let how: Vec<String> = [queue, overflow, pace].into_iter().flatten().collect();
    let lines = [place.unwrap_or_default(), &how.join(", ")];
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
