//! [`Table`]: a table of a configuration.

use toml::de::DeTable;

use super::first::One;
use super::key::Key;
use super::meant::meant;
use super::problem::{Problems, Read, Reported};
use super::value::Value;

/// A table of a configuration.
#[derive(Clone, Debug)]
pub(super) struct Table<'a> {
    entries: &'a DeTable<'a>,
    at: usize,
    /// As in "a `lines` source".
    name: String,
    problems: &'a Problems,
}

impl<'a> Table<'a> {
    /// A table that begins at this byte.
    pub(super) fn new(entries: &'a DeTable<'a>, at: usize, name: impl Into<String>, problems: &'a Problems) -> Self {
        Self { entries, at, name: name.into(), problems }
    }

    /// The same table under another name.
    pub(super) fn called(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// What stands at this key, if it is there.
    pub(super) fn get(&self, key: Key) -> Option<Value<'a>> {
        let value = self.entries.get(key.name)?;
        Some(Value { value, what: format!("`{}`", key.name), key, problems: self.problems })
    }

    /// One that it is by itself, if what stands at this key is among these.
    pub(super) fn one_of(&self, key: Key, among: &[&str], is: &'a str) -> Option<One<'a>> {
        let is_one = self.get(key).is_some_and(|value| value.raw().as_str().is_some_and(|text| among.contains(&text)));
        is_one.then_some(One { at: self.at, is })
    }

    /// The one of this key, if it is there.
    pub(super) fn optional<T>(&self, key: Key, read: impl FnOnce(&Value<'a>) -> Read<T>) -> Read<Option<T>> {
        self.get(key).as_ref().map(read).transpose()
    }

    /// The one of this key, which has to be there.
    pub(super) fn required<T>(&self, key: Key, read: impl FnOnce(&Value<'a>) -> Read<T>) -> Read<T> {
        match self.get(key) {
            Some(value) => read(&value),
            None => {
                Err(self.missing(format!("{} needs `{}`: add {} = {}", self.name, key.name, key.name, key.example)))
            }
        }
    }

    /// Reports that it lacks something.
    pub(super) fn missing(&self, message: impl Into<String>) -> Reported {
        self.problems.missing(self.at, message)
    }

    /// Reports that it is wrong as a whole.
    pub(super) fn wrong(&self, message: impl Into<String>) -> Reported {
        self.problems.wrong(self.at, message)
    }

    /// Reports that a key of it is wrong.
    pub(super) fn wrong_key(&self, name: &str, message: impl Into<String>) -> Reported {
        let at = self.entries.get_key_value(name).map_or(self.at, |(name, _)| name.span().start);
        self.problems.wrong(at, message)
    }

    /// Reports those of these keys that are there.
    pub(super) fn refuse(&self, keys: &[Key], why: &str) -> Option<Reported> {
        let mut reported = None;
        for key in keys.iter().filter(|key| self.get(**key).is_some()) {
            reported = Some(self.wrong_key(key.name, format!("`{}` {why}", key.name)));
        }
        reported
    }

    /// Reports the later of two keys that exclude each other, if both are there.
    pub(super) fn exclusive(&self, one: Key, other: Key) {
        let (Some((first, _)), Some((second, _))) =
            (self.entries.get_key_value(one.name), self.entries.get_key_value(other.name))
        else {
            return;
        };
        let at = first.span().start.max(second.span().start);
        let message =
            format!("{} has either `{}` or `{}`, and not both: leave one of them out", self.name, one.name, other.name);
        self.problems.wrong(at, message);
    }

    /// Reports the keys that aren't among these.
    pub(super) fn has_only(&self, keys: &[Key]) {
        self.has_only_and(keys, |_| None);
    }

    /// The same; `elsewhere` may know what other table such a key is of.
    pub(super) fn has_only_and(&self, keys: &[Key], elsewhere: impl Fn(&str) -> Option<String>) {
        let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
        for (key, _) in self.entries {
            if names.contains(&&**key.get_ref()) {
                continue;
            }
            let mend = elsewhere(key.get_ref()).unwrap_or_else(|| meant(key.get_ref(), &names));
            let message = format!("{} has no key `{}`: {mend}", self.name, key.get_ref());
            self.problems.wrong(key.span().start, message);
        }
    }
}
