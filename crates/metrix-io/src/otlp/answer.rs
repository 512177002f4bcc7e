//! [`Partial`]: what a server has not taken of a request.

use super::schema::RESPONSE;
use super::to_json::to_json;
use super::wire::{Fields, Wire, Writer};

/// What a server has not taken of a request that it has taken otherwise: how many points, and why. None with words is a warning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Partial {
    pub(crate) rejected: u64,
    pub(crate) message: String,
}

impl Partial {
    /// Reads an `ExportMetricsServiceResponse`, as far as it is one.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let mut partial = Self::default();
        let inner = Fields::new(bytes).flatten().filter_map(|field| match field {
            (1, Wire::Bytes(inner)) => Some(inner),
            _ => None,
        });
        for field in inner.flat_map(Fields::new).flatten() {
            match field {
                (1, Wire::Varint(rejected)) => partial.rejected = u64::try_from(rejected as i64).unwrap_or(0),
                (2, Wire::Bytes(message)) => partial.message = String::from_utf8_lossy(message).into_owned(),
                _ => {}
            }
        }
        partial
    }

    /// An `ExportMetricsServiceResponse`, which is empty where all was taken.
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        if *self != Self::default() {
            writer.nested(1, |writer| {
                writer.varint(1, self.rejected);
                writer.bytes(2, self.message.as_bytes());
            });
        }
        writer.finish()
    }

    pub(crate) fn write_json(&self) -> Vec<u8> {
        to_json(&RESPONSE, &self.write())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let partial = Partial { rejected: 3, message: "no".to_owned() };
        for partial in [&partial, &Partial::default(), &Partial { rejected: 0, ..partial.clone() }] {
            assert_eq!(Partial::read(&partial.write()), *partial);
        }
        assert_eq!(Partial::default().write_json(), b"{}");
        assert_eq!(partial.write_json(), br#"{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"no"}}"#);
        assert_eq!(Partial::read(b"\x0a\xff"), Partial::default());
    }
}
