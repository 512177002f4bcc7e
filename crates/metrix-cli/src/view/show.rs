//! [`Show`]: the loop that draws, and listens to keys.

use std::io::{self, BufWriter, IsTerminal as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{Event, KeyModifiers};

use super::draw::draw;
use super::health::Health;
use super::keys::Keys;
use super::logs::Logs;
use super::look::Look;
use super::pulse::{Phase, Pulse};
use super::series_set::SeriesSet;
use super::sink::lock;
use super::terminal::Held;

/// What came is drawn at most so often; a key at once.
const FRAME: Duration = Duration::from_millis(100);

/// How often the run is asked how it goes.
const BEAT: Duration = Duration::from_secs(1);

/// All that the loop needs.
pub(super) struct Show<H, S> {
    pub(super) held: Held,
    pub(super) series: Arc<Mutex<SeriesSet>>,
    pub(super) logs: Logs,
    pub(super) health: H,
    pub(super) stop: S,
    pub(super) flags: Arc<Flags>,
}

/// What is told to the loop.
#[derive(Debug, Default)]
pub(super) struct Flags {
    /// All has come that will.
    pub(super) has_ended: AtomicBool,
    /// The terminal is to be given back.
    pub(super) is_over: AtomicBool,
}

/// What somebody at the keys wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// That the run ends, and loses nothing.
    End,
    /// That it ends at once, as it has been asked to end before.
    EndAtOnce,
}

impl<H: Fn() -> Health, S: Fn(Wish)> Show<H, S> {
    /// Shows until it is over, and gives the terminal back. If the terminal fails, the run is asked to end.
    pub(super) fn run(self) -> io::Result<()> {
        let panicked = |_| Err(io::Error::other("it has panicked"));
        let shown = catch_unwind(AssertUnwindSafe(|| self.show())).unwrap_or_else(panicked);
        if shown.is_err() || !self.held.is_held() {
            (self.stop)(Wish::End);
        }
        shown
    }

    fn show(&self) -> io::Result<()> {
        let start = Instant::now();
        let mut terminal = Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(1 << 16, io::stdout())))?;
        let keys = Keys::read()?;
        let (mut look, mut pulse) = (Look::default(), Pulse::default());
        let (mut turn, mut beat, mut is_due) = (0, None, true);
        while self.held.is_held() && !self.flags.is_over.load(Ordering::Acquire) {
            if !io::stdout().is_terminal() {
                return Err(io::Error::other("the terminal has been closed"));
            }
            if beat.is_none_or(|beat: Instant| beat.elapsed() >= BEAT) {
                beat = Some(Instant::now());
                pulse.beat(start.elapsed(), (self.health)());
                is_due = true;
            }
            if self.flags.has_ended.load(Ordering::Acquire) && pulse.phase != Phase::Ended {
                pulse.phase = Phase::Ended;
                is_due = true;
            }
            let log = self.logs.last();
            let now = lock(&self.series).turn();
            is_due |= now != turn && look.paused.is_none() || log != pulse.log;
            if is_due {
                (turn, pulse.log) = (now, log);
                self.draw(&mut terminal, &mut look, &pulse)?;
            }
            let mut next = keys.next(FRAME)?;
            is_due = next.is_some();
            // All keys that wait, so that a burst of them is drawn once.
            while let Some(event) = next {
                next = keys.next(Duration::ZERO)?;
                let Event::Key(key) = event else { continue };
                if look.on_key(key, || lock(&self.series).clone()).is_continue() {
                    continue;
                }
                // One who presses `q` twice may only be impatient.
                let is_urgent = key.modifiers.contains(KeyModifiers::CONTROL) && pulse.phase == Phase::Ending;
                (self.stop)(if is_urgent { Wish::EndAtOnce } else { Wish::End });
                pulse.phase = pulse.phase.max(Phase::Ending);
            }
        }
        Ok(())
    }

    fn draw(
        &self,
        terminal: &mut Terminal<CrosstermBackend<BufWriter<io::Stdout>>>,
        look: &mut Look,
        pulse: &Pulse,
    ) -> io::Result<()> {
        // What is paused is taken out for as long as it is drawn, since drawing changes the look.
        let paused = look.paused.take();
        let drawn = match &paused {
            Some(series) => terminal.draw(|frame| draw(frame, look, true, series, pulse)).map(drop),
            None => terminal.draw(|frame| draw(frame, look, false, &lock(&self.series), pulse)).map(drop),
        };
        look.paused = paused;
        drawn
    }
}
