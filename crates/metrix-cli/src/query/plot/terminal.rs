//! [`TerminalPlot`]: a plot of characters.

mod screen;
mod time_axis;

use std::io::{self, Write};

use metrix::MElement;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Alignment, Rect};
use ratatui::style::{Color, Style};
use ratatui::symbols::Marker;
use ratatui::text::Span;
use ratatui::widgets::{Axis, Chart, Dataset, GraphType, Widget as _};

use self::screen::Screen;
use self::time_axis::TimeAxis;
use super::scale::ValueScale;
use super::{Drawn, Lines};
use crate::output::Output;
use crate::printable::printable;
use crate::query::show::Show;

/// The colours of the lines, and how a terminal is told of them.
const COLOURS: [(Color, u8); 12] = [
    (Color::Blue, 34),
    (Color::Yellow, 33),
    (Color::Green, 32),
    (Color::Red, 31),
    (Color::Magenta, 35),
    (Color::Cyan, 36),
    (Color::LightBlue, 94),
    (Color::LightYellow, 93),
    (Color::LightGreen, 92),
    (Color::LightRed, 91),
    (Color::LightMagenta, 95),
    (Color::LightCyan, 96),
];
/// The names of the lines where there are no colours.
const LETTERS: [char; 12] = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];

/// Draws lines of dots into the terminal; without colours, several lines are made of letters.
pub(in crate::query) struct TerminalPlot {
    out: Output,
    lines: Lines,
}

impl TerminalPlot {
    pub(in crate::query) fn new(out: Output) -> Self {
        Self { out, lines: Lines::default() }
    }
}

impl Show for TerminalPlot {
    fn element(&mut self, element: MElement) -> io::Result<()> {
        self.lines.push(element);
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        let screen = Screen::of(&self.out);
        self.out.write_all(text(&self.lines.drawn(), screen).as_bytes())?;
        self.out.flush()
    }

    fn left_out(&self) -> u64 {
        self.lines.not_finite()
    }
}

