//! [`Graph::mermaid`]: a graph as a Mermaid flowchart.

use std::fmt::{self, Write as _};

use super::{Graph, Labelled};

impl Graph {
    /// The graph as a Mermaid flowchart, which forges and editors draw in Markdown.
    pub fn mermaid(&self) -> String {
        let mut text = String::from("flowchart LR\n");
        for (source, Labelled { name, label }) in self.sources.iter().enumerate() {
            let _ = writeln!(text, "  source{source}[/{}/]", Mermaid(&format!("{name}\n{label}")));
        }
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
            // Within the subgraph it would pull the sources into it.
            for source in (0..self.sources.len()).filter(|_| !stages.is_empty()) {
                let _ = writeln!(text, "  source{source} --> s{stream}_0");
            }
        }
        for (sink, Labelled { name, label }) in self.sinks.iter().enumerate() {
            let _ = writeln!(text, "  sink{sink}[({})]", Mermaid(&format!("{name}\n{label}")));
            for (stream, (_, stages)) in self.streams.iter().enumerate().filter(|(_, (_, stages))| !stages.is_empty()) {
                let _ = writeln!(text, "  s{stream}_{} --> sink{sink}", stages.len() - 1);
            }
        }
        text
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
    use crate::graph::tests::graph;

    #[test]
    fn it_has_ids_of_its_own() {
        assert_eq!(
            graph().mermaid(),
            r#"flowchart LR
  source0[/"in<br>#60;one#62;"/]
  source1[/"in<br>"/]
  subgraph stream0 ["a#34;b"]
    s0_0("a#34;b.batch<br>partition(2)")
    s0_1("a#34;b.flatten<br>flatten")
    s0_0 --> s0_1
  end
  source0 --> s0_0
  source1 --> s0_0
  sink0[("one<br>")]
  s0_1 --> sink0
  sink1[("t#92;wo<br>queue of 10")]
  s0_1 --> sink1
"#
        );
    }
}
