//! [`Columns`]: rows under each other.

use std::io::{self, Write};

use ratatui::text::Span;

/// So many rows are looked at before the widths are fixed.
const HEAD: usize = 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// Writes rows so that their cells stand under each other. The widths are those of the first thousand rows, so that memory
/// has a bound; a later cell that is wider moves the rest of its row.
pub(super) struct Columns<W, const N: usize> {
    out: W,
    align: [Align; N],
    widths: [usize; N],
    /// The rows that wait for the widths; `None` when these are fixed.
    head: Option<Vec<[String; N]>>,
}

impl<W: Write, const N: usize> Columns<W, N> {
    pub(super) fn new(out: W, titles: [&str; N], align: [Align; N]) -> Self {
        let titles = titles.map(str::to_owned);
        let widths = titles.each_ref().map(|title| width(title));
        Self { out, align, widths, head: Some(vec![titles]) }
    }

    pub(super) fn row(&mut self, row: [String; N]) -> io::Result<()> {
        let Some(head) = &mut self.head else { return self.write(&row) };
        for (width, cell) in self.widths.iter_mut().zip(&row) {
            *width = self::width(cell).max(*width);
        }
        head.push(row);
        if head.len() > HEAD { self.write_head() } else { Ok(()) }
    }

    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.write_head()?;
        self.out.flush()
    }

    fn write_head(&mut self) -> io::Result<()> {
        self.head.take().into_iter().flatten().try_for_each(|row| self.write(&row))
    }

    fn write(&mut self, row: &[String; N]) -> io::Result<()> {
        let mut line = String::new();
        // Before what comes next; so nothing is left at the end of a line.
        let mut spaces = 0;
        for ((cell, &width), align) in row.iter().zip(&self.widths).zip(self.align) {
            let room = width.saturating_sub(self::width(cell));
            let (before, after) = match align {
                Align::Left => (0, room),
                Align::Right => (room, 0),
            };
            if !cell.is_empty() {
                line.extend(std::iter::repeat_n(' ', spaces + before));
                line.push_str(cell);
                spaces = 0;
            } else {
                spaces += before;
            }
            spaces += after + 2;
        }
        line.push('\n');
        self.out.write_all(line.as_bytes())
    }
}

/// In columns of the terminal.
fn width(text: &str) -> usize {
    Span::raw(text).width()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(rows: impl IntoIterator<Item = [&'static str; 3]>) -> String {
        let mut out = Vec::new();
        let mut columns = Columns::new(&mut out, ["name", "tags", "value"], [Align::Left, Align::Left, Align::Right]);
        for row in rows {
            columns.row(row.map(str::to_owned)).unwrap();
        }
        columns.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn cells_stand_under_each_other_by_what_the_terminal_shows() {
        assert_eq!(
            text([["指标", "a=1", "0.5"], ["requests", "", "12345.25"]]),
            "name      tags     value\n\
             指标      a=1        0.5\n\
             requests        12345.25\n"
        );
    }

    #[test]
    fn nothing_hangs_at_the_end_of_a_line() {
        assert_eq!(text([["a", "b", ""]]), "name  tags  value\na     b\n");
    }

    #[test]
    fn rows_go_out_before_the_last_one_is_known() {
        let mut out = Vec::new();
        let mut columns = Columns::new(&mut out, ["n"], [Align::Right]);
        for place in 0..3000 {
            columns.row([place.to_string()]).unwrap();
            assert!(columns.head.as_ref().is_none_or(|head| head.len() <= HEAD));
        }
        columns.finish().unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().nth(1), Some("  0"));
        assert_eq!(text.lines().last(), Some("2999"));
    }
}
