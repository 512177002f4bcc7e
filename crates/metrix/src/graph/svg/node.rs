//! [`Node`]: a source, a stream or a sink in a picture.

use std::fmt::Write as _;

use super::xml::Xml;

/// The room between two nodes, one below the other.
pub(super) const GAP: usize = 16;
/// The most columns of text in a line.
const LONGEST: usize = 56;
const PADDING: usize = 14;
const NAME: usize = 34;
const LINE: usize = 20;
const PILL: usize = 22;
const PILL_GAP: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Source,
    Stream,
    Sink,
}

/// A box with a name and lines below it, which are the stages of a stream.
#[derive(Debug)]
pub(super) struct Node<'a> {
    kind: Kind,
    name: &'a str,
    lines: Vec<&'a str>,
}

impl<'a> Node<'a> {
    pub(super) fn of(kind: Kind, name: &'a str, lines: impl IntoIterator<Item = &'a str>) -> Self {
        Self { kind, name, lines: lines.into_iter().filter(|line| !line.is_empty()).collect() }
    }

    fn line_height(&self) -> usize {
        match self.kind {
            Kind::Source | Kind::Sink => LINE,
            Kind::Stream => PILL + PILL_GAP,
        }
    }

    pub(super) fn height(&self) -> usize {
        NAME + self.lines.len() * self.line_height() + if self.lines.is_empty() { 0 } else { 6 }
    }

    pub(super) fn width(&self) -> usize {
        // In hundredths of a pixel a column: the fonts' widths, and a little more as they differ.
        let lines = self.lines.iter().map(|line| columns(&shortened(line)) * 745).max().unwrap_or(0);
        let name = columns(&shortened(self.name)) * 860;
        let inner = match self.kind {
            Kind::Source | Kind::Sink => lines,
            Kind::Stream => lines + 2 * 1000,
        };
        name.max(inner).div_ceil(100) + 2 * PADDING
    }

    pub(super) fn draw(&self, x: usize, y: usize, width: usize, text: &mut String) {
        let (height, kind) = (self.height(), self.class());
        let _ =
            writeln!(text, "<rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>");
        let (bar_y, bar_height) = (y + 8, height - 16);
        let _ = writeln!(
            text,
            "<rect class=\"{kind}\" x=\"{x}\" y=\"{bar_y}\" width=\"4\" height=\"{bar_height}\" rx=\"2\"/>"
        );
        draw_text("name", self.name, x + PADDING, y + 22, text);
        for (place, line) in self.lines.iter().enumerate() {
            let top = y + NAME + place * self.line_height();
            match self.kind {
                Kind::Source | Kind::Sink => draw_text("label", line, x + PADDING, top + 12, text),
                Kind::Stream => {
                    let (x, width) = (x + PADDING, width - 2 * PADDING);
                    let _ = writeln!(
                        text,
                        "<rect class=\"stage\" x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"{PILL}\" rx=\"5\"/>"
                    );
                    draw_text("label", line, x + 10, top + 15, text);
                    if place > 0 {
                        let (x, above) = (x + 18, top - PILL_GAP);
                        let _ = writeln!(text, "<path class=\"step\" d=\"M{x} {above}v{PILL_GAP}m-3-3 3 3 3-3\"/>");
                    }
                }
            }
        }
    }

    fn class(&self) -> &'static str {
        match self.kind {
            Kind::Source => "source",
            Kind::Stream => "stream",
            Kind::Sink => "sink",
        }
    }
}

fn draw_text(class: &str, content: &str, x: usize, y: usize, text: &mut String) {
    let short = shortened(content);
    let whole = if short == content { String::new() } else { format!("<title>{}</title>", Xml(content)) };
    let _ = writeln!(text, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{whole}{}</text>", Xml(&short));
}

/// At most so many characters that there is room for them.
fn shortened(content: &str) -> String {
    if content.chars().count() <= LONGEST {
        return content.to_owned();
    }
    content.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// How wide it is. Beyond the alphabets that are about as wide as Latin, a character is taken for two.
fn columns(content: &str) -> usize {
    content.chars().map(|c| if c < '\u{1100}' { 1 } else { 2 }).sum()
}
