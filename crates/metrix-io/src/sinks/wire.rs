//! What the sinks of protocols of lines have in common: how text is cleaned, and how bytes are sent.

mod clean;
mod counts;
mod datagrams;
mod encoded;
mod framing;
mod history;
mod pack;
mod stream;
mod tags;
mod timeouts;

pub(super) use self::clean::clean;
pub use self::counts::WireCounts;
pub(super) use self::datagrams::{Datagrams, Peer};
pub(super) use self::encoded::Encoded;
pub(super) use self::framing::Framing;
pub(super) use self::stream::Stream;
pub(super) use self::tags::CleanTags;
pub(super) use self::timeouts::Timeouts;
