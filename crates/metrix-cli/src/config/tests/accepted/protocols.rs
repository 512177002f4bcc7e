//! What is read of the sources and sinks of protocols, and of Parquet.

use std::time::Duration;

use metrix::{Tags, tags};
use metrix_io::sinks::influx::Precision;
use metrix_io::sinks::otlp::Protocol;
use metrix_io::sinks::parquet::Compression;
use metrix_io::sources::otlp::Histograms;

use super::{sink, size, source};
use crate::config::access::Access;
use crate::config::secret::SecretPlace;
use crate::config::{
    HttpBounds, Identity, InfluxConfig, InfluxPlace, OpentsdbConfig, OtlpSource, ParquetConfig, Payload,
    PostgresConfig, SinkKind, SourceConfig,
};

#[test]
fn influx() {
    let of = |text: &str| match sink(&format!("type = \"influx\"\n{text}")).kind {
        SinkKind::Influx(config) => *config,
        other => panic!("{other:?}"),
    };
    let least = of("url = \"https://h\"\ndatabase = \"d\"");
    let expected = InfluxConfig {
        url: "https://h".to_owned(),
        to: InfluxPlace::V1 { database: "d".to_owned(), retention_policy: None, user: None },
        precision: Precision::Nanoseconds,
        gzip: false,
        field: None,
        split_names: false,
        integers: Vec::new(),
        default_tags: Tags::NONE,
        ca_file: None,
    };
    assert_eq!(least, expected);
    let user = of("url = \"http://h\"\ndatabase = \"d\"\nuser = \"u\"\npassword_env = \"P\"");
    let password = ("u".to_owned(), SecretPlace::Env("P".to_owned()));
    assert!(matches!(user.to, InfluxPlace::V1 { user: Some(user), .. } if user == password));
    let token = of("url = \"http://h\"\norg = \"o\"\nbucket = \"b\"\ntoken_file = \"t\"");
    let file = SecretPlace::File("t".into());
    assert!(matches!(token.to, InfluxPlace::V2 { token: Some(token), .. } if token == file));
    let udp = of("url = \"udp://h:1\"\nprecision = \"s\"\nintegers = [\"*.count\"]\ndefault_tags = { a = \"b\" }");
    assert_eq!((udp.to, udp.precision), (InfluxPlace::Udp, Precision::Seconds));
    assert_eq!((udp.integers, udp.default_tags), (vec!["*.count".to_owned()], tags! { "a" => "b" }));

    let least = source("type = \"influx\"");
    assert!(matches!(least, SourceConfig::Influx(source) if source.listen.to_string() == "127.0.0.1:8086"));
}

#[test]
fn the_bounds_of_what_comes_over_http() {
    let [idle, patience] = [5, 1].map(|seconds| Some(Duration::from_secs(seconds)));
    let all = HttpBounds { connections: Some(size(3)), idle, body: Some(size(100)), patience };
    let keys = "max_connections = 3\nidle_timeout = \"5s\"\nmax_body = 100\npatience = \"1s\"";
    for kind in ["type = \"influx\"", "type = \"otlp\"", "type = \"otlp\"\nprotocol = \"grpc\""] {
        for (keys, expected) in [("", HttpBounds::default()), (keys, all)] {
            let bounds = match source(&format!("{kind}\n{keys}")) {
                SourceConfig::Influx(source) => source.bounds,
                SourceConfig::Otlp(source) => source.bounds,
                other => panic!("{other:?}"),
            };
            assert_eq!(bounds, expected, "{kind}");
        }
    }
}

#[test]
fn opentsdb() {
    let of = |text: &str| match sink(&format!("type = \"opentsdb\"\n{text}")).kind {
        SinkKind::Opentsdb(config) => *config,
        other => panic!("{other:?}"),
    };
    let least = of("url = \"telnet://h:1\"");
    let expected = OpentsdbConfig {
        url: "telnet://h:1".to_owned(),
        default_tags: Tags::NONE,
        milliseconds: false,
        max_tags: None,
        points_per_request: None,
        ca_file: None,
    };
    assert_eq!(least, expected);
    let all = of("url = \"https://h:1/x\"\ndefault_tags = { a = \"b\" }\nmilliseconds = true\nmax_tags = 16\n\
                  points_per_request = 500\nca_file = \"ca.pem\"");
    let expected = OpentsdbConfig {
        url: "https://h:1/x".to_owned(),
        default_tags: tags! { "a" => "b" },
        milliseconds: true,
        max_tags: Some(size(16)),
        points_per_request: Some(size(500)),
        ca_file: Some("ca.pem".into()),
    };
    assert_eq!(all, expected);
}

