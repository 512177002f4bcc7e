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
    /// The stage of a stream, with a few words on what it does: for what stands before or after the stream's own, such as a
    /// map that a program puts there.
    ///
    /// ```
    /// use metrix::{Graph, Stage};
    ///
    /// let stage = Stage::new("requests", "tags", "without(ip)");
    /// assert_eq!(stage.name, "requests.tags");
    /// assert!(Graph::default().stream("requests", &[stage]).mermaid().contains("without(ip)"));
    /// ```
    pub fn new(stream: &str, stage: &str, label: impl Into<String>) -> Self {
        Self { name: format!("{stream}.{stage}"), label: label.into() }
    }
}
