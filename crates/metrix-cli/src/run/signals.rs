//! Signals that ask the program to end.

use std::io;
use std::process::exit;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::runtime::Builder;

use super::stop::{Stop, Why};
use crate::view::give_back_terminal;

/// The number of the signal that says that the terminal is gone.
const HANGUP: u8 = 1;

/// The number of the signal that Ctrl-C sends.
pub(crate) const INTERRUPT: u8 = 2;

/// To give the terminal back takes no longer, if it can be done at all.
const MOMENT: Duration = Duration::from_millis(500);

/// From now on the first signal has the run end, and the second ends the program at once, whatever hangs: a thread that does
/// nothing else listens for them.
pub(crate) fn watch(stop: Stop) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_io().build()?;
    let entered = runtime.enter();
    let mut signals = Signals::new()?;
    drop(entered);
    let listen = async move {
        loop {
            let signal = signals.next().await;
            // That the terminal is gone may be told more than once, and after another.
            if !stop.ask(Why::Asked(signal)) && signal != HANGUP {
                end_at_once(signal);
            }
        }
    };
    thread::Builder::new().name("signals".to_owned()).spawn(move || runtime.block_on(listen))?;
    Ok(())
}

fn end_at_once(signal: u8) {
    let (is_given_back, given_back) = mpsc::channel::<()>();
    // What can't be given back, as it hangs, too, is let alone.
    let giving = thread::Builder::new().spawn(move || {
        give_back_terminal();
        drop(is_given_back);
    });
    if giving.is_ok() {
        // It answers by being dropped.
        let _ = given_back.recv_timeout(MOMENT);
    }
    exit(128 + i32::from(signal));
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// `None` where it is not to be heard.
    hangup: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        let hangup = if outlives_its_terminal() { None } else { Some(signal(SignalKind::hangup())?) };
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())?, hangup })
    }

    async fn next(&mut self) -> u8 {
        /// The number of the signal that asks a program to end.
        const TERMINATE: u8 = 15;

        tokio::select! {
            _ = self.interrupt.recv() => INTERRUPT,
            _ = self.terminate.recv() => TERMINATE,
            Some(()) = async { self.hangup.as_mut()?.recv().await } => HANGUP,
        }
    }
}

/// Whether it was started to go on when its terminal is gone, as `nohup` does; known only where the system tells it in a file.
#[cfg(unix)]
fn outlives_its_terminal() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // The signal of number 1 is the first bit.
    ignored.is_some_and(|mask| mask & 1 == 1)
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> u8 {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        INTERRUPT
    }
}
