//! Configurations that are right, and what is read of them.

mod protocols;

use std::num::NonZeroUsize;
use std::time::Duration;

use metrix::{Agg, Overflow, Tags, tags};
use metrix_io::Kind;
use metrix_io::sinks::statsd::{Dialect, Negatives, Type};

use super::complete;
use crate::config::sink::{GraphiteConfig, Naming, StatsdConfig};
use crate::config::{
    Attempts, Config, Grouping, KindsTaken, Listen, Origin, SinkConfig, SinkKind, SourceConfig, StreamConfig, TagsKept,
    TcpBounds, TextInput, built_in, read,
};

#[track_caller]
fn config(text: &str) -> Config {
    match read("c", &complete(text)) {
        Ok(config) => config,
        Err(problems) => panic!("{problems:#?}"),
    }
}

#[track_caller]
fn source(text: &str) -> SourceConfig {
    config(&format!("[[source]]\n{text}\n")).sources.remove(0)
}

#[track_caller]
fn stream(text: &str) -> StreamConfig {
    config(&format!("[[stream]]\nname = \"n\"\n{text}\n")).streams.remove(0)
}

#[track_caller]
fn sink(text: &str) -> SinkConfig {
    config(&format!("[[sink]]\n{text}\n")).sinks.remove(0)
}

fn input(path: &str, follow: bool) -> TextInput {
    TextInput { path: path.into(), follow }
}

fn size(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).unwrap()
}

fn names(stream: &StreamConfig) -> Vec<&str> {
    stream.aggs.iter().map(Agg::name).collect()
}

#[test]
fn a_configuration_of_elsewhere() {
    let Config { sources, streams, sinks, warnings, hints, own_metrics } = config(include_str!("elsewhere.toml"));
    let [jsonl, statsd, lines, json, host] = &sources[..] else { panic!("{sources:?}") };
    assert!(matches!(jsonl, SourceConfig::Jsonl(Origin::Text(stdin)) if *stdin == input("-", false)));
    assert!(matches!(statsd, SourceConfig::Statsd(Origin::Listen(at)) if at.to_string() == "udp://127.0.0.1:8125"));
    assert!(matches!(lines, SourceConfig::Lines(Origin::Text(file), _) if *file == input("access.log", false)));
    assert!(matches!(json, SourceConfig::Json(Origin::Text(file), _) if *file == input("app.log", false)));
    assert!(matches!(host, SourceConfig::Host { every } if *every == Duration::from_secs(1)));

    let [stream] = &streams[..] else { panic!("{streams:?}") };
    assert_eq!(stream.name, "requests");
    assert_eq!(names(stream), ["count", "mean", "p99"]);
    let (every, lateness) = (Duration::from_secs(10), Duration::from_secs(5));
    assert_eq!(stream.grouping, Grouping::Event { every, lateness });
    assert_eq!(stream.default_tags, tags! { "section" => "NA" });
    assert_eq!(stream.tags, TagsKept::Without(vec!["ip".to_owned()]));
    assert_eq!(stream.max_series, Some(size(100_000)));

    assert_eq!((warnings, hints, own_metrics), (vec![], vec![], None));
    let [sink] = &sinks[..] else { panic!("{sinks:?}") };
    assert_eq!(sink.kind, SinkKind::Jsonl { path: "-".into() });
    assert_eq!(sink.rate_limit, Duration::from_millis(500));
    assert_eq!(sink.queue, Some(size(10_000)));
    assert_eq!(sink.overflow, Some(Overflow::Block));
}