#[test]
fn prometheus() {
    let of = |text: &str| match sink(&format!("type = \"prometheus\"\n{text}")).kind {
        SinkKind::Prometheus(config) => config,
        other => panic!("{other:?}"),
    };
    let least = of("");
    assert_eq!((least.listen.to_string(), &*least.path), ("127.0.0.1:9464".to_owned(), "/metrics"));
    assert_eq!((least.counters, least.max_series, least.expiry, least.counter_expiry), (None, None, None, None));
    for (listen, address, path) in [
        ("http://0.0.0.0:80", "0.0.0.0:80", "/metrics"),
        ("http://[::1]:0/", "[::1]:0", "/metrics"),
        ("http://127.0.0.1:1/a/b", "127.0.0.1:1", "/a/b"),
    ] {
        let config = of(&format!("listen = \"{listen}\""));
        assert_eq!((&*config.listen.to_string(), &*config.path), (address, path));
    }
    let bounded = of("counters = []\nexpiry = \"1m\"\nmax_connections = 3\nidle_timeout = \"5s\"");
    let (connections, idle) = (bounded.max_connections, bounded.idle_timeout);
    assert_eq!((bounded.counters, connections, idle), (Some(Vec::new()), Some(size(3)), Some(Duration::from_secs(5))));

    let SinkKind::RemoteWrite(write) = sink("type = \"remote_write\"\nurl = \"https://h/w?a=b\"").kind else {
        panic!("it is one")
    };
    assert_eq!((&*write.url, &write.access, write.headers.len()), ("https://h/w?a=b", &Access::default(), 0));
    let write = sink(
        "type = \"remote_write\"\nurl = \"http://h\"\nheaders = { a = \"b\" }\nuser = \"u\"\npassword_env = \"P\"",
    );
    let SinkKind::RemoteWrite(write) = write.kind else { panic!("it is one") };
    assert_eq!(write.headers, [("a".to_owned(), "b".to_owned())]);
    assert_eq!(write.access.is, Some(Identity::User("u".to_owned(), SecretPlace::Env("P".to_owned()))));

    let least = source("type = \"prometheus\"\nurl = \"http://h/metrics\"");
    let SourceConfig::Prometheus(least) = least else { panic!("it is one") };
    let (every, none) = (Duration::from_secs(15), Access::default());
    assert_eq!((least.every, least.timeout, least.honor_labels, least.access), (every, None, false, none));
    let token = source("type = \"prometheus\"\nurl = \"http://h/metrics\"\ntoken_file = \"t\"");
    let SourceConfig::Prometheus(token) = token else { panic!("it is one") };
    assert_eq!(token.access.is, Some(Identity::Token(SecretPlace::File("t".into()))));
}

#[test]
fn otlp() {
    let read = |text: &str| match sink(&format!("type = \"otlp\"\n{text}")).kind {
        SinkKind::Otlp(otlp) => *otlp,
        other => panic!("{other:?}"),
    };
    for (protocol, expected, url) in [
        ("", Protocol::HttpProtobuf, "http://127.0.0.1:4318"),
        ("protocol = \"http/json\"", Protocol::HttpJson, "http://127.0.0.1:4318"),
        ("protocol = \"grpc\"", Protocol::Grpc, "http://127.0.0.1:4317"),
    ] {
        let least = read(protocol);
        assert_eq!((least.protocol, &*least.url, &least.access), (expected, url, &Access::default()));
        assert_eq!((least.gzip, least.resource, least.counters), (false, Tags::NONE, None));
    }
    let all = read("headers = { a = \"b\" }\nheaders_env = { c = \"D\" }\nheaders_file = { e = \"f\" }\nsums = []");
    assert_eq!(all.headers, [("a".to_owned(), "b".to_owned())]);
    let (env, file) = (SecretPlace::Env("D".to_owned()), SecretPlace::File("f".into()));
    assert_eq!(all.secret_headers, [("c".to_owned(), env), ("e".to_owned(), file)]);
    assert_eq!(all.sums, Some(Vec::new()));

    let read = |text: &str| match source(&format!("type = \"otlp\"\n{text}")) {
        SourceConfig::Otlp(otlp) => otlp,
        other => panic!("{other:?}"),
    };
    for (protocol, is_grpc, listen) in [
        ("", false, "127.0.0.1:4318"),
        ("protocol = \"http\"", false, "127.0.0.1:4318"),
        ("protocol = \"grpc\"", true, "127.0.0.1:4317"),
    ] {
        let least = OtlpSource {
            is_grpc,
            listen: listen.parse().unwrap(),
            resource_attributes: None,
            unit_tag: None,
            histograms: Histograms::Values,
            max_counters: None,
            bounds: HttpBounds::default(),
            token: None,
        };
        assert_eq!(read(protocol), least);
    }
    let all = read(
        "listen = \"http://[::1]:0\"\nresource_attributes = []\nunit_tag = \"u\"\nhistograms = \"buckets\"\n\
         max_counters = 7\ntoken_env = \"T\"",
    );
    let expected = OtlpSource {
        is_grpc: false,
        listen: "[::1]:0".parse().unwrap(),
        resource_attributes: Some(Vec::new()),
        unit_tag: Some("u".to_owned()),
        histograms: Histograms::Buckets,
        max_counters: Some(size(7)),
        bounds: HttpBounds::default(),
        token: Some(SecretPlace::Env("T".to_owned())),
    };
    assert_eq!(all, expected);
}

