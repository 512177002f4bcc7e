//! [`Overflow`]: what happens when a queue is full.

/// What happens to elements that a sink's full queue has no room for.
///
/// ```
/// use metrix::{Overflow, SinkOptions, size};
///
/// // Bills must not be lost: the streams wait for whoever keeps them.
/// let bills = SinkOptions::default().queue(size(1000)).overflow(Overflow::Block);
/// assert_eq!(SinkOptions::default(), SinkOptions::default().overflow(Overflow::DropOldest));
/// assert_ne!(SinkOptions::default(), bills);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Overflow {
    /// They come in, and those that have waited longest are dropped for them, and counted. Nothing waits: a sink that is
    /// slow or hangs holds up nobody else.
    #[default]
    DropOldest,
    /// They are dropped, and counted. Nothing waits.
    DropNewest,
    /// They wait for room, and with them the stream that they come from: nothing is lost here, and a sink that stays too
    /// slow holds up the streams that feed it, and so all the other sinks.
    Block,
}
