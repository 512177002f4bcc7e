//! [`Value`]: what stands at a key.

use std::fmt::Display;
use std::num::NonZeroUsize;
use std::time::Duration;

use metrix::Tags;
use toml::Spanned;
use toml::de::{DeString, DeValue};

use super::first::One;
use super::key::Key;
use super::meant::meant;
use super::problem::{Problems, Read, Reported};
use super::table::Table;

/// The longest time that there is in nanoseconds, about 292 years.
pub(super) const LONGEST: Duration = Duration::from_nanos(i64::MAX.unsigned_abs());

/// The largest size. Nothing that is held in memory needs more, and nothing overflows by it.
const MOST: usize = 1_000_000_000;

/// What stands at a key of a table, or as an entry of a list.
#[derive(Clone, Debug)]
pub(super) struct Value<'a> {
    pub(super) value: &'a Spanned<DeValue<'a>>,
    /// What to call it: "`path`", or "an entry of `tags`".
    pub(super) what: String,
    pub(super) key: Key,
    pub(super) problems: &'a Problems,
}

impl<'a> Value<'a> {
    /// The number of its first byte.
    pub(super) fn at(&self) -> usize {
        self.value.span().start
    }

    /// What it is in TOML.
    pub(super) fn raw(&self) -> &'a DeValue<'a> {
        self.value.get_ref()
    }

