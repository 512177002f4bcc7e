//! [`Stage`]: a named part of a stream's pipeline.

/// A part of a stream's pipeline, as a drawing of it shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Stage {
    /// Its name: the stream's, a dot and what it is, such as `requests.window`.
    pub name: String,
    /// What it does, in a few words, such as `timed_window(10s)`.
    pub label: String,
}

impl Stage {
    pub(crate) fn new(stream: &str, stage: &str, label: impl Into<String>) -> Self {
        Self { name: format!("{stream}.{stage}"), label: label.into() }
    }
}
