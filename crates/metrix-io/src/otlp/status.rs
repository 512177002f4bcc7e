//! [`Status`]: what is wrong with a request, as gRPC and OTLP have it.

use std::time::Duration;

use super::schema::STATUS;
use super::to_json::to_json;
use super::wire::{Fields, Wire, Writer};

/// A `google.rpc.Status`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) code: u32,
    pub(crate) message: String,
    /// When the server says that it will have recovered, if it does: a `google.rpc.RetryInfo`.
    pub(crate) retry_after: Option<Duration>,
}

/// What numbers mean, in their order.
const CODES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// Those that are told by this side.
pub(crate) const INVALID_ARGUMENT: u32 = 3;
pub(crate) const DEADLINE_EXCEEDED: u32 = 4;
pub(crate) const RESOURCE_EXHAUSTED: u32 = 8;
pub(crate) const UNIMPLEMENTED: u32 = 12;
pub(crate) const INTERNAL: u32 = 13;
pub(crate) const UNAVAILABLE: u32 = 14;
pub(crate) const UNAUTHENTICATED: u32 = 16;

impl Status {
    pub(crate) fn new(code: u32, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after: None }
    }

    /// Reads one, as far as it is one.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let mut status = Self::default();
        for field in Fields::new(bytes).flatten() {
            match field {
                (1, Wire::Varint(code)) => status.code = code as u32,
                (2, Wire::Bytes(message)) => status.message = String::from_utf8_lossy(message).into_owned(),
                (3, Wire::Bytes(detail)) => status.retry_after = status.retry_after.or_else(|| retry_info(detail)),
                _ => {}
            }
        }
        status
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.varint(1, u64::from(self.code));
        writer.bytes(2, self.message.as_bytes());
        writer.finish()
    }

    pub(crate) fn write_json(&self) -> Vec<u8> {
        to_json(&STATUS, &self.write())
    }

    /// Whether the same may be sent again, by the table of OTLP's specification.
    pub(crate) fn is_retryable(&self) -> bool {
        match self.code {
            // CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS
            1 | 4 | 10 | 11 | 14 | 15 => true,
            RESOURCE_EXHAUSTED => self.retry_after.is_some(),
            _ => false,
        }
    }

    /// What its code is called.
    pub(crate) fn name(&self) -> &'static str {
        CODES.get(self.code as usize).copied().unwrap_or("an unknown code")
    }
}

/// The delay of something of any type, if it is a `google.rpc.RetryInfo`.
fn retry_info(detail: &[u8]) -> Option<Duration> {
    let is_it = |field| matches!(field, (1, Wire::Bytes(kind)) if kind.ends_with(b"/google.rpc.RetryInfo"));
    Fields::new(detail).flatten().any(is_it).then(|| {
        let delay = nested(2, detail).and_then(|info| nested(1, info)).unwrap_or_default();
        Fields::new(delay).flatten().fold(Duration::ZERO, |sum, field| match field {
            (1, Wire::Varint(seconds)) => sum.saturating_add(Duration::from_secs(at_least_zero(seconds))),
            (2, Wire::Varint(nanos)) => sum.saturating_add(Duration::from_nanos(at_least_zero(nanos))),
            _ => sum,
        })
    })
}

/// A signed number, or zero where it is less.
fn at_least_zero(number: u64) -> u64 {
    u64::try_from(number as i64).unwrap_or(0)
}

/// The bytes of a field of this number.
fn nested(number: u32, message: &[u8]) -> Option<&[u8]> {
    Fields::new(message).flatten().find_map(|field| match field {
        (found, Wire::Bytes(bytes)) if found == number => Some(bytes),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let status = Status::new(UNAVAILABLE, "come again");
        assert_eq!(Status::read(&status.write()), status);
        assert_eq!(status.write_json(), br#"{"code":14,"message":"come again"}"#);
        assert_eq!(status.name(), "UNAVAILABLE");
        assert_eq!(Status::new(99, "").name(), "an unknown code");
    }

    #[test]
    fn what_may_be_sent_again_is_as_in_the_table() {
        let retryable: Vec<&str> = (0..20)
            .map(|code| Status::new(code, ""))
            .filter(Status::is_retryable)
            .map(|status| status.name())
            .collect();
        let expected = ["CANCELLED", "DEADLINE_EXCEEDED", "ABORTED", "OUT_OF_RANGE", "UNAVAILABLE", "DATA_LOSS"];
        assert_eq!(retryable, expected);
        let mut writer = Writer::default();
        writer.varint(1, u64::from(RESOURCE_EXHAUSTED));
        writer.nested(3, |writer| writer.bytes(1, b"type.googleapis.com/google.rpc.RetryInfo"));
        assert!(Status::read(&writer.finish()).is_retryable());
    }

    #[test]
    fn when_to_come_again_is_in_its_details() {
        let with = |kind: &[u8], seconds: i64| {
            let mut writer = Writer::default();
            writer.nested(3, |writer| {
                writer.bytes(1, kind);
                writer.nested(2, |info| {
                    info.nested(1, |delay| {
                        delay.varint(1, seconds as u64);
                        delay.varint(2, 500_000_000);
                    });
                });
            });
            Status::read(&writer.finish()).retry_after
        };
        assert_eq!(with(b"type.googleapis.com/google.rpc.RetryInfo", 3), Some(Duration::from_millis(3500)));
        assert_eq!(with(b"type.googleapis.com/google.rpc.RetryInfo", -3), Some(Duration::from_millis(500)));
        assert_eq!(with(b"type.googleapis.com/google.rpc.Help", 3), None);
    }
}