#[test]
fn the_built_in_one() {
    let Config { sources, streams, sinks, warnings, hints, own_metrics } = built_in();
    assert_eq!((warnings, hints, own_metrics), (vec![], vec![], None));
    assert!(matches!(&sources[..], [SourceConfig::Host { .. }, SourceConfig::Statsd(Origin::Listen(Listen::Udp(_)))]));
    let by_kind: Vec<_> =
        streams.iter().filter(|stream| stream.names.matches("")).map(|stream| &*stream.name).collect();
    assert_eq!(by_kind, ["* (counter)", "* (gauge)", "* (sample)", "* (set)"]);
    assert!(streams.iter().all(|stream| stream.grouping == Grouping::Arrival(Duration::from_secs(5))));
    let kinds: Vec<_> = sinks.into_iter().map(|sink| sink.kind).collect();
    let retention = Some(Duration::from_secs(30 * 24 * 60 * 60));
    assert_eq!(kinds, [SinkKind::Table, SinkKind::Sqlite { path: None, retention }]);
}

#[test]
fn sources() {
    for (kind, listen, expected) in [
        ("statsd", "", "udp://127.0.0.1:8125"),
        ("graphite", "", "tcp://127.0.0.1:2003"),
        ("statsd", "listen = \"udp://[::1]:0\"", "udp://[::1]:0"),
        ("statsd", "listen = \"unix:///run/a b\"", "unix:///run/a b"),
        ("graphite", "listen = \"udp://0.0.0.0:1\"", "udp://0.0.0.0:1"),
        ("jsonl", "listen = \"tcp://127.0.0.1:0\"", "tcp://127.0.0.1:0"),
    ] {
        let source = source(&format!("type = \"{kind}\"\n{listen}"));
        let Some(Origin::Listen(listen)) = source.origin() else { panic!("{source:?}") };
        assert_eq!((listen.to_string().as_str(), source.is_stdin()), (expected, false));
    }
    for (text, expected) in [
        ("type = \"jsonl\"", input("-", false)),
        ("type = \"statsd\"\npath = \"a.log\"\nfollow = true", input("a.log", true)),
        ("type = \"graphite\"\npath = \"-\"", input("-", false)),
        ("type = \"jsonl\"\npath = \"a.zst\"\nfollow = false", input("a.zst", false)),
    ] {
        let source = source(text);
        assert_eq!(source.origin(), Some(&Origin::Text(expected.clone())));
        assert_eq!(source.is_stdin(), expected.path.as_os_str() == "-");
    }
    let bounds = "max_connections = 3\nidle_timeout = \"5s\"\nmax_line = 100";
    let bounded = TcpBounds { connections: Some(size(3)), idle: Some(Duration::from_secs(5)), line: Some(size(100)) };
    for (listen, expected) in [("", TcpBounds::default()), (bounds, bounded)] {
        let graphite = source(&format!("type = \"graphite\"\n{listen}"));
        assert!(matches!(graphite.origin(), Some(Origin::Listen(Listen::Tcp(_, bounds))) if *bounds == expected));
    }
    let every = Duration::from_secs(1);
    assert!(matches!(source("type = \"host\""), SourceConfig::Host { every: unset } if unset == every));
    let every = Duration::from_millis(90_500);
    assert!(
        matches!(source("type = \"host\"\nevery = \"1m 30s 500ms\""), SourceConfig::Host { every: set } if set == every)
    );
}

#[test]
fn metrics_may_be_tables_below() {
    let lines = source(
        "type = \"lines\"\npath = \"-\"\npattern = '(?<t>\\d+) (?<n>\\d+)'\n\
         timestamp.field = \"t\"\ntimestamp.format = \"unix_ms\"\n\
         [[source.metrics]]\nname = \"a\"\nvalue = -1.5\n[[source.metrics]]\nname = \"b\"\nvalue = \"n\"\ntags.number = \"n\"",
    );
    let SourceConfig::Lines(_, mut lines) = lines else { panic!("{lines:?}") };
    let mut read = Vec::new();
    metrix_io::ParseLine::parse(&mut *lines, b"1500 7", &mut |reading| read.push(reading.into_owned())).unwrap();
    let values: Vec<_> = read.iter().map(|reading| (&*reading.name, reading.value, reading.to_tags())).collect();
    assert_eq!(values, [("a", -1.5, tags! {}), ("b", 7.0, tags! { "number" => 7 })]);
    assert_eq!(read[0].at, Some(metrix::Timestamp::from_millis(1500)));
}