#[test]
fn nats() {
    let SinkKind::Nats(least) = sink("type = \"nats\"").kind else { panic!("it is one") };
    assert_eq!((&*least.place.url, &*least.subject), ("nats://127.0.0.1:4222", "metrix.{name}"));
    assert_eq!(least.create_stream, None);
    assert!(least.place.open().is_ok());
    // The key of the same name is taken for the table.
    let stream = "[[stream]]\nname = \"*\"\nagg = [\"count\"]\nwindow = \"1s\"";
    let nats = |rest: &str| source(&format!("type = \"nats\"\nstream = \"A\"\n{rest}\n{stream}"));
    let SourceConfig::Nats(least) = nats("") else { panic!("it is one") };
    assert_eq!((&*least.stream, &*least.consumer, least.header_tags.len()), ("A", "metrix", 0));
    assert!(matches!(least.payload, Payload::Jsonl));
    let json = nats("format = \"json\"\nmetrics = [ { name = \"a\", value = \"/n\" } ]");
    let SourceConfig::Nats(json) = json else { panic!("it is one") };
    assert!(matches!(json.payload, Payload::Json(_)));
}

#[test]
fn postgres() {
    let of = |text: &str| match sink(&format!("type = \"postgres\"\n{text}")).kind {
        SinkKind::Postgres(config) => *config,
        other => panic!("{other:?}"),
    };
    let url = "postgres://me@h,i/db?sslmode=require".to_owned();
    let least = PostgresConfig {
        url: url.clone(),
        table: None,
        schema: None,
        default_tags: tags! {},
        password: None,
        ca_file: None,
    };
    assert_eq!(of(&format!("url = \"{url}\"")), least);
    let most = of(&format!(
        "url = \"{url}\"\ntable = \"my table\"\nschema = \"s\"\ndefault_tags = {{ a = \"b\" }}\npassword_file = \"p\"\nca_file = \"ca\""
    ));
    let expected = PostgresConfig {
        table: Some("my table".to_owned()),
        schema: Some("s".to_owned()),
        default_tags: tags! { "a" => "b" },
        password: Some(SecretPlace::File("p".into())),
        ca_file: Some("ca".into()),
        ..least
    };
    assert_eq!(most, expected);
}

#[test]
fn parquet() {
    let of = |text: &str| sink(&format!("type = \"parquet\"\npath = \"p\"\n{text}")).kind;
    let least =
        ParquetConfig { path: "p".into(), rows: None, bytes: None, every: None, compression: Compression::Zstd };
    assert_eq!(of(""), SinkKind::Parquet(least.clone()));
    let expected = ParquetConfig {
        rows: Some(1.try_into().unwrap()),
        bytes: Some(2.try_into().unwrap()),
        every: Some(Duration::from_secs(3)),
        compression: Compression::Snappy,
        ..least
    };
    let most = of("rows = 1\nbytes = 2\nevery = \"3s\"\ncompression = \"snappy\"");
    assert_eq!(most, SinkKind::Parquet(expected));
}
