//! [`Inputs`]: what the inputs of a run let its streams and sinks do.

/// What the inputs of a run let its streams and sinks do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inputs {
    /// All end by themselves, and are as fast as what comes after them.
    End,
    /// At least one is acknowledged what has reached the sinks, and can wait; none of it is to be lost.
    Acknowledged,
    /// Some can't wait.
    Endless,
}
