//! [`Walk`]: one pass over a JSON text.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Picked;

/// A key on the way to a place.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    key: String,
    /// The key as the number of an array's item.
    index: Option<usize>,
    /// The number of the place that is reached here, if it is one.
    pub(super) slot: Option<usize>,
    children: Vec<Node>,
}

impl Node {
    /// What is reached from here by a key.
    pub(super) fn child(&mut self, key: &str) -> &mut Self {
        let place = self.children.iter().position(|child| child.key == key).unwrap_or_else(|| {
            // RFC 6901 has no leading zeros.
            let index = key.parse().ok().filter(|index: &usize| index.to_string() == key);
            self.children.push(Self { key: key.to_owned(), index, ..Self::default() });
            self.children.len() - 1
        });
        &mut self.children[place]
    }

    /// Forgets what was found from here on: of equal keys the last holds.
    fn clear(&self, picked: &mut Picked<'_>) {
        for child in &self.children {
            if let Some(slot) = child.slot {
                picked[slot] = None;
            }
            child.clear(picked);
        }
    }
}

/// Goes through a value, and notes what stands at the places from this node on.
pub(super) struct Walk<'n, 'p, 'a> {
    pub(super) node: &'n Node,
    pub(super) picked: &'p mut Picked<'a>,
}

impl<'a> DeserializeSeed<'a> for Walk<'_, '_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, json: D) -> Result<(), D::Error> {
        let Some(slot) = self.node.slot else {
            return json.deserialize_any(self);
        };
        let raw = <&RawValue>::deserialize(json)?;
        self.picked[slot] = Some(raw);
        if self.node.children.is_empty() {
            return Ok(());
        }
        serde_json::Deserializer::from_str(raw.get()).deserialize_any(self).map_err(D::Error::custom)
    }
}

/// A value that is neither object nor array has none of the places.
impl<'a> Visitor<'a> for Walk<'_, '_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        self.node.clear(self.picked);
        while let Some(child) = map.next_key_seed(Child(self.node))? {
            match child {
                Some(node) => map.next_value_seed(Walk { node, picked: &mut *self.picked })?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        self.node.clear(self.picked);
        for index in 0.. {
            let more = match self.node.children.iter().find(|child| child.index == Some(index)) {
                Some(node) => seq.next_element_seed(Walk { node, picked: &mut *self.picked })?.is_some(),
                None => seq.next_element::<IgnoredAny>()?.is_some(),
            };
            if !more {
                break;
            }
        }
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.node.clear(self.picked);
        Ok(())
    }
}

/// Reads a key of an object, and finds the node that it leads to.
struct Child<'n>(&'n Node);

impl<'a, 'n> DeserializeSeed<'a> for Child<'n> {
    type Value = Option<&'n Node>;

    fn deserialize<D: Deserializer<'a>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_str(self)
    }
}

impl<'n> Visitor<'_> for Child<'n> {
    type Value = Option<&'n Node>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.children.iter().find(|child| child.key == key))
    }
}
