//! [`QueryArgs`]: what `metrix query` takes.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use clap::{Args, ValueEnum};
use metrix::Timestamp;

#[derive(Args, Debug)]
pub(crate) struct QueryArgs {
    /// Of which names: `*` stands for any characters, `?` for any one.
    #[arg(default_value = "*")]
    pub(crate) names: String,
    /// Only the elements of so long ago at most, as in `10m` or `2h 30m`.
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) last: Option<Duration>,
    /// Only the elements from then on: a time in UTC, as in `2015-05-17T10:05:03Z` or `2015-05-17`, or how long ago, as in `2h`.
    #[arg(long, value_name = "TIME", conflicts_with = "last")]
    pub(crate) since: Option<TimeArg>,
    /// Only the elements before then, given in the same way.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<TimeArg>,
    /// At most so many: the first ones by name, tags and time.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) limit: Option<NonZeroUsize>,
    /// Only those that have this tag, as in `core=0`; may be given several times, for those that have all of them.
    #[arg(long = "tags", value_name = "NAME=VALUE")]
    pub(crate) tags: Vec<TagArg>,
    /// Lists which names and tags there are, how many elements each has, and from when to when.
    #[arg(long, conflicts_with_all = ["format", "limit"])]
    pub(crate) series: bool,
    /// As what to show them; by the output's extension unless set, and else as a table.
    #[arg(long, short, value_enum)]
    pub(crate) format: Option<QueryFormat>,
    /// The file to write; the standard output unless set.
    #[arg(long, short, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
    /// The SQLite file to read; the one in the user's data directory unless set.
    #[arg(long, value_name = "PATH")]
    pub(crate) store: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum QueryFormat {
    /// Lines for people.
    Table,
    /// Comma-separated values, after a header.
    Csv,
    /// A JSON line for each.
    Json,
    /// A plot in the terminal.
    Plot,
    /// A plot as a picture.
    Svg,
}

/// A tag as it is given on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TagArg {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl FromStr for TagArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) =
            text.split_once('=').ok_or_else(|| format!("`{text}` has no `=`: write it as in core=0"))?;
        Ok(Self { name: name.to_owned(), value: value.to_owned() })
    }
}

/// A time as it is given on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeArg(pub(crate) Timestamp);

impl FromStr for TimeArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(ago) = humantime::parse_duration(text) {
            return Ok(Self(Timestamp::from(SystemTime::now()).saturating_sub(ago)));
        }
        let midnight = if text.len() == "2015-05-17".len() { "T00:00:00Z" } else { "" };
        let time = humantime::parse_rfc3339_weak(&format!("{text}{midnight}")).map_err(|_| {
            format!("`{text}` is no time: write it as in 2015-05-17T10:05:03Z, 2015-05-17, or 2h for two hours ago")
        })?;
        Ok(Self(Timestamp::from(time)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_utc_or_ago() {
        for (text, expected) in [
            ("2015-05-17T10:05:03Z", "2015-05-17T10:05:03Z"),
            ("2015-05-17T10:05:03.25Z", "2015-05-17T10:05:03.25Z"),
            ("2015-05-17 10:05:03", "2015-05-17T10:05:03Z"),
            ("2015-05-17", "2015-05-17T00:00:00Z"),
        ] {
            assert_eq!(text.parse::<TimeArg>().unwrap().0.to_string(), expected);
        }
        let (before, ago) = (Timestamp::from(SystemTime::now()), "1h 30m".parse::<TimeArg>().unwrap().0);
        let passed = (ago + Duration::from_secs(5400)) - before;
        assert!(passed < Duration::from_secs(60), "{ago}");
    }

    #[test]
    fn what_is_no_time_is_told_how_to_be_one() {
        for text in ["", "yesterday", "2015-13-17", "10:05", "-5m"] {
            let error = text.parse::<TimeArg>().unwrap_err();
            assert!(error.starts_with(&format!("`{text}` is no time: write it as")), "{error}");
        }
    }

    #[test]
    fn a_tag_has_a_name_and_a_value() {
        let tag = |text: &str| text.parse::<TagArg>().map(|tag| (tag.name, tag.value));
        assert_eq!(tag("core=0"), Ok(("core".to_owned(), "0".to_owned())));
        assert_eq!(tag("path=/a=b,c"), Ok(("path".to_owned(), "/a=b,c".to_owned())));
        assert_eq!(tag("core"), Err("`core` has no `=`: write it as in core=0".to_owned()));
    }
}
