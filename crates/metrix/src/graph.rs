//! [`Graph`]: a drawing of streams, their stages and the sinks.

use std::fmt::{self, Write};

use crate::Stage;

/// The network of streams, stages and sinks, for [Graphviz](https://graphviz.org/doc/info/lang.html) and
/// [Mermaid](https://mermaid.js.org/syntax/flowchart.html).
///
/// ```
/// use metrix::{Graph, MStream};
/// use std::time::Duration;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
/// # let _in_runtime = runtime.enter();
/// let (_, words) = MStream::builder("words").window(Duration::from_secs(300)).aggs(["sum", "mean"]).build()?;
/// let graph = Graph::default().stream(words.name(), words.stages()).sink("print", "queue of 100");
/// assert!(graph.dot().contains(r#""words.window" -> "words.groups""#));
/// assert!(graph.mermaid().contains("timed_window(300s)"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    streams: Vec<(String, Vec<Stage>)>,
    sinks: Vec<Stage>,
}

impl Graph {
    /// Adds a stream and its stages, each of which feeds the next; the last feeds all sinks.
    pub fn stream(mut self, name: &str, stages: &[Stage]) -> Self {
        self.streams.push((name.to_owned(), stages.to_vec()));
        self
    }

    /// Adds a sink, with a few words on how it is fed.
    pub fn sink(mut self, name: &str, label: &str) -> Self {
        self.sinks.push(Stage { name: name.to_owned(), label: label.to_owned() });
        self
    }

    /// The graph in the language of Graphviz: `dot -Tsvg` draws it.
    pub fn dot(&self) -> String {
        let mut text = String::from("digraph metrix {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n");
        for (place, (name, stages)) in self.streams.iter().enumerate() {
            let _ = writeln!(text, "  subgraph cluster_{place} {{\n    label={};", Dot(name));
            for stage in stages {
                let _ = writeln!(
                    text,
                    "    {} [label={}];",
                    Dot(&stage.name),
                    Dot(&format!("{}\n{}", stage.name, stage.label))
                );
            }
            for pair in stages.windows(2) {
                let _ = writeln!(text, "    {} -> {};", Dot(&pair[0].name), Dot(&pair[1].name));
            }
            text.push_str("  }\n");
        }
        for sink in &self.sinks {
            let id = format!("sink {}", sink.name);
            let _ = writeln!(
                text,
                "  {} [shape=cylinder, label={}];",
                Dot(&id),
                Dot(&format!("{}\n{}", sink.name, sink.label))
            );
            for last in self.streams.iter().filter_map(|(_, stages)| stages.last()) {
                let _ = writeln!(text, "  {} -> {};", Dot(&last.name), Dot(&id));
            }
        }
        text + "}\n"
    }

    /// The graph as a Mermaid flowchart, which forges and editors draw in Markdown.
    pub fn mermaid(&self) -> String {
        let mut text = String::from("flowchart LR\n");
        for (stream, (name, stages)) in self.streams.iter().enumerate() {
            let _ = writeln!(text, "  subgraph stream{stream} [{}]", Mermaid(name));
            for (place, stage) in stages.iter().enumerate() {
                let label = format!("{}\n{}", stage.name, stage.label);
                let _ = writeln!(text, "    s{stream}_{place}({})", Mermaid(&label));
            }
            for place in 1..stages.len() {
                let _ = writeln!(text, "    s{stream}_{} --> s{stream}_{place}", place - 1);
            }
            text.push_str("  end\n");
        }
        for (sink, Stage { name, label }) in self.sinks.iter().enumerate() {
            let _ = writeln!(text, "  sink{sink}[({})]", Mermaid(&format!("{name}\n{label}")));
            for (stream, (_, stages)) in self.streams.iter().enumerate().filter(|(_, (_, stages))| !stages.is_empty()) {
                let _ = writeln!(text, "  s{stream}_{} --> sink{sink}", stages.len() - 1);
            }
        }
        text
    }
}

/// A quoted text of Graphviz: a backslash would begin an escape of its own.
struct Dot<'a>(&'a str);

impl fmt::Display for Dot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                c if c.is_control() => f.write_char(' ')?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}

/// A quoted text of Mermaid, which knows the entities of HTML but no escapes.
struct Mermaid<'a>(&'a str);

impl fmt::Display for Mermaid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '\n' => f.write_str("<br>")?,
                '"' | '#' | '<' | '>' | '&' | '`' | '\\' => write!(f, "#{};", u32::from(c))?,
                c if c.is_control() => f.write_char(' ')?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}

#[cfg(test)]
mod tests {
    use super::Graph;
    use crate::Stage;

    fn graph() -> Graph {
        let stages = [Stage::new("a\"b", "batch", "partition(2)"), Stage::new("a\"b", "flatten", "flatten")];
        Graph::default().stream("a\"b", &stages).sink("one", "").sink("t\\wo", "queue of 10")
    }

    #[test]
    fn every_stage_and_sink_is_a_node_and_names_are_quoted() {
        assert_eq!(
            graph().dot(),
            r#"digraph metrix {
  rankdir=LR;
  node [shape=box, style=rounded];
  subgraph cluster_0 {
    label="a\"b";
    "a\"b.batch" [label="a\"b.batch\npartition(2)"];
    "a\"b.flatten" [label="a\"b.flatten\nflatten"];
    "a\"b.batch" -> "a\"b.flatten";
  }
  "sink one" [shape=cylinder, label="one\n"];
  "a\"b.flatten" -> "sink one";
  "sink t\\wo" [shape=cylinder, label="t\\wo\nqueue of 10"];
  "a\"b.flatten" -> "sink t\\wo";
}
"#
        );
    }

    #[test]
    fn mermaid_has_ids_of_its_own() {
        assert_eq!(
            graph().mermaid(),
            r#"flowchart LR
  subgraph stream0 ["a#34;b"]
    s0_0("a#34;b.batch<br>partition(2)")
    s0_1("a#34;b.flatten<br>flatten")
    s0_0 --> s0_1
  end
  sink0[("one<br>")]
  s0_1 --> sink0
  sink1[("t#92;wo<br>queue of 10")]
  s0_1 --> sink1
"#
        );
    }
}
