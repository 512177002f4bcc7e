//! [`StreamConfig`]: what becomes of what comes in.

mod aggs;
mod kinds;

use std::num::NonZeroUsize;
use std::time::Duration;

use metrix::{Agg, Tags};
use metrix_io::Glob;

pub(crate) use self::kinds::KindsTaken;
use super::first::One;
use super::key::Key;
use super::problem::Read;
use super::table::Table;
use super::value::Value;

/// A `[[stream]]`.
#[derive(Clone, Debug)]
pub(crate) struct StreamConfig {
    /// What it is called: as in the configuration, and by its kinds too where several have that name.
    pub(crate) name: String,
    /// Whose measurements it takes: a name, or a pattern of names.
    pub(crate) names: Glob,
    pub(crate) kinds: KindsTaken,
    pub(crate) aggs: Vec<Agg>,
    /// Those of them, as they are written, that say nothing of a set, whose values are hashes of its members.
    pub(crate) not_of_sets: Vec<String>,
    pub(crate) grouping: Grouping,
    pub(crate) default_tags: Tags,
    pub(crate) tags: TagsKept,
    pub(crate) max_series: Option<NonZeroUsize>,
}

impl StreamConfig {
    /// Whether all of its elements have the name that it has itself.
    pub(crate) fn is_of_one_name(&self) -> bool {
        self.names.is_plain() && self.names.as_str() == self.name
    }
}

/// Calls streams of one name also by their kinds.
pub(super) fn distinguish(streams: &mut [StreamConfig]) {
    let names: Vec<String> = streams.iter().map(|stream| stream.name.clone()).collect();
    for stream in streams {
        if stream.kinds != KindsTaken::All && names.iter().filter(|name| **name == stream.name).count() > 1 {
            stream.name = format!("{} ({})", stream.name, stream.kinds);
        }
    }
}

/// When elements come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grouping {
    /// A batch of so many.
    Batch(NonZeroUsize),
    /// Windows of the clock, aligned to the epoch.
    Arrival(Duration),
    /// Windows of the times that the readings have, aligned to the epoch.
    Event { every: Duration, lateness: Duration },
}

/// Which of the measurements' tags are looked at. Default tags are added after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TagsKept {
    All,
    Only(Vec<String>),
    Without(Vec<String>),
}

const NAME: Key = Key::new("name", "\"requests\"");
pub(super) const KIND: Key = Key::new("kind", "\"counter\"");
pub(super) const AGG: Key = Key::new("agg", "[\"count\", \"mean\"]");
const WINDOW: Key = Key::new("window", "\"10s\"");
const BATCH: Key = Key::new("batch", "100");
const DEFAULT_TAGS: Key = Key::new("default_tags", "{ section = \"NA\" }");
const DROP_TAGS: Key = Key::new("drop_tags", "[\"ip\"]");
const KEEP_TAGS: Key = Key::new("keep_tags", "[\"section\"]");
const TIME: Key = Key::new("time", "\"event\"");
const LATENESS: Key = Key::new("lateness", "\"5s\"");
const MAX_SERIES: Key = Key::new("max_series", "100000");

/// The keys of a stream.
pub(super) const KEYS: &[Key] =
    &[NAME, KIND, AGG, WINDOW, BATCH, DEFAULT_TAGS, DROP_TAGS, KEEP_TAGS, TIME, LATENESS, MAX_SERIES];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Time {
    Arrival,
    Event,
}

/// What it is called.
pub(super) fn name<'a>(table: &Table<'a>) -> Option<One<'a>> {
    table.get(NAME)?.one()
}

/// Of which kinds its measurements are.
pub(super) fn kinds(table: &Table<'_>) -> Read<KindsTaken> {
    Ok(table.optional(KIND, kinds::read)?.unwrap_or(KindsTaken::All))
}

pub(super) fn read(table: &Table<'_>) -> Read<StreamConfig> {
    table.has_only(KEYS);
    let kinds = kinds(table);
    let name = table.required(NAME, Value::name);
    // How long it is makes no difference here, and one that is missing is told elsewhere.
    let is_batch = table.get(BATCH).is_some() && table.get(WINDOW).is_none();
    let window = (!is_batch).then_some(Duration::from_secs(1));
    let aggs = table.required(AGG, |value| aggs::read(value, window));
    let grouping = grouping(table);
    let default_tags = table.optional(DEFAULT_TAGS, Value::tags);
    let tags = tags(table);
    let max_series = table.optional(MAX_SERIES, Value::size);
    let name = name?;
    Ok(StreamConfig {
        name: name.to_owned(),
        names: Glob::new(name),
        kinds: kinds?,
        aggs: aggs?,
        not_of_sets: table.get(AGG).map(|value| aggs::not_of_sets(&value)).unwrap_or_default(),
        grouping: grouping?,
        default_tags: default_tags?.unwrap_or(Tags::NONE),
        tags: tags?,
        max_series: max_series?,
    })
}

fn grouping(table: &Table<'_>) -> Read<Grouping> {
    table.exclusive(WINDOW, BATCH);
    let window = table.optional(WINDOW, Value::period);
    let batch = table.optional(BATCH, Value::size);
    let time = table.optional(TIME, |value| value.one_of(&[("arrival", Time::Arrival), ("event", Time::Event)]));
    let lateness = table.optional(LATENESS, Value::duration);
    if table.get(LATENESS).is_some() {
        let needless = match (table.get(BATCH), &time) {
            (Some(_), _) => Some("a batch waits for no time, so that nothing is late: leave `lateness` out"),
            (None, Ok(None | Some(Time::Arrival))) => {
                Some("by the time of arrival nothing is late: leave `lateness` out, or add time = \"event\"")
            }
            (None, Ok(Some(Time::Event)) | Err(_)) => None,
        };
        needless.map(|message| table.wrong_key(LATENESS.name, message));
    }
    match (window, batch) {
        (Ok(None), Ok(None)) => {
            Err(table.missing("a stream needs either `window` or `batch`: add window = \"10s\", or batch = 100"))
        }
        (Err(reported), _) | (_, Err(reported)) => Err(reported),
        (Ok(None), Ok(Some(batch))) => Ok(Grouping::Batch(batch)),
        (Ok(Some(every)), Ok(_)) => Ok(match time?.unwrap_or(Time::Arrival) {
            Time::Arrival => Grouping::Arrival(every),
            Time::Event => Grouping::Event { every, lateness: lateness?.unwrap_or(Duration::ZERO) },
        }),
    }
}

fn tags(table: &Table<'_>) -> Read<TagsKept> {
    table.exclusive(DROP_TAGS, KEEP_TAGS);
    let names = |key| table.optional(key, |value| Ok(value.texts()?.into_iter().map(str::to_owned).collect()));
    let (without, only) = (names(DROP_TAGS), names(KEEP_TAGS));
    Ok(match (without?, only?) {
        (Some(names), _) => TagsKept::Without(names),
        (None, Some(names)) => TagsKept::Only(names),
        (None, None) => TagsKept::All,
    })
}
