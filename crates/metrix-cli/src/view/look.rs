//! [`Look`]: how the person at the screen looks at the series.

use std::ops::ControlFlow;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::filter::Filter;
use super::order::Order;
use super::series::Series;
use super::series_set::SeriesSet;

/// What keys have been pressed for, so far.
#[derive(Debug, Default)]
pub(super) struct Look {
    pub(super) filter: Filter,
    pub(super) order: Order,
    pub(super) mode: Mode,
    /// The series as they were when the screen was paused.
    pub(super) paused: Option<SeriesSet>,
    /// The first row that is shown; beyond the end it means the last page.
    top: usize,
    /// How many rows were shown last.
    page: usize,
}

/// What keys are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mode {
    #[default]
    Rows,
    /// They are the text of the filter.
    Filter,
    /// Any one closes the help.
    Help,
}

impl Look {
    /// Does what a key is for; `Break` if that is to end. `live` are the series as they are now.
    pub(super) fn on_key(&mut self, key: KeyEvent, live: impl FnOnce() -> SeriesSet) -> ControlFlow<()> {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match (self.mode, key.code) {
            _ if key.kind == KeyEventKind::Release => {}
            (_, KeyCode::Char('c' | 'd')) if control => return ControlFlow::Break(()),
            (Mode::Filter, KeyCode::Char('u')) if control => self.filter.clear(),
            (_, _) if control => {}
            (Mode::Filter, code) => self.on_filter_key(code),
            (Mode::Rows | Mode::Help, KeyCode::Char('q')) => return ControlFlow::Break(()),
            (Mode::Help, _) => self.mode = Mode::Rows,
            (Mode::Rows, KeyCode::Char('p' | ' ')) => {
                self.paused = if self.paused.is_none() { Some(live()) } else { None };
            }
            (Mode::Rows, code) => self.on_row_key(code),
        }
        ControlFlow::Continue(())
    }

    fn on_filter_key(&mut self, code: KeyCode) {
        self.top = 0;
        match code {
            KeyCode::Char(c) => self.filter.push(c),
            KeyCode::Backspace => self.filter.pop(),
            KeyCode::Enter => self.mode = Mode::Rows,
            KeyCode::Esc => {
                self.filter.clear();
                self.mode = Mode::Rows;
            }
            _ => {}
        }
    }

    fn on_row_key(&mut self, code: KeyCode) {
        match code {
            KeyCode::Down | KeyCode::Char('j') => self.top = self.top.saturating_add(1),
            KeyCode::Up | KeyCode::Char('k') => self.top = self.top.saturating_sub(1),
            KeyCode::PageDown => self.top = self.top.saturating_add(self.page),
            KeyCode::PageUp => self.top = self.top.saturating_sub(self.page),
            KeyCode::Home | KeyCode::Char('g') => self.top = 0,
            KeyCode::End | KeyCode::Char('G') => self.top = usize::MAX,
            KeyCode::Char('/') => self.mode = Mode::Filter,
            KeyCode::Esc => self.filter.clear(),
            KeyCode::Char('s') => (self.order, self.top) = (self.order.next(), 0),
            KeyCode::Char('?' | 'h') => self.mode = Mode::Help,
            _ => {}
        }
    }

    /// The series to be shown, all of them, in order.
    pub(super) fn rows<'a>(&self, series: &'a SeriesSet) -> Vec<&'a Series> {
        let mut rows: Vec<&Series> = series.iter().filter(|series| self.filter.accepts(series)).collect();
        rows.sort_unstable_by(|a, b| self.order.compare(a, b));
        rows
    }

    /// The first row to show, of so many, where there is room for a page.
    pub(super) fn top(&mut self, rows: usize, page: usize) -> usize {
        self.page = page;
        self.top = self.top.min(rows.saturating_sub(page));
        self.top
    }
}

#[cfg(test)]
mod tests {
    use metrix::{MElement, Timestamp, size, tags};

    use super::*;

    fn set(count: u32) -> SeriesSet {
        let mut set = SeriesSet::new(size(1000));
        (0..count).for_each(|id| set.push(&MElement::new("n.sum", 1.0, tags! { "id" => id }, Timestamp::EPOCH)));
        set
    }

    /// Presses keys, and says whether that was to end.
    fn press(look: &mut Look, keys: impl IntoIterator<Item = KeyCode>) -> bool {
        let mut press = |code| look.on_key(KeyEvent::from(code), || set(3)).is_break();
        keys.into_iter().any(&mut press)
    }

    fn text(text: &str) -> impl Iterator<Item = KeyCode> + '_ {
        text.chars().map(KeyCode::Char)
    }

    #[test]
    fn it_scrolls_no_further_than_the_ends() {
        let mut look = Look::default();
        assert_eq!(look.top(100, 10), 0);
        for (key, expected) in [
            (KeyCode::Up, 0),
            (KeyCode::Down, 1),
            (KeyCode::Char('j'), 2),
            (KeyCode::Char('k'), 1),
            (KeyCode::PageDown, 11),
            (KeyCode::PageUp, 1),
            (KeyCode::End, 90),
            (KeyCode::Down, 90),
            (KeyCode::PageUp, 80),
            (KeyCode::Home, 0),
            (KeyCode::Char('G'), 90),
            (KeyCode::Char('g'), 0),
        ] {
            assert!(!press(&mut look, [key]));
            assert_eq!(look.top(100, 10), expected, "{key:?}");
        }
        assert_eq!((look.top(5, 10), look.top(0, 0)), (0, 0));
    }

    #[test]
    fn a_filter_is_typed_kept_and_cleared() {
        let (mut look, set) = (Look::default(), set(30));
        press(&mut look, text("/id=2q?"));
        assert_eq!((look.filter.text(), look.mode), ("id=2q?", Mode::Filter));
        press(&mut look, [KeyCode::Backspace, KeyCode::Backspace, KeyCode::Enter]);
        assert_eq!((look.rows(&set).len(), look.mode), (11, Mode::Rows));
        press(&mut look, [KeyCode::Esc]);
        assert_eq!(look.rows(&set).len(), 30);
        press(&mut look, text("/zz").chain([KeyCode::Esc]));
        assert_eq!((look.rows(&set).len(), look.mode), (30, Mode::Rows));
    }

    #[test]
    fn a_pause_keeps_what_was_there() {
        let mut look = Look::default();
        press(&mut look, text("p"));
        assert_eq!(look.paused.as_ref().map(SeriesSet::len), Some(3));
        press(&mut look, text("p"));
        assert!(look.paused.is_none());
    }

    #[test]
    fn help_and_order() {
        let mut look = Look::default();
        press(&mut look, text("?"));
        assert_eq!(look.mode, Mode::Help);
        press(&mut look, text("s"));
        assert_eq!((look.mode, look.order), (Mode::Rows, Order::Name));
        press(&mut look, text("s"));
        assert_eq!(look.order, Order::Value);
    }

    #[test]
    fn q_and_control_c_end_it() {
        let control_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        for mode in [Mode::Rows, Mode::Filter, Mode::Help] {
            let mut look = Look { mode, ..Look::default() };
            assert!(look.on_key(control_c, || set(0)).is_break());
            assert_eq!(press(&mut look, text("q")), mode != Mode::Filter);
        }
        let released = KeyEvent { kind: KeyEventKind::Release, ..control_c };
        assert!(Look::default().on_key(released, || set(0)).is_continue());
    }
}
