//! [`Logs`]: where the lines of the log go.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::printable::printable;

/// So many lines are kept while the screen is taken.
const KEPT: usize = 100;

/// Longer lines are cut.
const LONGEST: usize = 2000;

/// A place for the lines of the log: the standard error, or as long as the screen is taken, a few that are kept. These
/// are written to the standard error when the screen is free again. A clone is the same place.
///
/// Memory: at most 100 lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Logs(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// `None` as long as lines go to the standard error.
    kept: Option<VecDeque<String>>,
    /// Lines for which there was no room.
    let_go: u64,
}

impl Logs {
    /// From now on, lines are kept.
    pub(crate) fn hold(&self) {
        self.state().kept.get_or_insert_default();
    }

    /// Writes the lines that were kept, and from now on all.
    pub(super) fn release(&self) {
        // What can't be written to the standard error can't be told anybody.
        let _ = self.release_to(&mut io::stderr().lock());
    }

    fn release_to(&self, out: &mut impl Write) -> io::Result<()> {
        let State { kept, let_go } = std::mem::take(&mut *self.state());
        if let_go > 0 {
            writeln!(out, "{let_go} earlier lines of the log were not kept")?;
        }
        kept.into_iter().flatten().try_for_each(|line| writeln!(out, "{line}"))
    }

    /// The last line that was kept, as it can be shown.
    pub(crate) fn last(&self) -> Option<String> {
        self.state().kept.as_ref()?.back().cloned()
    }

    /// Whether lines are kept.
    pub(crate) fn are_held(&self) -> bool {
        self.state().kept.is_some()
    }

    /// Writes whole lines.
    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let State { kept: Some(kept), let_go } = &mut *state else {
            drop(state);
            return io::stderr().lock().write_all(bytes);
        };
        let text = String::from_utf8_lossy(bytes);
        for line in text.lines().filter(|line| !line.is_empty()) {
            if kept.len() == KEPT {
                kept.pop_front();
                *let_go += 1;
            }
            let end = line.char_indices().nth(LONGEST).map_or(line.len(), |(end, _)| end);
            kept.push_back(printable(&line[..end]).into_owned());
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No panic can leave the lines in a state that is not one.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn released(logs: &Logs) -> String {
        let mut text = Vec::new();
        logs.release_to(&mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn lines_are_kept_and_harmless() {
        let logs = Logs::default();
        logs.hold();
        logs.write(b"first\n").unwrap();
        logs.write("an \u{1b}[2J evil \u{202e} one\n".as_bytes()).unwrap();
        assert_eq!(logs.last().as_deref(), Some(r"an \u{1b}[2J evil \u{202e} one"));
        assert_eq!(released(&logs), "first\nan \\u{1b}[2J evil \\u{202e} one\n");
        assert_eq!((logs.last(), released(&logs)), (None, String::new()));
    }

    #[test]
    fn only_the_last_lines_are_kept() {
        let logs = Logs::default();
        logs.hold();
        for number in 0..130 {
            logs.write(format!("line {number}\n").as_bytes()).unwrap();
        }
        logs.write("x".repeat(1_000_000).as_bytes()).unwrap();
        assert_eq!(logs.last().unwrap().len(), LONGEST);
        let text = released(&logs);
        assert!(text.starts_with("31 earlier lines of the log were not kept\nline 31\nline 32\n"), "{text}");
        assert_eq!(text.lines().count(), 101);
    }
}
