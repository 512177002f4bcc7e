//! [`from_json`]: messages that come as JSON, as the wire has them.

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::schema::{Field, Kind, Message};
use super::wire::{Writer, zigzag};

/// The message that a JSON text is, by [protobuf's mapping](https://protobuf.dev/programming-guides/json/) as OTLP has it: names in
/// camel case, integers of 64 bits as numbers or texts, enums as numbers. Names that are not known are ignored.
///
/// It takes no more memory than 8 times the text, and nothing else of the heap.
pub(crate) fn from_json(message: &'static Message, text: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
    let mut writer = Writer::default();
    let mut json = serde_json::Deserializer::from_slice(text);
    json.deserialize_map(Fields { message, writer: &mut writer })?;
    json.end()?;
    Ok(writer.finish())
}

/// Writes the fields of a message.
struct Fields<'a> {
    message: &'static Message,
    writer: &'a mut Writer,
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Name)? {
            match self.message.called(&name) {
                Some(field) => map.next_value_seed(Value { field, is_entry: false, writer: self.writer })?,
                None => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }
}

/// A name, without a copy where it has no escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

/// Writes what a field has.
struct Value<'a> {
    field: &'static Field,
    /// Whether it is one of several.
    is_entry: bool,
    writer: &'a mut Writer,
}

impl Value<'_> {
    fn number<E: Error>(self, number: u64) -> Result<(), E> {
        let Self { field, is_entry, writer } = self;
        match field.kind {
            Kind::Double | Kind::Fixed64 | Kind::SFixed64 if is_entry => writer.raw_fixed64(number),
            Kind::Double | Kind::Fixed64 | Kind::SFixed64 => writer.fixed64(field.number, number),
            _ if is_entry => writer.raw_varint(number),
            _ => writer.varint(field.number, number),
        }
        Ok(())
    }

    fn is_wrong<E: Error>(&self) -> E {
        let wanted = match (self.field.is_repeated && !self.is_entry, self.field.kind) {
            (true, _) => "a list",
            (false, Kind::Text) => "a string",
            (false, Kind::Bytes) => "a string in base64",
            (false, Kind::Bool) => "true or false",
            (false, Kind::Double) => "a number",
            (false, Kind::Message(_)) => "an object",
            (false, Kind::Fixed64 | Kind::Uint64 | Kind::Uint32) => "a whole number from 0 on",
            (false, Kind::SFixed64 | Kind::Int64 | Kind::Int32 | Kind::Sint32) => "a whole number",
        };
        E::custom(format_args!("`{}` has to be {wanted}", self.field.name))
    }

    fn signed<E: Error>(self, number: i64) -> Result<(), E> {
        let is_in_range = self.is_single()
            && match self.field.kind {
                Kind::Fixed64 | Kind::Uint64 => number >= 0,
                Kind::Uint32 => u32::try_from(number).is_ok(),
                Kind::Int32 | Kind::Sint32 => i32::try_from(number).is_ok(),
                Kind::SFixed64 | Kind::Int64 => true,
                // The nearest number, as of all integers beyond 2^53.
                Kind::Double => return self.number((number as f64).to_bits()),
                Kind::Text | Kind::Bytes | Kind::Bool | Kind::Message(_) => false,
            };
        match self.field.kind {
            _ if !is_in_range => Err(self.is_wrong()),
            Kind::Sint32 => self.number(zigzag(number)),
            _ => self.number(number as u64),
        }
    }

    fn unsigned<E: Error>(self, number: u64) -> Result<(), E> {
        match (self.field.kind, i64::try_from(number)) {
            (Kind::Double, Err(_)) if self.is_single() => self.number((number as f64).to_bits()),
            (Kind::Fixed64 | Kind::Uint64, Err(_)) if self.is_single() => self.number(number),
            (_, Err(_)) => Err(self.is_wrong()),
            (_, Ok(number)) => self.signed(number),
        }
    }

    fn is_single(&self) -> bool {
        self.is_entry || !self.field.is_repeated
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "what `{}` can be", self.field.name)
    }

    /// As if it were not there.
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        if self.is_entry { Err(self.is_wrong()) } else { Ok(()) }
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        match self.field.kind {
            Kind::Bool if self.is_single() => self.number(u64::from(value)),
            _ => Err(self.is_wrong()),
        }
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.unsigned(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.signed(value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        // As in 1e3, which is whole; those beyond are not exact, and so are not meant.
        let is_whole = value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0;
        match self.field.kind {
            Kind::Double if self.is_single() => self.number(value.to_bits()),
            _ if is_whole => self.signed(value as i64),
            _ => Err(self.is_wrong()),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        if !self.is_single() {
            return Err(self.is_wrong());
        }
        match self.field.kind {
            Kind::Text => self.writer.bytes(self.field.number, text.as_bytes()),
            Kind::Bytes => {
                let Ok(bytes) = STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)) else {
                    return Err(self.is_wrong());
                };
                self.writer.bytes(self.field.number, &bytes);
            }
            Kind::Double => {
                let number = match text {
                    "NaN" => Some(f64::NAN),
                    "Infinity" => Some(f64::INFINITY),
                    "-Infinity" => Some(f64::NEG_INFINITY),
                    // Rust knows other words for these, which JSON does not.
                    _ => text.parse().ok().filter(|number: &f64| number.is_finite()),
                };
                return match number {
                    Some(number) => self.number(number.to_bits()),
                    None => Err(self.is_wrong()),
                };
            }
            _ => {
                return match (text.parse::<i64>(), text.parse::<u64>()) {
                    (Ok(number), _) => self.signed(number),
                    (_, Ok(number)) => self.unsigned(number),
                    _ => Err(self.is_wrong()),
                };
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self { field, is_entry, writer } = self;
        if is_entry || !field.is_repeated {
            return Err(Value { field, is_entry, writer }.is_wrong());
        }
        let mut all = |writer: &mut Writer| {
            while list.next_element_seed(Value { field, is_entry: true, writer })?.is_some() {}
            Ok(())
        };
        match field.kind {
            Kind::Message(_) | Kind::Text | Kind::Bytes => all(writer),
            _ => writer.nested(field.number, all),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        match self.field.kind {
            Kind::Message(message) if self.is_single() => {
                self.writer.nested(self.field.number, |writer| Fields { message, writer }.visit_map(map))
            }
            _ => Err(self.is_wrong()),
        }
    }
}
