//! [`Contestant`]: somebody who is sent values, built and ready.

use std::fmt;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use super::load::{Item, Load};

/// What a thread does with the values that it gets. The loop is inside, so that only that is called through a pointer.
type Lane = Box<dyn FnMut(&[Item]) + Send>;

/// Builds a contestant.
pub type Make = fn(&Arc<Load>) -> Contestant;

/// Somebody who is sent values, by as many threads as the load has.
pub struct Contestant {
    lanes: Vec<Lane>,
    counted: Box<dyn FnOnce() -> u64>,
}

impl Contestant {
    /// `lane` makes what a thread does; `counted` says at the end, when the lanes are gone, how many values have come.
    pub fn new<L>(load: &Load, lane: impl FnMut(usize) -> L, counted: impl FnOnce() -> u64 + 'static) -> Self
    where
        L: FnMut(&[Item]) + Send + 'static,
    {
        let mut lane = lane;
        let boxed = |thread| -> Lane { Box::new(lane(thread)) };
        Self { lanes: (0..load.setup.threads).map(boxed).collect(), counted: Box::new(counted) }
    }

    /// Sends so many values from each thread, at the same time, after some that let all series be known. Gives how long
    /// it took from the first value to the last.
    ///
    /// # Panics
    /// If not all values have come to where they belong.
    pub fn run(self, load: &Load, values: usize) -> Duration {
        let threads = self.lanes.len();
        let start = Barrier::new(threads);
        let spans = thread::scope(|scope| {
            let send = |(thread, mut lane): (usize, Lane)| {
                let start = &start;
                scope.spawn(move || {
                    lane(load.firsts(thread));
                    start.wait();
                    let began = Instant::now();
                    load.parts(thread, values).for_each(&mut lane);
                    (began, Instant::now())
                })
            };
            let threads: Vec<_> = self.lanes.into_iter().enumerate().map(send).collect();
            threads.into_iter().map(|thread| thread.join().expect("a lane does not panic")).collect::<Vec<_>>()
        });
        let sent = threads * (values + load.setup.series);
        assert_eq!((self.counted)(), sent as u64, "what was sent must have come");
        let began = spans.iter().map(|span| span.0).min();
        let ended = spans.iter().map(|span| span.1).max();
        began.zip(ended).map_or(Duration::ZERO, |(began, ended)| ended - began)
    }
}

impl fmt::Debug for Contestant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contestant").field("threads", &self.lanes.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::send::load::{Setup, Sharing};

    /// Somebody who does nothing, but says that he has done more.
    fn liar(load: &Load, more: u64) -> Contestant {
        let came = Arc::new(AtomicU64::new(more));
        let lane = |_| {
            let came = Arc::clone(&came);
            move |items: &[Item]| _ = came.fetch_add(items.len() as u64, Ordering::Relaxed)
        };
        Contestant::new(load, lane, {
            let came = Arc::clone(&came);
            move || came.load(Ordering::Relaxed)
        })
    }

    #[test]
    fn all_threads_send_all_that_is_asked_for() {
        let load = Load::new(Setup::two(10, Sharing::Own));
        assert!(liar(&load, 0).run(&load, 100_000) > Duration::ZERO);
    }

    #[test]
    #[should_panic(expected = "what was sent must have come")]
    fn one_that_loses_a_value_is_refused() {
        let load = Load::new(Setup::one(10));
        liar(&load, 1).run(&load, 1000);
    }
}
