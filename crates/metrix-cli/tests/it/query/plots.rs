//! Plots in the terminal and as pictures.

use metrix::{Tags, tags};
use roxmltree::Document;

use super::{Filled, element};
use crate::program::Running;

/// Two lines that cross.
fn crossing() -> Filled {
    let elements = (0..=60).flat_map(|secs| {
        let line = |core, value: i64| element("cpu.usage.mean", tags! { "core" => core }, secs, value as f64);
        [line(0, secs), line(1, 60 - secs)]
    });
    Filled::with(&elements.collect::<Vec<_>>())
}

#[test]
fn a_plot_is_drawn_in_as_much_room_as_there_is() {
    let store = crossing();
    let mut command = store.command(&["--format", "plot"]);
    command.env("COLUMNS", "50").env("LINES", "16");
    Running::start(command).end().printed(
        "\
60│bbbbb                                    aaaaaa
  │     bbbbb                           aaaaa
  │          bbbbb                 aaaaa
40│              bbbbb        aaaaaa
  │                   bbbbbaaaa
  │                  aaaaa bbbbb
20│             aaaaaa         bbbbbb
  │        aaaaa                     bbbbb
  │   aaaaaa                             bbbbb
 0│aaaa                                       bbbb
  └┬──────────────────────┬──────────────────────┬
00:00:00              00:00:30            00:01:00
2015-05-17 UTC
a  cpu.usage.mean core=0
b  cpu.usage.mean core=1
",
    );
}

#[test]
fn the_peak_among_many_points_is_seen() {
    let elements: Vec<_> =
        (0..100_000).map(|secs| element("n", Tags::NONE, secs, if secs == 70_000 { 1000.0 } else { 0.0 })).collect();
    let store = Filled::with(&elements);
    let plot = store.query(&["--format", "plot"]).out;
    let highest = plot.lines().next().unwrap();
    assert!(highest.starts_with("1000│") && highest.trim_end().chars().count() > 50, "{plot}");

    let svg = store.query(&["--format", "svg"]).out;
    assert!(svg.len() < 100_000, "{} bytes", svg.len());
    let document = Document::parse(&svg).unwrap();
    let line = document.descendants().find(|node| node.attribute("class") == Some("line c0")).unwrap();
    let heights = line.attribute("d").unwrap().split(['M', 'L']).filter_map(|point| point.split(' ').nth(1));
    let highest = heights.map(|y| y.parse::<f64>().unwrap()).fold(f64::MAX, f64::min);
    assert_eq!(highest, 56.0, "the top of the frame");
}

#[test]
fn a_picture_is_well_formed_whatever_the_names_are() {
    let hostile = "</text><script>alert(\"1\" & '2')</script>\u{1}\u{1b}\n\u{fffe}é";
    let elements: Vec<_> =
        (0..15).map(|place| element(hostile, tags! { "]]>" => format!("{place:02}&amp;") }, place, 1.0)).collect();
    let svg = Filled::with(&elements).query(&["--format", "svg"]).out;
    let document = Document::parse(&svg).unwrap_or_else(|error| panic!("{error}: {svg}"));
    let texts: Vec<&str> = document.descendants().filter_map(|node| node.text()).collect();
    let expected = "</text><script>alert(\"1\" & '2')</script>    é ]]>=00&amp;";
    assert!(texts.contains(&expected), "{texts:?}");
    assert!(texts.contains(&"and 3 more series"), "{texts:?}");
    assert!(document.descendants().all(|node| !node.has_tag_name("script")));
}

#[test]
fn a_picture_has_round_ticks_and_a_line_for_each_series() {
    let svg = crossing().query(&["cpu.*", "--format", "svg", "--since", "2015-05-17"]).out;
    let document = Document::parse(&svg).unwrap();
    let texts = |class: &str| -> Vec<&str> {
        let of_class = document.descendants().filter(|node| node.attribute("class") == Some(class));
        of_class.filter_map(|node| node.text()).collect()
    };
    assert_eq!(texts("title"), ["cpu.*"]);
    assert_eq!(texts("value"), ["0", "20", "40", "60"]);
    assert_eq!(texts("time")[..3], ["00:00:00", "2015-05-17 UTC", "00:00:10"]);
    let lines =
        document.descendants().filter(|node| node.attribute("class").is_some_and(|class| class.starts_with("line c")));
    assert_eq!(lines.count(), 4, "two lines, and two in the legend");
}