#[test]
fn aggregates_keep_their_order() {
    for (agg, expected) in [
        ("agg = [\"p99\", \"count\"]", vec!["p99", "count"]),
        ("agg = { z = \"mean\", a = \"max\" }", vec!["z", "a"]),
        ("agg = [\"sum\", { z = \"mean\", a = \"max\" }, \"rate\"]", vec!["sum", "z", "a", "rate"]),
        ("agg.b = \"rate\"", vec!["b"]),
    ] {
        assert_eq!(names(&stream(&format!("window = \"1s\"\n{agg}"))), expected, "{agg}");
    }
}

#[test]
fn streams() {
    let least = stream("batch = 0x10\nagg = [\"count\"]");
    assert_eq!(least.grouping, Grouping::Batch(size(16)));
    assert_eq!((least.tags, least.max_series), (TagsKept::All, None));
    assert!(least.default_tags.is_empty());
    assert_eq!(stream("batch = 5\ntime = \"event\"\nagg = [\"count\"]").grouping, Grouping::Batch(size(5)));
    let every = Duration::from_secs(3600);
    for (time, grouping) in [
        ("", Grouping::Arrival(every)),
        ("time = \"arrival\"", Grouping::Arrival(every)),
        ("time = \"event\"", Grouping::Event { every, lateness: Duration::ZERO }),
        ("time = \"event\"\nlateness = \"0s\"", Grouping::Event { every, lateness: Duration::ZERO }),
    ] {
        assert_eq!(stream(&format!("agg = [\"count\"]\nwindow = \"1h\"\n{time}")).grouping, grouping);
    }
    let kept = stream("batch = 1\nagg = [\"count\"]\nkeep_tags = []").tags;
    assert_eq!(kept, TagsKept::Only(Vec::new()));
}

#[test]
fn kinds() {
    for (kind, expected) in [
        ("", KindsTaken::All),
        ("kind = \"set\"", KindsTaken::Only(vec![Kind::Set])),
        ("kind = [\"sample\", \"counter\"]", KindsTaken::Only(vec![Kind::Sample, Kind::Counter])),
    ] {
        assert_eq!(stream(&format!("batch = 1\nagg = [\"count\"]\n{kind}")).kinds, expected);
    }
    let stream = |name: &str, kind: &str| {
        format!("[[stream]]\nname = \"{name}\"\n{kind}\nagg = [\"count\", \"p9\", {{ a = \" sum \" }}]\nbatch = 1\n")
    };
    // Those of one name are told apart by their kinds; of others the name is enough.
    let streams = [("a", "kind = \"set\""), ("b", "kind = \"set\""), ("b", "kind = [\"gauge\", \"set\"]"), ("b", "")];
    let text: String = streams.map(|(name, kind)| stream(name, kind)).concat();
    let streams = config(&text).streams;
    let names: Vec<_> = streams.iter().map(|stream| (&*stream.name, stream.is_of_one_name())).collect();
    assert_eq!(names, [("a", true), ("b (set)", false), ("b (gauge, set)", false), ("b", true)]);
    assert_eq!(streams[0].not_of_sets, ["p9", "sum"]);
}

