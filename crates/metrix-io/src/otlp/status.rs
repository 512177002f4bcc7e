//! [`Status`]: what is wrong with a request, as gRPC and OTLP have it.

use super::schema::STATUS;
use super::to_json::to_json;
use super::wire::{Fields, Wire, Writer};

/// A `google.rpc.Status`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) code: u32,
    pub(crate) message: String,
    /// Whether the server says that it will have recovered by then, and when.
    pub(crate) has_retry_info: bool,
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
        Self { code, message: message.into(), has_retry_info: false }
    }

    /// Reads one, as far as it is one.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let mut status = Self::default();
        for field in Fields::new(bytes).flatten() {
            match field {
                (1, Wire::Varint(code)) => status.code = code as u32,
                (2, Wire::Bytes(message)) => status.message = String::from_utf8_lossy(message).into_owned(),
                (3, Wire::Bytes(detail)) => status.has_retry_info |= is_retry_info(detail),
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
            RESOURCE_EXHAUSTED => self.has_retry_info,
            _ => false,
        }
    }

    /// What its code is called.
    pub(crate) fn name(&self) -> &'static str {
        CODES.get(self.code as usize).copied().unwrap_or("an unknown code")
    }
}

/// Whether something of any type is a `google.rpc.RetryInfo`.
fn is_retry_info(detail: &[u8]) -> bool {
    Fields::new(detail)
        .flatten()
        .any(|field| matches!(field, (1, Wire::Bytes(kind)) if kind.ends_with(b"/google.rpc.RetryInfo")))
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
}
