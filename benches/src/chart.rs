//! [`bars`]: a bar chart, as SVG that can be read on light and on dark.

use std::fmt::Write;

use crate::case::Who;
use crate::race::Times;

const WIDTH: f64 = 760.0;
/// Where the bars begin and end; the labels stand before, the numbers after.
const LEFT: f64 = 190.0;
const RIGHT: f64 = WIDTH - 60.0;
const BAR: f64 = 18.0;

/// Nanoseconds an item, a bar each, in groups with a scale of their own: shorter is better.
pub fn bars(groups: &[Times]) -> String {
    let mut drawn = String::new();
    let mut y = 0.0;
    for times in groups {
        y += BAR * 1.6;
        text(&mut drawn, "title", 8.0, y, &times.name);
        y += BAR * 0.5;
        let scale = (RIGHT - LEFT) / times.medians().map(|(_, nanos)| nanos).fold(f64::MIN_POSITIVE, f64::max);
        for (who, nanos) in times.medians() {
            let width = (nanos * scale).max(1.0);
            let class = if matches!(who, Who::Metrix | Who::Fused) { "ours" } else { "other" };
            text(&mut drawn, "label", LEFT - 8.0, y + BAR * 0.7, &who.name().replace('`', ""));
            rect(&mut drawn, class, y, width);
            text(&mut drawn, "number", LEFT + width + 6.0, y + BAR * 0.7, &format!("{nanos:.1}"));
            y += BAR;
        }
    }
    let height = y + BAR * 0.6;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" \
         aria-label=\"Nanoseconds an item, by contender\">\n<style>{STYLE}</style>\n{drawn}</svg>\n"
    )
}

const STYLE: &str = "
text { font: 12px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 }
.label { text-anchor: end }
.ours { fill: #1f78c8 }
.other { fill: #9aa4af }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .ours { fill: #58a6ff } .other { fill: #6e7681 } }
";

fn text(drawn: &mut String, class: &str, x: f64, y: f64, text: &str) {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let _ = writeln!(drawn, "<text class=\"{class}\" x=\"{x:.0}\" y=\"{y:.0}\">{text}</text>");
}

fn rect(drawn: &mut String, class: &str, y: f64, width: f64) {
    let height = BAR - 4.0;
    let _ = writeln!(
        drawn,
        "<rect class=\"{class}\" x=\"{LEFT}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height}\" rx=\"2\"/>"
    );
}
