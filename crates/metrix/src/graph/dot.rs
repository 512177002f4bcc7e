//! [`Graph::dot`]: a graph in the language of Graphviz.

use std::fmt::{self, Write as _};

use super::{Graph, Labelled};

impl Graph {
    /// The graph in the language of Graphviz: `dot -Tsvg` draws it.
    pub fn dot(&self) -> String {
        let mut text = String::from("digraph metrix {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n");
        self.dot_sources(&mut text);
        for (place, (name, stages)) in self.streams.iter().enumerate() {
            let _ = writeln!(text, "  subgraph cluster_{place} {{\n    label={};", Dot(name));
            for stage in stages {
                let label = format!("{}\n{}", stage.name, stage.label);
                let _ = writeln!(text, "    {} [label={}];", Dot(&stage.name), Dot(&label));
            }
            for pair in stages.windows(2) {
                let _ = writeln!(text, "    {} -> {};", Dot(&pair[0].name), Dot(&pair[1].name));
            }
            text.push_str("  }\n");
        }
        for sink in &self.sinks {
            let id = format!("sink {}", sink.name);
            node(&id, "cylinder", sink, &mut text);
            for last in self.streams.iter().filter_map(|(_, stages)| stages.last()) {
                let _ = writeln!(text, "  {} -> {};", Dot(&last.name), Dot(&id));
            }
        }
        text + "}\n"
    }

    /// They are counted, as two of them may have one name.
    fn dot_sources(&self, text: &mut String) {
        for (place, source) in self.sources.iter().enumerate() {
            let id = format!("source {place}");
            node(&id, "cds", source, text);
            for first in self.streams.iter().filter_map(|(_, stages)| stages.first()) {
                let _ = writeln!(text, "  {} -> {};", Dot(&id), Dot(&first.name));
            }
        }
    }
}

fn node(id: &str, shape: &str, of: &Labelled, text: &mut String) {
    let label = format!("{}\n{}", of.name, of.label);
    let _ = writeln!(text, "  {} [shape={shape}, label={}];", Dot(id), Dot(&label));
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

#[cfg(test)]
mod tests {
    use crate::graph::tests::graph;

    #[test]
    fn every_source_stage_and_sink_is_a_node_and_names_are_quoted() {
        assert_eq!(
            graph().dot(),
            r#"digraph metrix {
  rankdir=LR;
  node [shape=box, style=rounded];
  "source 0" [shape=cds, label="in\n<one>"];
  "source 0" -> "a\"b.batch";
  "source 1" [shape=cds, label="in\n"];
  "source 1" -> "a\"b.batch";
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
}
