//! [`InfluxConfig`]: the keys of an `influx` sink.

use std::path::PathBuf;

use metrix::Tags;
use metrix_io::sinks::influx::{Influx, Precision};

use super::WRITE_TIMEOUT;
use super::naming::{self, DEFAULT_TAGS};
use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::secret::{self, SecretPlace};
use crate::config::table::Table;
use crate::config::value::Value;

/// An `influx` sink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InfluxConfig {
    pub(crate) url: String,
    pub(crate) to: InfluxPlace,
    pub(crate) precision: Precision,
    pub(crate) gzip: bool,
    /// `value` unless set.
    pub(crate) field: Option<String>,
    pub(crate) split_names: bool,
    pub(crate) integers: Vec<String>,
    pub(crate) default_tags: Tags,
    pub(crate) ca_file: Option<PathBuf>,
}

/// What a server puts the lines into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum InfluxPlace {
    V1 { database: String, retention_policy: Option<String>, user: Option<(String, SecretPlace)> },
    V2 { org: String, bucket: String, token: Option<SecretPlace> },
    Udp,
}

const URL: Key = Key::new("url", "\"http://127.0.0.1:8086\"");
const DATABASE: Key = Key::new("database", "\"metrics\"");
const RETENTION_POLICY: Key = Key::new("retention_policy", "\"a_year\"");
const USER: Key = Key::new("user", "\"metrix\"");
const PASSWORD_ENV: Key = Key::new("password_env", "\"INFLUX_PASSWORD\"");
const PASSWORD_FILE: Key = Key::new("password_file", "\"/etc/metrix/influx\"");
const ORG: Key = Key::new("org", "\"example\"");
const BUCKET: Key = Key::new("bucket", "\"metrics\"");
const TOKEN_ENV: Key = Key::new("token_env", "\"INFLUX_TOKEN\"");
const TOKEN_FILE: Key = Key::new("token_file", "\"/etc/metrix/influx\"");
const PRECISION: Key = Key::new("precision", "\"ms\"");
const GZIP: Key = Key::new("gzip", "true");
const FIELD: Key = Key::new("field", "\"value\"");
const SPLIT_NAMES: Key = Key::new("split_names", "true");
const INTEGERS: Key = Key::new("integers", "[\"*.count\"]");
const CA_FILE: Key = Key::new("ca_file", "\"/etc/metrix/ca.pem\"");

pub(super) const KEYS: &[Key] = &[
    URL,
    DATABASE,
    RETENTION_POLICY,
    USER,
    PASSWORD_ENV,
    PASSWORD_FILE,
    ORG,
    BUCKET,
    TOKEN_ENV,
    TOKEN_FILE,
    PRECISION,
    GZIP,
    FIELD,
    SPLIT_NAMES,
    INTEGERS,
    DEFAULT_TAGS,
    CA_FILE,
    WRITE_TIMEOUT,
];

/// The keys that only one way has, each with what it is.
const OF_V1: [Key; 5] = [DATABASE, RETENTION_POLICY, USER, PASSWORD_ENV, PASSWORD_FILE];
const OF_V2: [Key; 4] = [ORG, BUCKET, TOKEN_ENV, TOKEN_FILE];
const OF_HTTP: [Key; 2] = [GZIP, CA_FILE];

const UDP: &str = "udp://";

pub(super) fn read(table: &Table<'_>) -> Read<InfluxConfig> {
    let url = table.required(URL, url);
    let precision = table.optional(PRECISION, |value| {
        value.one_of(&[
            ("ns", Precision::Nanoseconds),
            ("us", Precision::Microseconds),
            ("ms", Precision::Milliseconds),
            ("s", Precision::Seconds),
        ])
    });
    let gzip = table.optional(GZIP, Value::flag);
    table.exclusive(FIELD, SPLIT_NAMES);
    let field = table.optional(FIELD, |value| value.name().map(str::to_owned));
    let split_names = table.optional(SPLIT_NAMES, Value::flag);
    let integers = table.optional(INTEGERS, |value| Ok(value.texts()?.into_iter().map(str::to_owned).collect()));
    let default_tags = naming::default_tags(table);
    let ca_file = table.optional(CA_FILE, |value| value.word().map(PathBuf::from));
    if ca_file.as_ref().is_ok_and(Option::is_some) && url.as_ref().is_ok_and(|url| url.starts_with("http://")) {
        table.refuse(&[CA_FILE], "is of TLS: write https:// in `url`, or leave it out");
    }
    let to = place(table, url.as_ref().is_ok_and(|url| url.starts_with(UDP)));
    Ok(InfluxConfig {
        url: url?,
        to: to?,
        precision: precision?.unwrap_or_default(),
        gzip: gzip?.unwrap_or(false),
        field: field?,
        split_names: split_names?.unwrap_or(false),
        integers: integers?.unwrap_or_default(),
        default_tags: default_tags?,
        ca_file: ca_file?,
    })
}

fn place(table: &Table<'_>, is_udp: bool) -> Read<InfluxPlace> {
    let text = |key| table.optional(key, |value| value.name().map(str::to_owned));
    let (database, retention_policy) = (text(DATABASE), text(RETENTION_POLICY));
    let user = secret::user(table, USER, PASSWORD_ENV, PASSWORD_FILE);
    let (org, bucket) = (text(ORG), text(BUCKET));
    let token = secret::read(table, TOKEN_ENV, TOKEN_FILE);
    let has_one_of = |keys: &[Key]| keys.iter().any(|key| table.get(*key).is_some());
    if is_udp {
        table.refuse(&[&OF_V1[..], &OF_V2, &OF_HTTP].concat(), "is of HTTP alone: leave it out where `url` is udp://");
        return Ok(InfluxPlace::Udp);
    }
    match (has_one_of(&OF_V1), has_one_of(&OF_V2)) {
        (true, true) => {
            let why = "is of version 2, and others here of version 1: leave either out";
            Err(table.refuse(&OF_V2, why).unwrap_or_else(|| table.wrong("it is of two versions")))
        }
        (_, false) => {
            let (database, retention_policy) = (database?, retention_policy?);
            let Some(database) = database else {
                let message =
                    "an `influx` sink needs `database`, or `org` and `bucket` of version 2: add database = \"metrics\"";
                return Err(table.missing(message));
            };
            let user = user?;
            Ok(InfluxPlace::V1 { database, retention_policy, user })
        }
        (false, true) => match (org?, bucket?) {
            (Some(org), Some(bucket)) => Ok(InfluxPlace::V2 { org, bucket, token: token? }),
            _ => {
                Err(table.missing("version 2 needs `org` and `bucket`: add org = \"example\" and bucket = \"metrics\""))
            }
        },
    }
}

fn url(value: &Value<'_>) -> Read<String> {
    let url = value.text()?;
    let is_right = match url.strip_prefix(UDP) {
        Some(address) => Influx::udp(address).is_ok(),
        None => Influx::v1(url, "any").is_ok(),
    };
    match is_right {
        true => Ok(url.to_owned()),
        // What stands before it may be a password, which is not to be shown.
        false if url.contains('?') => {
            let message = "a query has no place in `url`: leave the query out; `user` and `password_env`, or `token_env`, are keys";
            Err(value.wrong(message))
        }
        false if url.contains('@') => {
            let message = "a user has keys of its own, `user` and `password_env`: leave it out of `url`";
            Err(value.wrong(message))
        }
        false => Err(value.wrong(format!(
            "no InfluxDB server can be at `{url}`: write http://, https:// or udp://, a host and a port, as in {}",
            value.key.example
        ))),
    }
}
