//! [`draw`]: the series, a row each.

use metrix::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Row, Table};

use super::fit;
use super::foot::Shown;
use crate::view::amount::{Unit, amount};
use crate::view::columns::{Column, GAP, columns};
use crate::view::look::Look;
use crate::view::series::Series;
use crate::view::series_set::SeriesSet;
use crate::view::sparkline::sparkline;

/// Draws as many rows as there is room for, and says which.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, look: &mut Look, series: &SeriesSet) -> Shown {
    let (rows, newest) = (look.rows(series), series.newest());
    let heading = u16::from(area.height > 1);
    let page = usize::from(area.height - heading.min(area.height));
    let top = look.top(rows.len(), page);
    let shown = top..rows.len().min(top.saturating_add(page));
    // Of all rows, so that columns don't move when it scrolls.
    let widest = |width: fn(&Series) -> usize| rows.iter().map(|series| width(series)).max().unwrap_or(0);
    let columns = columns(area.width, widest(|series| series.name_width), widest(|series| series.tags_width));
    let mut before = None;
    let lines = rows[shown.clone()].iter().map(|series| {
        // A name stands where it changes, so that one sees what belongs together.
        let is_first = before.replace(&series.name) != Some(&series.name);
        row(series, is_first, &columns, newest)
    });
    let lines: Vec<Row<'_>> = lines.collect();
    let table = Table::new(lines, columns.iter().map(|&(_, width)| width)).column_spacing(GAP);
    let titles = Row::new(columns.iter().map(|&(column, _)| title(column))).style(Style::new().bold().fg(Color::Cyan));
    frame.render_widget(if heading > 0 { table.header(titles) } else { table }, area);
    Shown { rows: shown, of: rows.len() }
}

fn row<'a>(series: &'a Series, is_first: bool, columns: &[(Column, u16)], newest: Timestamp) -> Row<'a> {
    let row = Row::new(columns.iter().map(|&(column, width)| cell(series, is_first, column, usize::from(width))));
    if series.is_old(newest) { row.dim() } else { row }
}

fn cell(series: &Series, is_first: bool, column: Column, width: usize) -> Line<'_> {
    let number = |value: f64, unit: Unit| Line::from(amount(value, unit)).right_aligned();
    match column {
        Column::Name if is_first => Line::from(Span::from(fit(&series.name, width)).bold()),
        Column::Name => Line::default(),
        Column::Tags => Line::from(fit(&series.tags, width)),
        Column::Value => number(series.last(), series.unit).bold(),
        Column::PerSecond => series.per_second().map_or_else(Line::default, |rate| number(rate, series.unit)),
        Column::Change => Line::from(change(series)).right_aligned(),
        Column::Windows => Line::from(sparkline(series.values(width)).fg(Color::Blue)),
    }
}

/// By how much a series has changed: in percent, or as it is where that would say little.
fn change(series: &Series) -> Span<'static> {
    let (Some(change), Some(share)) = (series.change(), series.relative_change()) else { return Span::default() };
    let text = if share.abs() < 10.0 {
        format!("{:+.1}%", share * 100.0)
    } else {
        format!("{}{}", if change > 0.0 { "+" } else { "" }, amount(change, Unit::Other))
    };
    match change {
        0.0 => "=".dim(),
        up if up > 0.0 => text.fg(Color::Green),
        _ => text.fg(Color::Red),
    }
}

fn title(column: Column) -> Line<'static> {
    match column {
        Column::Name => Line::from("METRIC"),
        Column::Tags => Line::from("TAGS"),
        Column::Value => Line::from("VALUE").right_aligned(),
        Column::PerSecond => Line::from("PER SECOND").right_aligned(),
        Column::Change => Line::from("CHANGE").right_aligned(),
        Column::Windows => Line::from("LAST WINDOWS"),
    }
}
