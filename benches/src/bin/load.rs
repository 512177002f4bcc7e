//! Two threads send ten million values to a coordinator with three sinks: what a send costs them when all sinks are fast,
//! and when one is slow and one fails every third batch. The two take turns, so that both see the same machine.
#![allow(clippy::print_stdout)]

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use metrix::testing::{Act, Scripted};
use metrix::{MCoordinator, MStream, Overflow, Retry, SinkOptions, size, tags};

const SENDS: u32 = 10_000_000;
const THREADS: u32 = 2;
const ROUNDS: usize = 11;

/// What the sinks do, again and again.
type Acts = [&'static [Act]; 3];

const FAST: Acts = [&[Act::Write], &[Act::Write], &[Act::Write]];
const TROUBLED: Acts = [&[Act::Write], &[Act::Slow(Duration::from_millis(5))], &[Act::Write, Act::Write, Act::Fail]];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut rounds = Vec::new();
    println!("all sinks fast   one slow, one failing   ratio   (ns a send, of each of {THREADS} threads)");
    for round in 0..=ROUNDS {
        // Who is first changes, too.
        let (fast, troubled) = if round % 2 == 0 {
            let fast = nanos_a_send(FAST)?;
            (fast, nanos_a_send(TROUBLED)?)
        } else {
            let troubled = nanos_a_send(TROUBLED)?;
            (nanos_a_send(FAST)?, troubled)
        };
        // The first round warms up.
        if round > 0 {
            println!("{fast:14.1}   {troubled:21.1}   {:5.2}", troubled / fast);
            rounds.push((fast, troubled));
        }
    }
    println!(
        "median {:7.1}   {:21.1}   {:5.2}",
        median(rounds.iter().map(|(fast, _)| *fast)),
        median(rounds.iter().map(|(_, troubled)| *troubled)),
        median(rounds.iter().map(|(fast, troubled)| troubled / fast)),
    );
    Ok(())
}

/// Sends everything, and tells how long each thread took for each of its own.
fn nanos_a_send(acts: Acts) -> Result<f64, Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build()?;
    let [first, slow, fails] = acts.map(|acts| Scripted::new(acts.iter().copied()).repeat());
    let at_once = Retry::forever().first(Duration::ZERO);
    let stream = MStream::builder("n").batch(size(1000)).aggs(["sum", "count"]).queue(size(1_000_000));
    let coordinator = {
        let _in_runtime = runtime.enter();
        MCoordinator::builder()
            .stream(stream)
            .sink("first", first)
            .sink_with(
                "slow",
                slow,
                SinkOptions::default().queue(size(1000)).overflow(Overflow::DropOldest).max_batch(size(10)),
            )
            .sink_with("fails", fails, SinkOptions::default().max_batch(size(10)).retry(at_once))
            .start()?
    };
    let sender = coordinator.stream("n")?;
    let start = Barrier::new(THREADS as usize);
    let took: Duration = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (sender, start) = (sender.with(tags! { "thread" => thread }), &start);
                scope.spawn(move || {
                    start.wait();
                    let started = Instant::now();
                    for value in (thread..SENDS).step_by(THREADS as usize) {
                        sender.send(f64::from(value));
                    }
                    started.elapsed()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a send does not panic")).sum()
    });
    let report = runtime.block_on(coordinator.shutdown(Duration::from_secs(60)));
    let (stream, sinks) = (report.streams["n"], &report.sinks);
    assert_eq!(stream.accepted, u64::from(SENDS));
    assert!(["first", "fails"].iter().all(|name| sinks[*name].delivered == stream.emitted), "{report}");
    Ok(took.as_nanos() as f64 / f64::from(SENDS))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