    /// The text, as one of what may be there once. What is no text is reported elsewhere.
    pub(super) fn one(&self) -> Option<One<'a>> {
        self.raw().as_str().map(|is| One { at: self.at(), is })
    }

    /// Reports what is wrong with it.
    pub(super) fn wrong(&self, message: impl Display) -> Reported {
        self.problems.wrong(self.at(), message.to_string())
    }

    /// Reports that it is of another type than this.
    pub(super) fn is_no(&self, wanted: &str) -> Reported {
        let Self { what, key: Key { name, example }, .. } = self;
        let given = match self.raw() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.wrong(format!("{what} is {given}, and has to be {wanted}: write {name} = {example}"))
    }

    pub(super) fn text(&self) -> Read<&'a str> {
        self.raw().as_str().ok_or_else(|| self.is_no("a string"))
    }

    /// A text that isn't empty.
    pub(super) fn word(&self) -> Read<&'a str> {
        let Self { what, key: Key { name, example }, .. } = self;
        match self.text()? {
            "" => Err(self.wrong(format!("{what} is empty: write {name} = {example}"))),
            text => Ok(text),
        }
    }

    /// A name as elements have them.
    pub(super) fn name(&self) -> Read<&'a str> {
        let name = self.word()?;
        if name.contains(char::is_control) {
            return Err(self.wrong(format!("{}, `{name}`, has control characters in it: leave them out", self.what)));
        }
        Ok(name)
    }

    pub(super) fn flag(&self) -> Read<bool> {
        self.raw().as_bool().ok_or_else(|| self.is_no("true or false"))
    }

    /// How many: from one to a billion.
    pub(super) fn size(&self) -> Read<NonZeroUsize> {
        let Some(integer) = self.raw().as_integer() else { return Err(self.is_no("a whole number")) };
        let size = usize::from_str_radix(integer.as_str(), integer.radix()).ok().filter(|size| *size <= MOST);
        size.and_then(NonZeroUsize::new).ok_or_else(|| {
            let Self { what, key: Key { name, example }, .. } = self;
            self.wrong(format!("{what} is {integer}, and has to be from 1 to {MOST}: write {name} = {example}"))
        })
    }

    /// A number, which may be infinite or none.
    pub(super) fn number(&self) -> Option<f64> {
        match self.raw() {
            DeValue::Float(float) => float.as_str().parse().ok(),
            // Beyond 2^53 the nearest number is taken, as everywhere that elements have values.
            DeValue::Integer(integer) => {
                i128::from_str_radix(integer.as_str(), integer.radix()).ok().map(|integer| integer as f64)
            }
            DeValue::String(_) | DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
                None
            }
        }
    }

    /// How long, also no time at all.
    pub(super) fn duration(&self) -> Read<Duration> {
        let Some(text) = self.raw().as_str() else { return Err(self.is_no("a time with its unit")) };
        let Self { what, key: Key { name, example }, .. } = self;
        match humantime::parse_duration(text) {
            Ok(duration) if duration <= LONGEST => Ok(duration),
            Ok(_) | Err(humantime::DurationError::NumberOverflow) => {
                Err(self.wrong(format!("{what}, `{text}`, is out of range: times from 1ns to 292 years are possible")))
            }
            Err(_) => {
                let units = "with a unit such as ms, s, m, h, or d";
                Err(self
                    .wrong(format!("{what}, `{text}`, is no time: write a number {units}, as in {name} = {example}")))
            }
        }
    }

    /// How long, and longer than nothing.
    pub(super) fn period(&self) -> Read<Duration> {
        match self.duration()? {
            Duration::ZERO => {
                let Self { what, key: Key { name, example }, .. } = self;
                Err(self.wrong(format!("{what} has to be longer than nothing: write {name} = {example}")))
            }
            period => Ok(period),
        }
    }

    /// What one of these words stands for.
    pub(super) fn one_of<T: Copy>(&self, known: &[(&str, T)]) -> Read<T> {
        let text = self.word()?;
        known.iter().find(|(name, _)| *name == text).map(|&(_, stands_for)| stands_for).ok_or_else(|| {
            let names: Vec<&str> = known.iter().map(|&(name, _)| name).collect();
            self.wrong(format!("{} can't be `{}`: {}", self.what, text, meant(text, &names)))
        })
    }

    /// The entries of a list, or `None` if it is none.
    pub(super) fn entries(&self) -> Option<Vec<Self>> {
        let what = format!("an entry of `{}`", self.key.name);
        let entry = |value| Self { value, what: what.clone(), key: self.key, problems: self.problems };
        self.raw().as_array().map(|list| list.iter().map(entry).collect())
    }

    /// The names and values of a table that may have any, in the order in which they are written; or `None` if it is none.
    pub(super) fn pairs(&self) -> Option<Vec<(&'a str, Self)>> {
        let mut entries: Vec<_> = self.raw().as_table()?.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        let pair = |(name, value): (&'a Spanned<DeString<'a>>, _)| {
            let what = format!("`{}` of `{}`", name.get_ref(), self.key.name);
            (&**name.get_ref(), Self { value, what, key: self.key, problems: self.problems })
        };
        Some(entries.into_iter().map(pair).collect())
    }

    /// A list of texts.
    pub(super) fn texts(&self) -> Read<Vec<&'a str>> {
        let Some(entries) = self.entries() else { return Err(self.is_no("a list of strings")) };
        all(entries.iter().map(Self::text))
    }

    /// The URL of a server, if it is right.
    pub(super) fn url(&self, is_right: impl Fn(&str) -> bool) -> Read<String> {
        match self.text()? {
            url if is_right(url) => Ok(url.to_owned()),
            // What stands before it may be a password, which is not to be shown.
            url if url.contains('@') => {
                Err(self.wrong("a user has keys of its own, `user` and `password_env`: leave it out of `url`"))
            }
            url => Err(self.wrong(format!(
                "no server can be at `{url}`: write http:// or https://, a host, and maybe a port and a path, as in {}",
                self.key.example
            ))),
        }
    }

    /// A table of tags.
    pub(super) fn tags(&self) -> Read<Tags> {
        let Some(pairs) = self.pairs() else { return Err(self.is_no("a table of strings")) };
        let pairs = all(pairs.iter().map(|(name, value)| Ok((*name, value.text()?))))?;
        Ok(pairs.into_iter().collect())
    }

    /// A table that has these keys, and is called so in messages.
    pub(super) fn table(&self, name: &str, keys: &[Key]) -> Read<Table<'a>> {
        let Some(entries) = self.raw().as_table() else { return Err(self.is_no("a table")) };
        let table = Table::new(entries, self.at(), name, self.problems);
        table.has_only(keys);
        Ok(table)
    }
}

/// All that was read, after all of it has been looked at.
pub(super) fn all<T>(read: impl IntoIterator<Item = Read<T>>) -> Read<Vec<T>> {
    let read: Vec<Read<T>> = read.into_iter().collect();
    read.into_iter().collect()
}
