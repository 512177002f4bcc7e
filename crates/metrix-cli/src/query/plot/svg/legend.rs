//! [`draw`]: which line of a picture is which.

use std::fmt::Write as _;

use metrix::Xml;
use ratatui::text::Span;

use super::super::Drawn;
use super::WIDTH;

const LEFT: usize = 72;
const ROW: usize = 22;
/// The most characters of a label.
const LONGEST: usize = 100;

/// The legend below `top`, and its height.
pub(super) fn draw(drawn: &Drawn, top: usize) -> (String, usize) {
    let mut content = String::new();
    let (mut x, mut y) = (LEFT, top + 14);
    let mut room = |width: usize| {
        if x > LEFT && x + width > WIDTH - 24 {
            (x, y) = (LEFT, y + ROW);
        }
        let place = (x, y);
        x += width;
        place
    };
    for (place, line) in drawn.lines.iter().enumerate() {
        let label = shortened(&line.label);
        let (x, y) = room(46 + 7 * Span::raw(&label).width());
        let (line_y, label_x) = (y - 4, x + 26);
        let _ = writeln!(content, "<path class=\"line c{place}\" d=\"M{x} {line_y}h18\"/>");
        let _ = writeln!(content, "<text x=\"{label_x}\" y=\"{y}\">{}</text>", Xml(&label));
    }
    if drawn.more > 0 {
        let (x, y) = room(150);
        let _ = writeln!(content, "<text x=\"{x}\" y=\"{y}\">and {} more series</text>", drawn.more);
    }
    (content, y + 18 - top)
}

fn shortened(label: &str) -> String {
    match label.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &label[..end]),
        None => label.to_owned(),
    }
}