#[test]
fn sinks() {
    for (text, kind) in [
        ("type = \"print\"", SinkKind::Print { path: "-".into() }),
        ("type = \"log\"", SinkKind::Log),
        ("type = \"jsonl\"", SinkKind::Jsonl { path: "-".into() }),
        ("type = \"csv\"\npath = \"a b.csv\"", SinkKind::Csv { path: "a b.csv".into() }),
        (
            "type = \"statsd\"\nurl = \"unix:///run/s\"",
            SinkKind::Statsd(StatsdConfig {
                url: "unix:///run/s".to_owned(),
                dialect: Dialect::DogStatsD,
                negatives: None,
                types: Vec::new(),
                timestamps: false,
                naming: Naming { prefix: String::new(), default_tags: Tags::NONE },
            }),
        ),
        (
            "type = \"statsd\"\nurl = \"tcp://h:1\"\ndialect = \"plain\"\nnegatives = \"signed\"\nprefix = \"p.\"\ndefault_tags = { a = \"b\" }\ntypes = { \"*.count\" = \"c\", \"b*\" = \"ms\" }",
            SinkKind::Statsd(StatsdConfig {
                url: "tcp://h:1".to_owned(),
                dialect: Dialect::Plain,
                negatives: Some(Negatives::Signed),
                types: vec![("*.count".to_owned(), Type::Counter), ("b*".to_owned(), Type::Timer)],
                timestamps: false,
                naming: Naming { prefix: "p.".to_owned(), default_tags: tags! { "a" => "b" } },
            }),
        ),
        (
            "type = \"graphite\"\nurl = \"pickle://h:1\"\ntags_in_names = true\nprefix = \"p.\"",
            SinkKind::Graphite(GraphiteConfig {
                url: "pickle://h:1".to_owned(),
                tags_in_names: true,
                naming: Naming { prefix: "p.".to_owned(), default_tags: Tags::NONE },
            }),
        ),
        ("type = \"sqlite\"", SinkKind::Sqlite { path: None, retention: None }),
        (
            "type = \"sqlite\"\npath = \"m.db\"\nretention = \"2h\"",
            SinkKind::Sqlite { path: Some("m.db".into()), retention: Some(Duration::from_secs(7200)) },
        ),
        ("type = \"table\"", SinkKind::Table),
    ] {
        let sink = sink(text);
        assert_eq!((sink.kind, sink.rate_limit, sink.queue, sink.overflow), (kind, Duration::ZERO, None, None));
    }
    let limited = sink("type = \"log\"\nrate_limit = 2\noverflow = \"drop_newest\"");
    assert_eq!((limited.rate_limit, limited.overflow), (Duration::from_secs(2), Some(Overflow::DropNewest)));
    let unset = sink("type = \"log\"");
    assert_eq!((unset.attempts, unset.batch, unset.streams, unset.write_timeout), (None, None, None, None));
    let set = sink(
        "type = \"influx\"\nurl = \"udp://h:1\"\nattempts = 3\nbatch = 10\nstreams = [\"*\"]\nwrite_timeout = \"2s\"\n\
         [[stream]]\nname = \"*\"\nagg = [\"sum\"]\nbatch = 1",
    );
    assert_eq!((set.attempts, set.batch), (Some(Attempts::Times(size(3))), Some(size(10))));
    assert_eq!((set.streams, set.write_timeout), (Some(vec!["*".to_owned()]), Some(Duration::from_secs(2))));
    assert_eq!(sink("type = \"table\"\nattempts = \"forever\"").attempts, Some(Attempts::Forever));
    assert_eq!(sink("type = \"log\"\nrate_limit = 0\noverflow = \"drop_oldest\"").overflow, Some(Overflow::DropOldest));
}

#[test]
fn own_metrics() {
    for (text, expected) in [
        ("", None),
        ("[own_metrics]", Some(10)),
        ("[own_metrics]\nevery = \"1m\"", Some(60)),
        ("own_metrics.every = \"5s\"", Some(5)),
    ] {
        assert_eq!(config(text).own_metrics, expected.map(Duration::from_secs), "{text}");
    }
    let stream = "[own_metrics]\n[[stream]]\nname = \"*\"\nagg = [\"sum\"]\nbatch = 1";
    let chosen = sink(&format!("type = \"log\"\nstreams = [\"own_metrics\", \"*\"]\n{stream}")).streams;
    assert_eq!(chosen, Some(vec!["own_metrics".to_owned(), "*".to_owned()]));
}
