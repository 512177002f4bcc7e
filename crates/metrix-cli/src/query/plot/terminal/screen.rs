//! [`Screen`]: how much room there is, and whether it has colours.

use std::env;

use ratatui::crossterm::terminal;

use crate::output::Output;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Screen {
    pub(super) columns: u16,
    pub(super) rows: u16,
    pub(super) colours: bool,
}

impl Screen {
    /// That of the terminal, or what `COLUMNS` and `LINES` say, or 80 x 24. There are colours in a terminal, unless
    /// `NO_COLOR` is set.
    pub(super) fn of(out: &Output) -> Self {
        let size = out
            .is_terminal()
            .then(terminal::size)
            .and_then(Result::ok)
            .filter(|&(columns, rows)| columns > 0 && rows > 0);
        let (columns, rows) = size.unwrap_or((80, 24));
        let no_colour = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            columns: set("COLUMNS").unwrap_or(columns).clamp(40, 1000),
            rows: set("LINES").unwrap_or(rows),
            colours: out.is_terminal() && !no_colour,
        }
    }
}

fn set(variable: &str) -> Option<u16> {
    env::var(variable).ok()?.parse().ok().filter(|&number| number > 0)
}
