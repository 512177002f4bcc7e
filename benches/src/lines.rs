//! [`panels`]: line charts side by side, as SVG that can be read on light and on dark.

use std::fmt::Write;

/// A line, from the left of a panel to its right.
#[derive(Clone, Debug)]
pub struct Line {
    /// What stands at its end.
    pub label: String,
    /// Which class of the style it has: `ours`, `floor` or `other`.
    pub class: &'static str,
    /// A number, or none, for each place on the axis.
    pub points: Vec<Option<f64>>,
}

/// Lines over a common axis.
#[derive(Clone, Debug)]
pub struct Panel {
    /// What stands above.
    pub title: String,
    /// The places on the axis, evenly apart.
    pub places: Vec<String>,
    /// The lines.
    pub lines: Vec<Line>,
}

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 300.0;
/// Where the lines of a panel begin and end, from its own left; the labels stand after.
const LEFT: f64 = 46.0;
const RIGHT: f64 = 210.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = HEIGHT - 26.0;
/// Labels are at least so far apart.
const LABEL: f64 = 13.0;

/// Panels side by side, all with one logarithmic scale of nanoseconds: lower is better.
pub fn panels(about: &str, panels: &[Panel]) -> String {
    let points = || panels.iter().flat_map(|panel| &panel.lines).flat_map(|line| line.points.iter().flatten().copied());
    // Whole decades around all that is drawn.
    let low = points().fold(f64::INFINITY, f64::min).max(0.01).log10().floor();
    let high = points().fold(0.1, f64::max).log10().ceil().max(low + 1.0);
    let y = |nanos: f64| BOTTOM - (nanos.max(0.01).log10() - low) / (high - low) * (BOTTOM - TOP);
    let mut drawn = String::new();
    for (place, panel) in panels.iter().enumerate() {
        let left = WIDTH / panels.len() as f64 * place as f64;
        let _ = writeln!(drawn, "<g transform=\"translate({left:.0} 0)\">");
        draw(&mut drawn, panel, low as i32..=high as i32, y);
        drawn += "</g>\n";
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"{}\">\n<style>{STYLE}</style>\n{drawn}</svg>\n",
        escaped(about)
    )
}

fn draw(drawn: &mut String, panel: &Panel, decades: std::ops::RangeInclusive<i32>, y: impl Fn(f64) -> f64) {
    text(drawn, "title", 8.0, 18.0, &panel.title);
    for decade in decades {
        let nanos = 10f64.powi(decade);
        let y = y(nanos);
        let _ = writeln!(drawn, "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{RIGHT}\"/>");
        text(drawn, "number", LEFT - 5.0, y + 4.0, &nanos.to_string());
    }
    let step = (RIGHT - LEFT) / (panel.places.len().max(2) - 1) as f64;
    let x = |place: usize| LEFT + step * place as f64;
    for (place, name) in panel.places.iter().enumerate() {
        text(drawn, "place", x(place), BOTTOM + 16.0, name);
    }
    let mut ends: Vec<(f64, &Line)> = Vec::new();
    for line in &panel.lines {
        let points: Vec<(f64, f64)> =
            line.points.iter().enumerate().filter_map(|(place, nanos)| Some((x(place), y((*nanos)?)))).collect();
        let Some(&(_, end)) = points.last() else { continue };
        let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
        let _ = writeln!(drawn, "<path class=\"line {}\" d=\"M{}\"/>", line.class, path.join("L"));
        ends.push((end, line));
    }
    for (y, end, line) in apart(ends) {
        // From the line's end to its label, which may stand higher or lower.
        let (from, to) = (RIGHT + 2.0, RIGHT + 12.0);
        let _ = writeln!(drawn, "<path class=\"grid\" d=\"M{from} {end:.1}L{to} {y:.1}\"/>");
        text(drawn, &format!("label {}", line.class), to + 3.0, y + 4.0, &line.label);
    }
}

/// Where labels stand, where their lines end, and these: moved up or down until none covers another, in the order of the
/// ends.
fn apart(mut ends: Vec<(f64, &Line)>) -> Vec<(f64, f64, &Line)> {
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut labels: Vec<_> = ends.into_iter().map(|(end, line)| (end, end, line)).collect();
    for place in 1..labels.len() {
        labels[place].0 = labels[place].0.max(labels[place - 1].0 + LABEL);
    }
    let mut lowest = BOTTOM;
    for label in labels.iter_mut().rev() {
        label.0 = label.0.min(lowest);
        lowest = label.0 - LABEL;
    }
    labels
}

const STYLE: &str = "
text { font: 11px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 }
.number { text-anchor: end }
.place { text-anchor: middle }
.label.ours { fill: #1f78c8; font-weight: 600 }
.grid { stroke: #9aa4af; stroke-opacity: .35 }
.line { fill: none; stroke-width: 1.5; stroke: #9aa4af }
.line.ours { stroke: #1f78c8; stroke-width: 2.5 }
.line.floor { stroke-dasharray: 4 3 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .label.ours { fill: #58a6ff } .line { stroke: #6e7681 } .line.ours { stroke: #58a6ff }
}
";

fn text(drawn: &mut String, class: &str, x: f64, y: f64, text: &str) {
    let _ = writeln!(drawn, "<text class=\"{class}\" x=\"{x:.0}\" y=\"{y:.0}\">{}</text>", escaped(text));
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(label: &str, points: &[Option<f64>]) -> Line {
        Line { label: label.into(), class: "other", points: points.to_vec() }
    }

    #[test]
    fn a_decade_more_is_a_step_higher() {
        let lines = vec![line("a", &[Some(1.0), Some(10.0), Some(100.0)])];
        let panel = Panel { title: "a < b".into(), places: ["1", "2", "3"].map(String::from).into(), lines };
        let drawn = panels("test", &[panel]);
        assert!(drawn.contains("d=\"M46.0 274.0L128.0 154.0L210.0 34.0\""), "{drawn}");
        assert!(drawn.contains("a &lt; b"), "{drawn}");
    }

    #[test]
    fn labels_do_not_cover_each_other() {
        let lines = ["a", "b", "c"].map(|label| line(label, &[]));
        let ends = apart(vec![(BOTTOM, &lines[0]), (BOTTOM - 1.0, &lines[1]), (50.0, &lines[2])]);
        let found: Vec<_> = ends.iter().map(|(y, end, line)| (*y, *end, &*line.label)).collect();
        assert_eq!(found, [(50.0, 50.0, "c"), (BOTTOM - LABEL, BOTTOM - 1.0, "b"), (BOTTOM, BOTTOM, "a")]);
    }
}
