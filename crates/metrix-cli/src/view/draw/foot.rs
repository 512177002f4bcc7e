//! [`troubles`], [`sinks`], [`log`] and [`keys`]: the lines at the bottom.

use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Stylize};
use ratatui::text::{Line, Span};

use super::{fit, split};
use crate::printable::printable;
use crate::view::amount::{Unit, amount};
use crate::view::look::{Look, Mode};
use crate::view::pulse::Pulse;

/// Which rows are shown, and of how many.
pub(super) struct Shown {
    pub(super) rows: Range<usize>,
    pub(super) of: usize,
}

/// What is not as it should be.
pub(super) fn troubles(pulse: &Pulse) -> Line<'static> {
    let troubles = pulse.health.troubles();
    let mut spans = vec![" health  ".dim()];
    if troubles.is_empty() {
        spans.push("nothing lost".fg(Color::Green));
    }
    for (place, (count, what)) in troubles.into_iter().enumerate() {
        spans.push(if place > 0 { ", ".dim() } else { Span::default() });
        spans.push(Span::from(format!("{count} {what}")).fg(Color::Yellow));
    }
    Line::from(spans)
}

/// What waits for the sinks.
pub(super) fn sinks(pulse: &Pulse) -> Line<'_> {
    let mut spans = vec![" sinks   ".dim()];
    for (place, sink) in pulse.health.sinks().enumerate() {
        spans.push(if place > 0 { ", ".dim() } else { Span::default() });
        spans.push(Span::from(printable(sink.name)));
        spans.push(format!(" {} waiting", amount(sink.queued as f64, Unit::Other)).dim());
        if sink.lag.as_millis() >= 100 {
            spans.push(format!(" for {:.1} s", sink.lag.as_secs_f64()).fg(Color::Yellow));
        }
        if sink.errors > 0 {
            let errors = amount(sink.errors as f64, Unit::Other);
            spans.push(format!(" {errors} error{}", if sink.errors == 1 { "" } else { "s" }).fg(Color::Red));
        }
    }
    Line::from(spans)
}

/// The last line of the log, in at most so many of the screen; none if nothing was logged.
pub(super) fn log(pulse: &Pulse, width: u16, most: usize) -> Vec<Line<'_>> {
    let head = " log     ";
    let width = usize::from(width).saturating_sub(head.len());
    let mut rest = pulse.log.as_deref().unwrap_or_default();
    let mut lines = Vec::new();
    while !rest.is_empty() && lines.len() < most {
        let (text, after) = if lines.len() + 1 < most { split(rest, width) } else { (rest, "") };
        let head = if lines.is_empty() { head } else { "         " };
        lines.push(Line::from(vec![head.dim(), Span::from(fit(text, width)).fg(Color::Yellow)]));
        rest = after;
    }
    lines
}

/// What keys are for, or the filter while it is written, and which rows are shown.
pub(super) fn keys(frame: &mut Frame<'_>, area: Rect, look: &Look, shown: &Shown) {
    let Shown { rows, of } = shown;
    let place = if rows.is_empty() { "no rows".into() } else { format!("{}-{} of {of}", rows.start + 1, rows.end) };
    let place = format!(" {place} by {} ", look.order.label());
    let width = u16::try_from(place.len()).unwrap_or(u16::MAX);
    let [left, right] = Layout::horizontal([Constraint::Min(20), Constraint::Max(width)]).areas(area);
    frame.render_widget(Line::from(place.dim()), right);
    let filter = printable(look.filter.text());
    if look.mode == Mode::Filter {
        let prompt = Line::from(vec![" filter: ".bold(), Span::from(filter), "█".dim()]);
        frame.render_widget(prompt, left);
        return;
    }
    let mut spans = vec![Span::from(" ")];
    if !look.filter.is_empty() {
        spans.extend(["filter ".dim(), Span::from(filter).bold().fg(Color::Cyan), "  Esc".bold(), " clears  ".dim()]);
    }
    for (key, what) in [("q", "quit"), ("/", "filter"), ("s", "sort"), ("p", "pause"), ("?", "help")] {
        spans.extend([key.bold(), format!(" {what}  ").dim()]);
    }
    frame.render_widget(Line::from(spans), left);
}
