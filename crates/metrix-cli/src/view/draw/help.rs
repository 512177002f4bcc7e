//! [`draw`]: what keys are for.

use ratatui::Frame;
use ratatui::layout::{Constraint, Flex, Layout};
use ratatui::style::Stylize;
use ratatui::text::{Line, Text};
use ratatui::widgets::{Block, Clear, Padding, Paragraph};

const KEYS: [(&str, &str); 10] = [
    ("Up k, Down j", "scroll by a row"),
    ("PgUp, PgDn", "scroll by a page"),
    ("Home g, End G", "go to the first or last row"),
    ("/", "filter by a text in name or tags; * is any"),
    ("Enter", "keep the filter"),
    ("Esc", "clear the filter"),
    ("s", "sort by name, value, or what changed most"),
    ("p", "pause the rows, and go on"),
    ("?", "this help"),
    ("q, Ctrl-C", "end the run; open windows are closed"),
];

/// Draws a box in the middle, over everything else.
pub(super) fn draw(frame: &mut Frame<'_>) {
    let line = |(key, what): (&'static str, &'static str)| Line::from(vec![format!("{key:<15}").bold(), what.into()]);
    let text = Text::from_iter(KEYS.map(line));
    let (width, height) = (text.width() + 4, text.height() + 2);
    let length = |length: usize| [Constraint::Max(u16::try_from(length).unwrap_or(u16::MAX))];
    let [column] = Layout::horizontal(length(width)).flex(Flex::Center).areas(frame.area());
    let [area] = Layout::vertical(length(height)).flex(Flex::Center).areas(column);
    let block = Block::bordered().title(" keys ").padding(Padding::horizontal(1));
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(text).block(block), area);
}
