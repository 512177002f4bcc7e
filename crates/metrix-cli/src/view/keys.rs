//! [`Keys`]: what is pressed.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use ratatui::crossterm::event::{self, Event};

/// More than this wait in the terminal.
const WAITING: usize = 64;

/// What is pressed, and new sizes of the terminal.
///
/// A thread of its own reads them, for which nobody waits: when a terminal is closed, the library that reads it tries on for
/// ever, and that must not hold up the end of the run.
#[derive(Debug)]
pub(super) struct Keys(Receiver<io::Result<Event>>);

impl Keys {
    pub(super) fn read() -> io::Result<Self> {
        let (sender, receiver) = sync_channel(WAITING);
        thread::Builder::new().name("keys".into()).spawn(move || {
            loop {
                let read = event::read();
                let has_failed = read.is_err();
                if sender.send(read).is_err() || has_failed {
                    return;
                }
            }
        })?;
        Ok(Self(receiver))
    }

    /// The next one, if it comes within this time.
    ///
    /// # Errors
    /// If they can't be read.
    pub(super) fn next(&self, within: Duration) -> io::Result<Option<Event>> {
        match self.0.recv_timeout(within) {
            Ok(read) => read.map(Some),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(io::Error::other("keys are read no more")),
        }
    }
}
