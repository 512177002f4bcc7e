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
use ratatui::text::{Span, Text};

use super::look::{Look, Mode};
use super::pulse::Pulse;
use super::series_set::SeriesSet;

/// On screens of fewer lines, the log has one.
const LOW: u16 = 16;

/// The last line of the log may take so many of the screen, as the cause of a failure stands at its end.
const LINES_OF_LOG: usize = 3;

/// Draws everything. Where the screen is low, first what is not needed to read the rows is left out.
pub(super) fn draw(frame: &mut Frame<'_>, look: &mut Look, is_paused: bool, series: &SeriesSet, pulse: &Pulse) {
    let height = frame.area().height;
    let lines = |least: u16, is_there: bool| Constraint::Length(u16::from(height >= least && is_there));
    let log = foot::log(pulse, frame.area().width, if height >= LOW { LINES_OF_LOG } else { 1 });
    let log_height = if height >= 9 { u16::try_from(log.len()).unwrap_or(1) } else { 0 };
    let areas = [
        lines(3, true),
        Constraint::Min(1),
        lines(7, true),
        lines(7, true),
        Constraint::Length(log_height),
        lines(4, true),
    ];
    let [head, rows, troubles, sinks, last, keys] = Layout::vertical(areas).areas(frame.area());
    frame.render_widget(head::head(pulse, series, is_paused), head);
    let shown = rows::draw(frame, rows, look, series);
    frame.render_widget(foot::troubles(pulse), troubles);
    frame.render_widget(foot::sinks(pulse), sinks);
    frame.render_widget(Text::from(log), last);
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
    let (cut, _) = split(text, width.saturating_sub(1));
    Cow::Owned(if width > 0 { format!("{cut}…") } else { cut.to_owned() })
}

/// As much of the text as has room in a width, and the rest.
fn split(text: &str, width: usize) -> (&str, &str) {
    let mut left = width;
    let has_no_room = |&(_, c): &(usize, char)| {
        let of_c = Span::raw(c.encode_utf8(&mut [0; 4]) as &str).width();
        let fits = of_c <= left;
        left = left.saturating_sub(of_c);
        !fits
    };
    let end = text.char_indices().find(has_no_room).map_or(text.len(), |(end, _)| end);
    text.split_at(end)
}
