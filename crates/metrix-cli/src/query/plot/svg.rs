//! [`SvgPlot`]: a plot as a picture.

mod frame;
mod legend;

use std::fmt::Write as _;
use std::io::{self, Write};

use metrix::{MElement, Xml};

use self::frame::Frame;
use super::scale::{TimeScale, ValueScale};
use super::{Drawn, Lines};
use crate::query::show::Show;

const WIDTH: usize = 960;
/// A line of so few points has a dot at each.
const FEW: usize = 60;

const STYLE: &str = "
  .ground { fill: #ffffff }
  text { font-family: system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; font-size: 12px; fill: #5c6670 }
  .title { font-size: 15px; font-weight: 600; fill: #212529 }
  .value { text-anchor: end } .time { text-anchor: middle }
  .grid { stroke: #e9ecef } .axis { stroke: #adb5bd }
  .line { fill: none; stroke-width: 1.75; stroke-linejoin: round; stroke-linecap: round }
  .c0 { stroke: #3b5bdb } .c1 { stroke: #f08c00 } .c2 { stroke: #099268 } .c3 { stroke: #e03131 }
  .c4 { stroke: #9c36b5 } .c5 { stroke: #1098ad } .c6 { stroke: #c2255c } .c7 { stroke: #66a80f }
  .c8 { stroke: #8d6e63 } .c9 { stroke: #748ffc } .c10 { stroke: #495057 } .c11 { stroke: #e8a0bf }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 }
    text { fill: #adbac7 } .title { fill: #e6edf3 }
    .grid { stroke: #21262d } .axis { stroke: #57606a }
    .c0 { stroke: #748ffc } .c1 { stroke: #ffa94d } .c2 { stroke: #38d9a9 } .c3 { stroke: #ff6b6b }
    .c4 { stroke: #da77f2 } .c5 { stroke: #3bc9db } .c6 { stroke: #f06595 } .c7 { stroke: #a9e34b }
    .c8 { stroke: #bcaaa4 } .c9 { stroke: #bac8ff } .c10 { stroke: #ced4da } .c11 { stroke: #fcc2d7 }
  }
";

/// Draws lines into a picture in SVG, with colours for light and for dark.
pub(in crate::query) struct SvgPlot<W> {
    out: W,
    title: String,
    lines: Lines,
}

impl<W: Write> SvgPlot<W> {
    pub(in crate::query) fn new(out: W, title: String) -> Self {
        Self { out, title, lines: Lines::default() }
    }
}

impl<W: Write> Show for SvgPlot<W> {
    fn element(&mut self, element: MElement) -> io::Result<()> {
        self.lines.push(element);
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.write_all(picture(&self.title, &self.lines.drawn()).as_bytes())?;
        self.out.flush()
    }

    fn left_out(&self) -> u64 {
        self.lines.not_finite()
    }
}

fn picture(title: &str, drawn: &Drawn) -> String {
    let (legend, legend_height) = legend::draw(drawn, frame::BOTTOM);
    let height = frame::BOTTOM + legend_height;
    let mut content = String::new();
    if let Some((times, values)) = drawn.bounds() {
        let frame = Frame { times: TimeScale::new(times, 7), values: ValueScale::new(values, 5) };
        frame.draw(&mut content);
        for (place, line) in drawn.lines.iter().enumerate() {
            let points: Vec<(f64, f64)> = line.points.iter().map(|&point| frame.place(point)).collect();
            draw_line(place, &points, &mut content);
        }
    }
    let title = Xml(title);
    let top = frame::TITLE;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         role=\"img\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
         <rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n\
         <text class=\"title\" x=\"24\" y=\"{top}\">{title}</text>\n{content}{legend}</svg>\n"
    )
}

fn draw_line(place: usize, points: &[(f64, f64)], content: &mut String) {
    let mut path = String::new();
    for (count, (x, y)) in points.iter().enumerate() {
        let command = if count == 0 { "M" } else { "L" };
        let _ = write!(path, "{command}{x:.1} {y:.1}");
    }
    let _ = writeln!(content, "<path class=\"line c{place}\" d=\"{path}\"/>");
    if points.len() <= FEW {
        // Lines of no length, with round ends.
        let dots: String = points.iter().map(|(x, y)| format!("M{x:.1} {y:.1}h0")).collect();
        let _ = writeln!(content, "<path class=\"line c{place}\" style=\"stroke-width: 5\" d=\"{dots}\"/>");
    }
}

#[cfg(test)]
mod tests {
    use metrix::{Timestamp, tags};

    use super::*;

    #[test]
    fn it_has_lines_ticks_and_a_legend() {
        let mut lines = Lines::default();
        for core in 0..14 {
            for at in 0..=100 {
                let tags = tags! { "core" => format!("<{core:02}>") };
                lines.push(MElement::new("cpu", at as f64, tags, Timestamp::from_secs(at)));
            }
        }
        let picture = picture("cpu & \"co\"", &lines.drawn());
        assert!(picture.contains("<title>cpu &amp; &quot;co&quot;</title>"), "{picture}");
        assert_eq!(picture.matches("<path class=\"line c11\"").count(), 2, "a line, and one in the legend: {picture}");
        assert!(picture.contains(">cpu core=&lt;11&gt;</text>") && !picture.contains("&lt;12&gt;"), "{picture}");
        assert!(picture.contains(">and 2 more series</text>"), "{picture}");
        for tick in [">0<", ">20<", ">100<", ">00:00:15<", ">00:01:30<", ">1970-01-01 UTC<"] {
            assert!(picture.contains(tick), "{tick} in {picture}");
        }
    }

    #[test]
    fn a_single_point_can_be_seen() {
        let mut lines = Lines::default();
        lines.push(MElement::new("n", 3.0, tags! {}, Timestamp::EPOCH));
        let picture = picture("n", &lines.drawn());
        assert!(picture.contains("h0\"/>"), "{picture}");
    }
}
