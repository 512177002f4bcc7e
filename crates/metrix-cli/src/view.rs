//! [`View`]: the sink `table`, live in a terminal or as plain lines.

mod amount;
mod columns;
mod draw;
mod filter;
mod health;
mod keys;
mod logs;
mod look;
mod meter;
mod natural;
mod order;
mod plain;
mod pulse;
mod series;
mod series_set;
mod show;
mod sink;
mod sparkline;
mod terminal;

use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use metrix::size;

pub(crate) use self::health::Health;
pub(crate) use self::logs::Logs;
pub(crate) use self::plain::Plain;
use self::series_set::SeriesSet;
pub(crate) use self::show::Wish;
use self::show::{Flags, Show};
pub(crate) use self::sink::ViewSink;
pub(crate) use self::terminal::give_back_terminal;
use self::terminal::{Held, THREAD};

/// The view keeps at most so many series.
const SERIES: usize = 10_000;

/// The live view, before it is on the screen: its sinks can be made, and take elements.
///
/// Memory: at most 10 000 series of 60 values, each with its name and its tags, which may be 64 KB long; and a copy of all
/// values as long as it is paused.
#[derive(Debug)]
pub(crate) struct View {
    series: Arc<Mutex<SeriesSet>>,
}

impl View {
    pub(crate) fn new() -> Self {
        Self { series: Arc::new(Mutex::new(SeriesSet::new(size(SERIES)))) }
    }

    /// A sink whose elements it shows.
    pub(crate) fn sink(&self) -> ViewSink {
        ViewSink::new(Arc::clone(&self.series))
    }

    /// Takes the terminal, and shows what comes on a thread of its own. That asks `health` about once a second, and
    /// calls `stop` when a key says so, perhaps several times, or when the terminal fails. The log goes into the view.
    ///
    /// # Errors
    /// If there is no terminal that can be taken.
    pub(crate) fn show(
        self,
        logs: Logs,
        health: impl Fn() -> Health + Send + 'static,
        stop: impl Fn(Wish) + Send + 'static,
    ) -> io::Result<Screen> {
        let held = Held::take(logs.clone())?;
        let flags = Arc::<Flags>::default();
        let show = Show { held, series: self.series, logs, health, stop, flags: Arc::clone(&flags) };
        let thread = thread::Builder::new().name(THREAD.into()).spawn(move || show.run())?;
        Ok(Screen { flags, thread: Some(thread) })
    }
}

/// The live view on the screen. When it is dropped, the terminal is as it was before.
#[derive(Debug)]
pub(crate) struct Screen {
    flags: Arc<Flags>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Screen {
    /// Says on the screen that all has come that will. It stays until a key says that it is to end.
    pub(crate) fn run_has_ended(&self) {
        self.flags.has_ended.store(true, Ordering::Release);
    }

    /// Gives the terminal back, within a tenth of a second.
    ///
    /// # Errors
    /// If the terminal has failed.
    pub(crate) fn end(mut self) -> io::Result<()> {
        self.leave()
    }

    fn leave(&mut self) -> io::Result<()> {
        self.flags.is_over.store(true, Ordering::Release);
        let panicked = |_| Err(io::Error::other("it has panicked"));
        self.thread.take().map_or(Ok(()), |thread| thread.join().unwrap_or_else(panicked))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Whoever wants to know calls `end`.
        let _ = self.leave();
    }
}
