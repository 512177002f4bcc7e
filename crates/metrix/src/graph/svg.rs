//! [`Graph::svg`]: a graph as a picture.

mod node;
mod xml;

use std::fmt::Write as _;

use self::node::{GAP, Kind, Node};
pub use self::xml::Xml;
use super::Graph;

/// The room between two columns, in which the arrows lie.
const BETWEEN: usize = 72;
/// The room around it all.
const MARGIN: usize = 24;
/// The radius of an arrow's bend.
const BEND: usize = 10;

const STYLE: &str = "
  .ground { fill: #ffffff }
  text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 12px; fill: #495057 }
  .name { font-family: system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; font-size: 14px; font-weight: 600; fill: #212529 }
  .box { fill: #f8f9fa; stroke: #ced4da }
  .stage { fill: #ffffff; stroke: #dee2e6 }
  .line, .step { stroke: #868e96; stroke-width: 1.5; fill: none }
  .source { fill: #0b7285 } .stream { fill: #3b5bdb } .sink { fill: #e8590c }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 }
    text { fill: #adbac7 } .name { fill: #e6edf3 }
    .box { fill: #161b22; stroke: #373e47 }
    .stage { fill: #0d1117; stroke: #30363d }
    .line, .step { stroke: #768390 }
    .source { fill: #22b8cf } .stream { fill: #748ffc } .sink { fill: #ff922b }
  }
";

impl Graph {
    /// The graph as a picture in SVG: sources, streams with their stages, and sinks, from left to right. It needs nothing
    /// else to be shown, and has colours for light and for dark.
    ///
    /// Lines that are very long are cut; the whole of them appears when the mouse points at them. Line breaks and other
    /// characters that can't be shown become spaces, but a label of a source or a sink may have several lines.
    ///
    /// ```
    /// use metrix::Graph;
    ///
    /// let picture = Graph::default().source("host", "every 1s").sink("jsonl", "<out>").svg();
    /// assert!(picture.contains(">every 1s</text>") && picture.contains("&lt;out&gt;"));
    /// ```
    pub fn svg(&self) -> String {
        let sources = self.sources.iter().map(|source| Node::of(Kind::Source, &source.name, source.label.lines()));
        let streams = self
            .streams
            .iter()
            .map(|(name, stages)| Node::of(Kind::Stream, name, stages.iter().map(|stage| &*stage.label)));
        let sinks = self.sinks.iter().map(|sink| Node::of(Kind::Sink, &sink.name, sink.label.lines()));
        let columns: [Vec<Node>; 3] = [sources.collect(), streams.collect(), sinks.collect()];
        let columns: Vec<Vec<Node>> = columns.into_iter().filter(|column| !column.is_empty()).collect();

        let heights: Vec<usize> = columns.iter().map(|column| height(column)).collect();
        let all = heights.iter().copied().max().unwrap_or(0);
        let middle = MARGIN + all / 2;
        let (mut arrows, mut nodes) = (String::new(), String::new());
        let mut left = MARGIN;
        let mut before: Option<(usize, Vec<usize>)> = None;
        for (column, height) in columns.iter().zip(&heights) {
            let width = column.iter().map(Node::width).max().unwrap_or(0);
            let mut top = middle - height / 2;
            let mut centres = Vec::new();
            for node in column {
                node.draw(left, top, width, &mut nodes);
                centres.push(top + node.height() / 2);
                top += node.height() + GAP;
            }
            if let Some((right, from)) = before {
                draw_arrows((right, &from), (left, &centres), middle, &mut arrows);
            }
            before = Some((left + width, centres));
            left += width + BETWEEN;
        }
        let width = before.map_or(0, |(right, _)| right) + MARGIN;
        let height = all + 2 * MARGIN;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             role=\"img\">\n<title>Sources, streams and sinks</title>\n<style>{STYLE}</style>\n\
             <rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n{arrows}{nodes}</svg>\n"
        )
    }
}

fn height(column: &[Node]) -> usize {
    column.iter().map(Node::height).sum::<usize>() + GAP * column.len().saturating_sub(1)
}

/// All of a column feed all of the next: so all lines meet in one trunk, at its middle, and part there again.
fn draw_arrows((right, from): (usize, &[usize]), (left, to): (usize, &[usize]), middle: usize, text: &mut String) {
    let trunk = right + (left - right) / 2;
    // Where the bend begins, on the side of the middle; a line that is nearly in the middle has none.
    let bend = |y: usize| if y < middle { y + BEND } else { y - BEND };
    for &y in from {
        let (flat, turned) = (trunk - BEND, bend(y));
        let _ = if y.abs_diff(middle) < BEND {
            writeln!(text, "<path class=\"line\" d=\"M{right} {y}H{trunk}V{middle}\"/>")
        } else {
            writeln!(text, "<path class=\"line\" d=\"M{right} {y}H{flat}Q{trunk} {y} {trunk} {turned}V{middle}\"/>")
        };
    }
    for &y in to {
        let (flat, turned) = (trunk + BEND, bend(y));
        let (end, head) = (left - 2, "m-7-5 7 5-7 5");
        let _ = if y.abs_diff(middle) < BEND {
            writeln!(text, "<path class=\"line\" d=\"M{trunk} {middle}V{y}H{end}{head}\"/>")
        } else {
            writeln!(text, "<path class=\"line\" d=\"M{trunk} {middle}V{turned}Q{trunk} {y} {flat} {y}H{end}{head}\"/>")
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Stage;
    use crate::graph::tests::graph;

    #[test]
    fn every_source_stage_and_sink_is_shown_and_texts_are_escaped() {
        let picture = graph().svg();
        for shown in [">in</text>", ">&lt;one&gt;</text>", ">a&quot;b</text>", ">partition(2)</text>", ">t\\wo</text>"]
        {
            assert!(picture.contains(shown), "{shown} in {picture}");
        }
        // Two sources come together and go to one stream, from which two sinks are fed.
        assert_eq!(picture.matches("class=\"line\"").count(), 2 + 1 + 1 + 2);
    }

    #[test]
    fn a_label_may_have_several_lines() {
        let picture = Graph::default().sink("csv", "out.csv\nqueue of 10").svg();
        assert!(picture.contains(">out.csv</text>") && picture.contains(">queue of 10</text>"), "{picture}");
    }

    #[test]
    fn what_is_missing_leaves_no_room() {
        assert!(Graph::default().svg().contains("viewBox=\"0 0 24 48\""));
        let one = Graph::default().stream("s", &[]).svg();
        assert_eq!(one.matches("class=\"line\"").count(), 0);
    }

    #[test]
    fn all_lies_within_the_picture() {
        let stages = [Stage::new("s", "window", "timed_window(300s)".repeat(20))];
        let graph = (0..30).fold(Graph::default(), |graph, _| graph.source("a", "b").stream("s", &stages));
        let picture = graph.sink("c", "d").svg();
        let number = |text: &str| text.split('"').next().and_then(|number| number.parse::<usize>().ok());
        let of = |attribute: &str| -> Vec<usize> { picture.split(attribute).skip(1).filter_map(number).collect() };
        let (width, height) = (of(" width=\"")[0], of(" height=\"")[0]);
        assert!(of(" x=\"").iter().all(|&x| x < width), "{picture}");
        assert!(of(" y=\"").iter().all(|&y| y < height), "{picture}");
        assert!(width < 1500, "long lines are cut: {width}");
    }
}
