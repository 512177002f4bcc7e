//! [`Held`]: the terminal, as long as the view has it.

use std::io;
use std::panic;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};

use super::logs::Logs;

/// The name of the view's thread.
pub(super) const THREAD: &str = "view";

/// Where the log goes meanwhile, if the view has the terminal. There is only one.
static HELD: Mutex<Option<Logs>> = Mutex::new(None);

/// The terminal in the hands of the view, with a screen of its own and keys that come one by one. When it is dropped,
/// or when its thread or the main one panics, the terminal is as it was before, and the log goes to the standard error
/// again.
#[derive(Debug)]
pub(super) struct Held(());

impl Held {
    pub(super) fn take(logs: Logs) -> io::Result<Self> {
        enable_raw_mode()?;
        logs.hold();
        *held() = Some(logs);
        // From here on, an error gives it back.
        let taken = Self(());
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let logs = held().clone();
            match (logs, thread::current().name()) {
                // Whatever else panics, the view and the run go on.
                (Some(logs), name) if !matches!(name, Some(THREAD | "main")) => {
                    // What can't be logged can't be told anybody.
                    let _ = logs.write(panic.to_string().replace('\n', " ").as_bytes());
                }
                _ => {
                    // Else nobody could read what is said next.
                    give_back_terminal();
                    before(panic);
                }
            }
        }));
        execute!(io::stdout(), EnterAlternateScreen, Hide)?;
        Ok(taken)
    }

    /// Whether it has not been given back by a panic.
    pub(super) fn is_held(&self) -> bool {
        held().is_some()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        give_back_terminal();
    }
}

fn held() -> MutexGuard<'static, Option<Logs>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts the terminal back as it was, if the view has it: for whoever ends the program without dropping anything.
pub(crate) fn give_back_terminal() {
    // Not held any longer than this, since what follows may panic.
    let logs = held().take();
    if let Some(logs) = logs {
        // If the terminal is gone, there is nothing to put back.
        let _ = execute!(io::stdout(), LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
        logs.release();
    }
}
