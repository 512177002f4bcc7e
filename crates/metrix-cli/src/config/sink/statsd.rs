//! [`StatsdConfig`]: a sink of StatsD.

use metrix_io::sinks::statsd::{Dialect, Negatives, StatsD, Type};
use metrix_io::{AddressError, Glob};

use super::WRITE_TIMEOUT;
use super::naming::{self, DEFAULT_TAGS, Naming, PREFIX};
use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::table::Table;
use crate::config::value::{Value, all};

/// A sink of StatsD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StatsdConfig {
    /// `udp://host:port`, `tcp://host:port`, or `unix://` and an absolute path.
    pub(crate) url: String,
    pub(crate) dialect: Dialect,
    /// As the dialect has them, unless set.
    pub(crate) negatives: Option<Negatives>,
    /// Patterns of names, and what elements of such names are.
    pub(crate) types: Vec<(String, Type)>,
    pub(crate) timestamps: bool,
    pub(crate) naming: Naming,
}

const URL: Key = Key::new("url", "\"udp://127.0.0.1:8125\"");
const DIALECT: Key = Key::new("dialect", "\"dogstatsd\"");
const NEGATIVES: Key = Key::new("negatives", "\"after_zero\"");
const TYPES: Key = Key::new("types", "{ \"*.count\" = \"c\" }");
const TIMESTAMPS: Key = Key::new("timestamps", "true");
pub(super) const KEYS: &[Key] = &[URL, DIALECT, NEGATIVES, TYPES, TIMESTAMPS, PREFIX, DEFAULT_TAGS, WRITE_TIMEOUT];

impl StatsdConfig {
    pub(super) fn read(table: &Table<'_>) -> Read<Self> {
        let url = table.required(URL, url);
        let dialect = table.optional(DIALECT, |value| {
            value.one_of(&[
                ("dogstatsd", Dialect::DogStatsD),
                ("graphite", Dialect::Graphite),
                ("plain", Dialect::Plain),
            ])
        });
        let negatives = table.optional(NEGATIVES, |value| {
            value.one_of(&[("signed", Negatives::Signed), ("after_zero", Negatives::AfterZero)])
        });
        let types = table.optional(TYPES, types);
        let timestamps = table.optional(TIMESTAMPS, Value::flag);
        let naming = Naming::read(table);
        let (dialect, timestamps) = (dialect?.unwrap_or_default(), timestamps?.unwrap_or(false));
        if timestamps && dialect != Dialect::DogStatsD {
            let message = "only the dialect dogstatsd has times: leave `timestamps` out, or `dialect`";
            return Err(table.wrong_key(TIMESTAMPS.name, message));
        }
        let types = types?.unwrap_or_default();
        Ok(Self { url: url?, dialect, negatives: negatives?, types, timestamps, naming: naming? })
    }

    /// The sink.
    pub(crate) fn open(&self) -> Result<StatsD, AddressError> {
        let Naming { prefix, default_tags } = &self.naming;
        let sink = at(&self.url)?.dialect(self.dialect).prefix(prefix).default_tags(default_tags.clone());
        let sink = if self.timestamps { sink.timestamps() } else { sink };
        let sink = match self.negatives {
            Some(negatives) => sink.negatives(negatives),
            None => sink,
        };
        Ok(self.types.iter().fold(sink, |sink, (names, kind)| sink.typed(Glob::new(names.as_str()), *kind)))
    }
}

fn at(url: &str) -> Result<StatsD, AddressError> {
    match url.split_once("://") {
        #[cfg(unix)]
        Some(("unix", path)) if path.starts_with('/') => Ok(StatsD::unix(path)),
        Some(("tcp", address)) => StatsD::tcp(address),
        Some(("udp", address)) => StatsD::udp(address),
        // That is no address, either.
        Some(_) | None => StatsD::udp(url),
    }
}

fn url(value: &Value<'_>) -> Read<String> {
    let forms = "udp:// or tcp://, a host and a port, or unix:// and an absolute path";
    naming::url(value, "StatsD", |url| at(url).is_ok(), forms)
}

fn types(value: &Value<'_>) -> Read<Vec<(String, Type)>> {
    let Some(pairs) = value.pairs() else { return Err(value.is_no("a table of patterns and types")) };
    all(pairs.into_iter().map(|(names, value)| {
        let kind = value.one_of(&[
            ("c", Type::Counter),
            ("g", Type::Gauge),
            ("ms", Type::Timer),
            ("h", Type::Histogram),
            ("d", Type::Distribution),
        ]);
        Ok((names.to_owned(), kind?))
    }))
}
