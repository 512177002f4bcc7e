//! [`read`]: the types of the protocol.

use crate::Kind;

/// How the values of a line of this type are to be understood.
pub(super) fn read(text: &str) -> Option<Kind> {
    match text {
        "c" => Some(Kind::Counter),
        "g" => Some(Kind::Gauge),
        "ms" | "h" | "d" => Some(Kind::Sample),
        "s" => Some(Kind::Set),
        _ => None,
    }
}
