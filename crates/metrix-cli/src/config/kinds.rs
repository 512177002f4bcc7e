//! [`Kinds`]: tables whose `type` tells which keys they have.

use metrix::nearest;

use super::key::Key;
use super::problem::Read;
use super::stream;
use super::table::Table;

/// Tables of one name, such as `[[source]]`, whose `type` tells which keys they have.
#[derive(Debug)]
pub(super) struct Kinds<T: 'static> {
    /// What one of them is.
    pub(super) name: &'static str,
    /// The key that tells.
    pub(super) kind: Key,
    /// Other keys that all of them have.
    pub(super) common: &'static [Key],
    pub(super) kinds: &'static [Kind<T>],
}

/// Those of one type.
#[derive(Debug)]
pub(super) struct Kind<T> {
    pub(super) name: &'static str,
    /// The keys that not all have.
    pub(super) keys: &'static [Key],
    pub(super) read: fn(&Table<'_>) -> Read<T>,
}

impl<T> Kinds<T> {
    /// Reads what is not common to all, and reports all keys that it can't have.
    pub(super) fn read(&self, table: &Table<'_>) -> Read<T> {
        match self.kind_of(table) {
            Ok(kind) => {
                let article = if kind.name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
                let table = table.clone().called(format!("{article} `{}` {}", kind.name, self.name));
                table.has_only_and(&self.keys(kind), |key| other_way(kind, key).or_else(|| self.elsewhere(key)));
                (kind.read)(&table)
            }
            Err(reported) => {
                // Any key may be right, as long as some type has it.
                let mut keys: Vec<Key> = Vec::new();
                for key in self.kinds.iter().flat_map(|kind| self.keys(kind)) {
                    if keys.iter().all(|known| known.name != key.name) {
                        keys.push(key);
                    }
                }
                // All that there are would be a long list, most of it of other types than is meant.
                let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
                let none = |key: &str| nearest(key, &names).is_none().then(|| "no type has it".to_owned());
                table.has_only_and(&keys, none);
                Err(reported)
            }
        }
    }

    /// All keys that tables of this type have.
    pub(super) fn keys(&self, kind: &Kind<T>) -> Vec<Key> {
        [&[self.kind], kind.keys, self.common].concat()
    }

    fn kind_of(&self, table: &Table<'_>) -> Read<&'static Kind<T>> {
        let known: Vec<(&str, &Kind<T>)> = self.kinds.iter().map(|kind| (kind.name, kind)).collect();
        match table.get(self.kind) {
            Some(value) => value.one_of(&known),
            None => {
                let names: Vec<String> = known.iter().map(|(name, _)| format!("\"{name}\"")).collect();
                let (table_name, key) = (self.name, self.kind.name);
                Err(table.missing(format!("a {table_name} needs `{key}`: add {key} = {}", alternatives(&names))))
            }
        }
    }

    /// What to do with a key of other types, or of streams, if it is one.
    fn elsewhere(&self, key: &str) -> Option<String> {
        let kinds = self.kinds.iter().filter(|kind| kind.keys.iter().any(|known| known.name == key));
        let names: Vec<String> = kinds.map(|kind| format!("`{}`", kind.name)).collect();
        let is_of_stream = stream::KEYS.iter().any(|known| known.name == key);
        match (names.is_empty(), is_of_stream) {
            (true, false) => None,
            (true, true) => Some("it is one of [[stream]]: write it there".to_owned()),
            (false, _) => {
                let or_there = if is_of_stream { "; or write it in a [[stream]], which may have it too" } else { "" };
                Some(format!("leave it out, as only the type {} has it{or_there}", alternatives(&names)))
            }
        }
    }
}

/// What to write instead of the address of a server where it is one itself, and the other way round.
fn other_way<T>(kind: &Kind<T>, key: &str) -> Option<String> {
    let (name, why) = match key {
        "url" => ("listen", "others come to it"),
        "listen" => ("url", "it goes to others"),
        _ => return None,
    };
    let Key { name, example } = kind.keys.iter().find(|known| known.name == name)?;
    Some(format!("{why}, so write {name} = {example}"))
}

/// As in "a, b or c".
fn alternatives(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [name] => name.clone(),
        [names @ .., last] => format!("{} or {last}", names.join(", ")),
    }
}
