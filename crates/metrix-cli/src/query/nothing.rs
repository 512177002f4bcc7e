//! [`Nothing`]: why a query found nothing, and what might be found.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use metrix::{MElement, Timestamp};
use metrix_io::sinks::sqlite::{Query, Store, StoreError};
use strsim::osa_distance;

use super::time::seconds;
use crate::args::{QueryArgs, TagArg};
use crate::printable::printable;

/// So many names are proposed at most.
const NAMES: usize = 3;

/// What is missing first, of the name, the tags and the time.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Nothing {
    /// The store is empty.
    AtAll {
        store: PathBuf,
    },
    Name {
        pattern: String,
        similar: Vec<String>,
    },
    Tags {
        pattern: String,
        tags: String,
        example: String,
    },
    /// Of the series with the last element, when that was.
    Time {
        pattern: String,
        last: Timestamp,
    },
}

impl Nothing {
    /// Looks at what a query without result would find if it asked for less.
    pub(super) fn of(args: &QueryArgs, path: PathBuf, store: &Store) -> Result<Self, StoreError> {
        let pattern = args.names.clone();
        let named = Query::names(pattern.clone());
        let Some(example) = first(store, &named)? else {
            let names: BTreeSet<String> = store.series()?.iter().map(|series| series.name.to_string()).collect();
            return Ok(match names.is_empty() {
                true => Self::AtAll { store: path },
                false => Self::Name { similar: similar(&pattern, &names), pattern },
            });
        };
        let tagged = args.tags.iter().fold(named, |query, TagArg { name, value }| query.tag(name, value));
        let mut last = None;
        store.each(&tagged, |element| last = last.max(Some(element.at)))?;
        Ok(match last {
            Some(last) => Self::Time { pattern, last },
            None => {
                let tags: Vec<String> =
                    args.tags.iter().map(|TagArg { name, value }| format!("{name}={value}")).collect();
                Self::Tags { pattern, tags: tags.join(","), example: example.tags.to_string() }
            }
        })
    }
}

fn first(store: &Store, query: &Query) -> Result<Option<MElement>, StoreError> {
    Ok(store.query(&query.clone().limit(1))?.pop())
}

/// The names that somebody may have meant: those of which it is the beginning or a part, or else those that differ in a
/// third of the letters at most.
fn similar(pattern: &str, names: &BTreeSet<String>) -> Vec<String> {
    let given = pattern.trim_matches(['*', '?', '.']).to_lowercase();
    if given.is_empty() {
        return Vec::new();
    }
    let part: Vec<String> = names.iter().filter(|name| name.to_lowercase().contains(&given)).cloned().collect();
    if !part.is_empty() {
        return part.into_iter().take(NAMES).collect();
    }
    let mut near: Vec<(usize, &String)> = names
        .iter()
        // The whole name, or as much of it as was given: of `cpu.usage.mean` one may have written `cpu.usgae`.
        .map(|name| {
            let lower = name.to_lowercase();
            let start: String = lower.chars().take(given.chars().count()).collect();
            (osa_distance(&given, &lower).min(osa_distance(&given, &start)), name)
        })
        .filter(|(distance, _)| 3 * distance <= given.chars().count())
        .collect();
    near.sort();
    near.into_iter().take(NAMES).map(|(_, name)| name.clone()).collect()
}

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtAll { store } => {
                write!(f, "the store {} is empty so far: `metrix run` writes to it", store.display())
            }
            Self::Name { pattern, similar } => {
                write!(f, "no name is as `{}` says: ", printable(pattern))?;
                if let [first, rest @ ..] = &**similar {
                    write!(f, "did you mean `{}`", printable(first))?;
                    for name in rest {
                        write!(f, " or `{}`", printable(name))?;
                    }
                    f.write_str("? ")?;
                }
                f.write_str("`metrix query --series` lists them all")
            }
            Self::Tags { pattern, tags, example } => {
                let pattern = printable(pattern);
                write!(f, "nothing of `{pattern}` has the tags {}: ", printable(tags))?;
                match example.is_empty() {
                    true => f.write_str("the first that was found has none; ")?,
                    false => write!(f, "the first that was found has {}; ", printable(example))?,
                }
                write!(f, "`metrix query '{pattern}' --series` lists them all")
            }
            Self::Time { pattern, last } => {
                let last = seconds(*last);
                write!(f, "nothing of `{}` is of that time: the last is of {last}", printable(pattern))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_and_parts_lead_to_names() {
        let names = ["cpu.usage.max", "cpu.usage.mean", "load.1.mean", "memory.used.mean"];
        let names: BTreeSet<String> = names.map(str::to_owned).into();
        for (pattern, expected) in [
            ("cpu", &["cpu.usage.max", "cpu.usage.mean"][..]),
            ("CPU.*", &["cpu.usage.max", "cpu.usage.mean"]),
            ("cpu.usgae.mean", &["cpu.usage.mean", "cpu.usage.max"]),
            ("memroy.*", &["memory.used.mean"]),
            ("mean", &["cpu.usage.mean", "load.1.mean", "memory.used.mean"]),
            ("requests", &[]),
            ("?*", &[]),
        ] {
            assert_eq!(similar(pattern, &names), expected, "{pattern}");
        }
    }
}
