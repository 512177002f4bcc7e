//! [`Pointers`]: what stands at some places of a JSON text, without building the rest.

#[cfg(feature = "json")]
mod key;
mod scalar;
mod walk;

use serde::de::DeserializeSeed;
use serde_json::value::RawValue;
use smallvec::SmallVec;

use crate::LineError;

use self::walk::{Node, Walk};

#[cfg(feature = "json")]
pub(super) use self::key::keys;
#[cfg(feature = "jsonl")]
pub(super) use self::scalar::Text;
pub(super) use self::scalar::{Scalar, scalar};

/// What stands at each place, as it is written; places that a line doesn't have are `None`.
pub(super) type Picked<'a> = SmallVec<[Option<&'a RawValue>; 8]>;

/// Places in a JSON text, as a tree of their keys: one pass over a line finds them all, and skips what lies elsewhere.
#[derive(Clone, Debug, Default)]
pub(super) struct Pointers {
    root: Node,
    len: usize,
}

impl Pointers {
    /// Adds the place that is reached by these keys, and returns its number. The same place has the same number.
    pub(super) fn add<'k>(&mut self, keys: impl IntoIterator<Item = &'k str>) -> usize {
        let node = keys.into_iter().fold(&mut self.root, Node::child);
        let slot = *node.slot.get_or_insert(self.len);
        self.len = self.len.max(slot + 1);
        slot
    }

    /// What stands at the places of this line, in the order of their numbers.
    pub(super) fn pick<'a>(&self, line: &'a [u8]) -> Result<Picked<'a>, LineError> {
        let mut picked = SmallVec::from_elem(None, self.len);
        let mut json = serde_json::Deserializer::from_slice(line);
        let walk = Walk { node: &self.root, picked: &mut picked };
        walk.deserialize(&mut json).and_then(|()| json.end()).map_err(|error| syntax(0, &error))?;
        Ok(picked)
    }
}

/// The number of the byte of the line at which a value of it begins.
pub(super) fn column(line: &[u8], value: &RawValue) -> usize {
    value.get().as_ptr().addr().saturating_sub(line.as_ptr().addr())
}

/// What is wrong with a JSON text that begins at this byte of its line.
pub(super) fn syntax(begin: usize, error: &serde_json::Error) -> LineError {
    let text = error.to_string();
    // The place is told by the column; the line is always the first.
    let what = text.rsplit_once(" at line ").map_or(&*text, |(what, _)| what);
    let column = begin + error.column().saturating_sub(1);
    LineError::new(
        "json",
        column,
        format!("{what}: each line has to be one JSON object, written out as RFC 8259 has it"),
    )
}

#[cfg(test)]
mod tests;
