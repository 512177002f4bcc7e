//! [`Voice`]: what is said to people, on the standard error.

use std::fmt::Display;
use std::io::{self, Write};

use indicatif::ProgressBar;
use tracing_subscriber::fmt::MakeWriter;

use super::scribe::Scribe;
use crate::view::Logs;

/// Says things to people on the standard error, and puts a progress bar out of their way. A thread of its own writes them, so that
/// the run goes on if nobody reads. What can't be written there is lost: there is nowhere left to say so.
#[derive(Clone, Debug)]
pub(crate) struct Voice {
    quiet: bool,
    bar: ProgressBar,
    logs: Logs,
    scribe: Scribe,
}

impl Voice {
    pub(crate) fn new(quiet: bool, bar: ProgressBar) -> io::Result<Self> {
        let logs = Logs::default();
        let (out, over) = (logs.clone(), bar.clone());
        let scribe = Scribe::start(move |lines| {
            // The bar is held while it is out of the way, so that one that nobody sees is let alone.
            let _ = if over.is_hidden() { out.write(lines) } else { over.suspend(|| out.write(lines)) };
        })?;
        Ok(Self { quiet, bar, logs, scribe })
    }

    /// One that is heard by this.
    #[cfg(test)]
    pub(crate) fn heard(hear: impl FnMut(&[u8]) + Send + 'static) -> Self {
        let scribe = Scribe::start(hear).unwrap();
        Self { quiet: false, bar: ProgressBar::hidden(), logs: Logs::default(), scribe }
    }

    /// Waits until all that was said is written, unless nobody reads it.
    pub(crate) fn finish(&self) {
        self.scribe.finish();
    }

    /// Says what is wrong.
    pub(crate) fn say(&self, what: impl Display) {
        self.scribe.write(format!("{what}\n").as_bytes());
    }

    /// Says what is good to know, unless it is to be quiet.
    pub(crate) fn mention(&self, what: impl Display) {
        if !self.quiet {
            self.say(what);
        }
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Where what is said goes, which is not the standard error as long as the live view has the terminal.
    pub(crate) fn logs(&self) -> &Logs {
        &self.logs
    }

    pub(crate) fn bar(&self) -> &ProgressBar {
        &self.bar
    }
}

impl Write for &Voice {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.scribe.write(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Voice {
    type Writer = &'a Voice;

    fn make_writer(&'a self) -> &'a Voice {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_the_log_is_a_line() {
        let voice = Voice::new(true, ProgressBar::hidden()).unwrap();
        voice.logs().hold();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(voice.clone())
            .with_ansi(false)
            .without_time()
            .with_target(false)
            .finish();
        tracing::subscriber::with_default(subscriber, || tracing::warn!(count = 2, "an \u{1b}[2J evil one"));
        voice.finish();
        let last = voice.logs().last().unwrap();
        assert!(last.starts_with(" WARN an ") && last.ends_with("[2J evil one count=2"), "{last}");
        assert!(!last.contains('\u{1b}'), "{last}");
    }
}
