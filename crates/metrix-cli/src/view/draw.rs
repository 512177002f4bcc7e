//! [`draw`]: the whole screen.

mod foot;
mod head;
mod help;
mod rows;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::text::Span;

use super::look::{Look, Mode};
use super::pulse::Pulse;
use super::series_set::SeriesSet;

/// Draws everything. Where the screen is low, first what is not needed to read the rows is left out.
pub(super) fn draw(frame: &mut Frame<'_>, look: &mut Look, is_paused: bool, series: &SeriesSet, pulse: &Pulse) {
    let height = frame.area().height;
    let lines = |least: u16, is_there: bool| Constraint::Length(u16::from(height >= least && is_there));
    let areas = [
        lines(3, true),
        Constraint::Min(1),
        lines(7, true),
        lines(7, true),
        lines(9, pulse.log.is_some()),
        lines(4, true),
    ];
    let [head, rows, troubles, sinks, log, keys] = Layout::vertical(areas).areas(frame.area());
    frame.render_widget(head::head(pulse, series, is_paused), head);
    let shown = rows::draw(frame, rows, look, series);
    frame.render_widget(foot::troubles(pulse), troubles);
    frame.render_widget(foot::sinks(pulse), sinks);
    frame.render_widget(foot::log(pulse, log.width), log);
    foot::keys(frame, keys, look, &shown);
    if look.mode == Mode::Help {
        help::draw(frame);
    }
}

/// The text, cut to a width where it is wider.
fn fit(text: &str, width: usize) -> Cow<'_, str> {
    if Span::raw(text).width() <= width {
        return Cow::Borrowed(text);
    }
    let mut cut = String::new();
    let mut left = width.saturating_sub(1);
    for c in text.chars() {
        let of_c = Span::raw(c.encode_utf8(&mut [0; 4]) as &str).width();
        if of_c > left {
            break;
        }
        left -= of_c;
        cut.push(c);
    }
    if width > 0 {
        cut.push('…');
    }
    Cow::Owned(cut)
}
