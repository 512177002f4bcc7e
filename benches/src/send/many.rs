//! [`Many`]: what is asked of 100 000 series beside the cost of a `send`.

use std::error::Error;
use std::fmt::Write;
use std::hint::black_box;
use std::process::Command;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::{Duration, Instant};

use ::metrix::MStream;
use futures::{FutureExt, StreamExt};
use tokio::runtime::Builder;
use tokio::time::advance;

use super::load::{Load, Setup};
use super::meanwhile::{Pause, Pauses, pauses};
use super::{hand, metrix};
use crate::race::median;

const SERIES: usize = 100_000;

/// A window takes long to fill: so many rounds are enough.
const ROUNDS: usize = 7;

/// What was found out about a stream of many series.
#[derive(Clone, Debug)]
pub struct Many {
    /// Bytes a series beyond its own text.
    pub memory: Memory,
    /// What the end of a window takes.
    pub closing: Closing,
    /// How long a `send` takes.
    pub pauses: Pauses,
}

/// Bytes a series beyond its own text.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// With tags in each call.
    pub each_call: f64,
    /// With a sender of its own, which counts too.
    pub bound: f64,
}

/// How long a window that is over takes to come out, in nanoseconds a series: medians.
#[derive(Clone, Copy, Debug)]
pub struct Closing {
    /// Until the first element is out.
    pub first: f64,
    /// Until all are.
    pub all: f64,
    /// The loop written by hand, until it has all elements.
    pub by_hand: f64,
}

impl Many {
    /// Finds all of it out.
    ///
    /// # Errors
    /// If the program that measures memory can't be run.
    pub fn measure() -> Result<Self, Box<dyn Error>> {
        let load = Load::new(Setup::one(SERIES));
        Ok(Self { memory: memory()?, closing: closing(&load, ROUNDS), pauses: pauses(&load) })
    }

    /// As tables.
    pub fn markdown(&self) -> String {
        let Self { memory, closing, pauses } = self;
        let mut found = String::from("| | metrix | hand-written |\n| --- | ---: | ---: |\n");
        let rows = [
            ("bytes a series beyond its own text", memory.each_call, None),
            ("the same, with a bound sender for each", memory.bound, None),
            ("closing the window, until the first element is out: ns a series", closing.first, None),
            ("closing the window, until all are: ns a series", closing.all, Some(closing.by_hand)),
        ];
        for (name, ours, by_hand) in rows {
            let _ = writeln!(
                found,
                "| {name} | {ours:.1} |{} |",
                by_hand.map_or(String::new(), |by_hand| format!(" {by_hand:.1}"))
            );
        }
        found += "\n| ns a `send`, bound, 100 000 series | median | 99.9 % | 99.99 % | worst |\n| --- | ---: | ---: | ---: | ---: |";
        for (name, pause) in [("while no window is closed", pauses.between), ("while one is", pauses.meanwhile)] {
            let Pause { median, p999, p9999, worst } = pause;
            // There may have been no such time at all.
            let cell = |nanos: f64| if nanos.is_nan() { " |".to_owned() } else { format!(" {nanos:.0} |") };
            let _ = write!(found, "\n| {name} |{}", [median, p999, p9999, worst].map(cell).concat());
        }
        found
    }
}

/// As `footprint` tells, which has an allocator that counts.
fn memory() -> Result<Memory, Box<dyn Error>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).current_dir(env!("CARGO_MANIFEST_DIR")).arg("footprint").output()?;
    let told: serde_json::Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&output.stderr)))?;
    let of = |name: &str| told[name].as_f64().ok_or_else(|| format!("`cargo footprint` says nothing of {name}"));
    Ok(Memory { each_call: of("each_call")?, bound: of("bound")? })
}

/// Time stands still while a window fills, so that it is over only when it is full. Another thread fills it and lives on, so that
/// it is closed from elsewhere, as it is in a program.
fn closing(load: &Load, rounds: usize) -> Closing {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.expect("a runtime without I/O needs no help");
    let _in_runtime = runtime.enter();
    let (sender, mut stream) = metrix::stream(load).build().expect("the builder has all that it needs");
    let (ask, asked) = sync_channel::<()>(0);
    let (tell, told) = sync_channel::<()>(0);
    thread::scope(|scope| {
        let handle = runtime.handle().clone();
        scope.spawn(move || {
            let _in_runtime = handle.enter();
            let senders = metrix::senders(load, &sender);
            let items = || load.parts(0, load.setup.batch()).chain([load.firsts(0)]).flatten();
            while asked.recv().is_ok() {
                items().for_each(|item| senders[item.series()].send(item.value()));
                tell.send(()).expect("the other thread waits for it");
            }
        });
        let mut by_hand = hand::closing(load);
        // The first round does not count.
        let rounds = (0..=rounds).map(|_| {
            ask.send(()).expect("the other thread waits for it");
            told.recv().expect("the other thread fills the window");
            runtime.block_on(advance(load.setup.window()));
            let [first, all] = drain(&mut stream, load.setup.series);
            [first, all, by_hand()]
        });
        let rounds: Vec<[Duration; 3]> = rounds.skip(1).collect();
        drop(ask);
        let a_series = |took: Duration| took.as_nanos() as f64 / load.setup.series as f64;
        let of = |place: usize| median(rounds.iter().map(|round| a_series(round[place])).collect());
        Closing { first: of(0), all: of(1), by_hand: of(2) }
    })
}

/// Takes a window, and tells how long it took until the first element and until the last.
fn drain(stream: &mut MStream, series: usize) -> [Duration; 2] {
    let started = Instant::now();
    let (mut first, mut elements) = (None, 0);
    while let Some(Some(element)) = stream.next().now_or_never() {
        black_box(element);
        first.get_or_insert_with(|| started.elapsed());
        elements += 1;
    }
    assert_eq!(elements, metrix::AGGREGATES.len() * series, "all series must come out");
    [first.unwrap_or_default(), started.elapsed()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_comes_out_whole_from_its_first_element_to_its_last() {
        let Closing { first, all, by_hand } = closing(&Load::new(Setup::one(500)), 3);
        assert!(0.0 < first && first <= all && by_hand > 0.0, "{first} {all} {by_hand}");
    }
}