fn text(drawn: &Drawn, screen: Screen) -> String {
    let Some((times, values)) = drawn.bounds() else { return String::new() };
    let legend = legend(drawn, screen);
    // The legend, the dates, and where the next command is typed; the row of labels that is left out makes up for the times.
    let rows = screen.rows.saturating_sub(legend.len() as u16 + 2).clamp(10, 40);
    let values = ValueScale::new(values, usize::from(rows / 4));
    let left = values.ticks.iter().map(|(_, label)| Span::raw(label).width()).max().unwrap_or(0) + 1;
    let axis = TimeAxis::new(times, left, usize::from(screen.columns));
    let places: Vec<Vec<(f64, f64)>> = drawn
        .lines
        .iter()
        .map(|line| line.points.iter().map(|&(at, value)| (axis.scale.place(at), values.place(value))).collect())
        .collect();
    let datasets = places.iter().zip(COLOURS).map(|(points, (colour, _))| {
        let style = Style::new().fg(colour);
        Dataset::default().marker(Marker::Braille).graph_type(GraphType::Line).style(style).data(points)
    });
    let labels = values.ticks.iter().map(|(_, label)| label.as_str());
    let area = Rect::new(0, 0, screen.columns, rows);
    let mut buffer = Buffer::empty(area);
    Chart::new(datasets.collect())
        // It puts such labels where they don't belong; but without any there is no axis.
        .x_axis(Axis::default().bounds([0.0, 1.0]).labels(["", ""]))
        .y_axis(Axis::default().bounds([0.0, 1.0]).labels(labels).labels_alignment(Alignment::Right))
        .legend_position(None)
        .render(area, &mut buffer);
    for &column in &axis.columns {
        buffer[(column, rows - 2)].set_symbol("┬");
    }

    let letters = !screen.colours && drawn.lines.len() > 1;
    let mut text = String::new();
    for row in buffer.content.chunks(usize::from(screen.columns)).take(usize::from(rows) - 1) {
        push_row(row, screen.colours, letters, &mut text);
    }
    for line in axis.rows.into_iter().chain(legend) {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn push_row(row: &[Cell], colours: bool, letters: bool, text: &mut String) {
    let end = row.iter().rposition(|cell| cell.symbol() != " ").map_or(0, |last| last + 1);
    let mut open = None;
    for cell in &row[..end] {
        let line = COLOURS.iter().position(|&(colour, _)| colour == cell.fg);
        if colours && line != open {
            text.push_str(&line.map_or("\u{1b}[0m".to_owned(), |line| format!("\u{1b}[{}m", COLOURS[line].1)));
            open = line;
        }
        match line {
            Some(line) if letters => text.push(LETTERS[line]),
            _ => text.push_str(cell.symbol()),
        }
    }
    if open.is_some() {
        text.push_str("\u{1b}[0m");
    }
    text.push('\n');
}

/// Which line is which, and how many are missing.
fn legend(drawn: &Drawn, screen: Screen) -> Vec<String> {
    let alone = drawn.lines.len() == 1;
    let mark = |place: usize| match (screen.colours, alone) {
        (true, _) => format!("\u{1b}[{}m━━\u{1b}[0m", COLOURS[place].1),
        (false, true) => "━━".to_owned(),
        (false, false) => format!("{} ", LETTERS[place]),
    };
    let labelled = drawn.lines.iter().enumerate().map(|(place, line)| {
        format!("{} {}", mark(place), cut(&printable(&line.label), usize::from(screen.columns).saturating_sub(3)))
    });
    let more = (drawn.more > 0).then(|| format!("and {} more series: ask for fewer by name or --tags", drawn.more));
    labelled.chain(more).collect()
}

/// As much of a text as there is room for.
fn cut(label: &str, room: usize) -> String {
    let mut width = 0;
    let fits = |c: &char| {
        width += Span::raw(&*c.encode_utf8(&mut [0; 4])).width();
        width < room
    };
    let start: String = label.chars().take_while(fits).collect();
    if start.len() == label.len() { start } else { start + "…" }
}

#[cfg(test)]
mod tests {
    use metrix::{Timestamp, tags};

    use super::*;

    fn drawn(series: i64) -> Drawn {
        let mut lines = Lines::default();
        for core in 0..series {
            for at in 0..=60 {
                let value = (at * (core + 1)) as f64;
                let tags = tags! { "core" => core };
                lines.push(MElement::new("cpu", value, tags, Timestamp::from_secs(at)));
            }
        }
        lines.drawn()
    }

    #[test]
    fn one_line_is_of_dots() {
        let text = text(&drawn(1), Screen { columns: 60, rows: 12, colours: false });
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 12, "{text}");
        assert!(lines[0].starts_with("100│") && lines[3].ends_with('⠉'), "{text}");
        assert!(lines[7].starts_with("  0│⡠"), "{text}");
        assert!(lines.iter().all(|line| line.chars().count() <= 60), "{text}");
    }

    #[test]
    fn several_lines_are_of_letters_or_colours() {
        let plain = text(&drawn(14), Screen { columns: 80, rows: 24, colours: false });
        assert!(plain.contains("\nl  cpu core=11\nand 2 more series: ask for fewer by name or --tags\n"), "{plain}");
        assert!(plain.lines().take(9).any(|line| line.contains('a')), "{plain}");
        assert!(!plain.contains('\u{1b}'));

        let coloured = text(&drawn(2), Screen { columns: 80, rows: 24, colours: true });
        assert!(coloured.contains("\u{1b}[33m━━\u{1b}[0m cpu core=1\n"), "{coloured:?}");
        let end = "\u{1b}[33m⢀⣀⠤\u{1b}[0m";
        assert!(coloured.lines().any(|line| line.starts_with("   │") && line.ends_with(end)), "{coloured:?}");
    }

    #[test]
    fn long_labels_are_cut_by_their_width() {
        assert_eq!((cut("abc", 4), cut("abcd", 4)), ("abc".to_owned(), "abc…".to_owned()));
        assert_eq!(cut("指标指标", 6), "指标…");
    }
}
