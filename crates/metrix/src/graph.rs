//! [`Graph`]: a drawing of sources, streams, their stages and the sinks.

mod dot;
mod mermaid;
mod svg;

pub use self::svg::Xml;
use crate::Stage;

/// The network of sources, streams, stages and sinks: as a picture, for
/// [Graphviz](https://graphviz.org/doc/info/lang.html) and for [Mermaid](https://mermaid.js.org/syntax/flowchart.html).
///
/// Names and labels may be any text.
///
/// ```
/// use metrix::{Graph, MStream};
/// use std::time::Duration;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
/// # let _in_runtime = runtime.enter();
/// let (_, words) = MStream::builder("words").window(Duration::from_secs(300)).aggs(["sum", "mean"]).build()?;
/// let graph = Graph::default()
///     .source("articles", "JSON lines")
///     .stream(words.name(), words.stages())
///     .sink("print", "queue of 100");
/// assert!(graph.svg().starts_with("<svg "));
/// assert!(graph.dot().contains(r#""words.window" -> "words.groups""#));
/// assert!(graph.mermaid().contains("timed_window(300s)"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    sources: Vec<Labelled>,
    streams: Vec<(String, Vec<Stage>)>,
    sinks: Vec<Labelled>,
}

/// A source or a sink.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Labelled {
    name: String,
    label: String,
}

impl Labelled {
    fn new(name: &str, label: &str) -> Self {
        Self { name: name.to_owned(), label: label.to_owned() }
    }
}

impl Graph {
    /// Adds a source, which feeds all streams, with a few words on what it reads. A coordinator knows of none: they are
    /// those who hold its senders.
    ///
    /// ```
    /// use metrix::Graph;
    ///
    /// let graph = Graph::default().source("statsd", "udp://127.0.0.1:8125");
    /// assert!(graph.mermaid().contains(r#"source0[/"statsd<br>udp://127.0.0.1:8125"/]"#));
    /// ```
    #[must_use]
    pub fn source(mut self, name: &str, label: &str) -> Self {
        self.sources.push(Labelled::new(name, label));
        self
    }

    /// Adds a stream and its stages, each of which feeds the next; the last feeds all sinks.
    #[must_use]
    pub fn stream(mut self, name: &str, stages: &[Stage]) -> Self {
        self.streams.push((name.to_owned(), stages.to_vec()));
        self
    }

    /// Adds a sink, with a few words on how it is fed.
    #[must_use]
    pub fn sink(mut self, name: &str, label: &str) -> Self {
        self.sinks.push(Labelled::new(name, label));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::Graph;
    use crate::Stage;

    /// With names that mean something in each of the languages.
    pub(super) fn graph() -> Graph {
        let stages = [Stage::new("a\"b", "batch", "partition(2)"), Stage::new("a\"b", "flatten", "flatten")];
        Graph::default()
            .source("in", "<one>")
            .source("in", "")
            .stream("a\"b", &stages)
            .sink("one", "")
            .sink("t\\wo", "queue of 10")
    }
}
