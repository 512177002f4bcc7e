//! [`Crew`]: the hands that read the chunks of a source.

use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use metrix_io::Chunk;
use tokio::sync::oneshot;

use super::hand::Hand;
use super::parser::Parser;
use super::steps::{Step, Steps};

/// Memory for so many steps is never too much.
const FEW: usize = 4096;

/// The hands that read the chunks of a source, each on a thread of its own; without any, the one that gives a chunk reads it itself.
#[derive(Debug)]
pub(crate) struct Crew {
    /// To those on threads. Its being dropped tells them to end.
    jobs: mpsc::Sender<Job>,
    threads: usize,
    own: Hand,
    /// Memory for the next ones.
    spare: Vec<Vec<Step>>,
}

#[derive(Debug)]
struct Job {
    chunk: Chunk,
    steps: Vec<Step>,
    done: oneshot::Sender<Steps>,
}

impl Crew {
    /// One of so many threads, or as many as the system has for it.
    pub(crate) fn new(parser: &Parser, threads: usize) -> Self {
        let (jobs, queue) = mpsc::channel();
        let queue = Arc::new(Mutex::new(queue));
        let spawned = (1..=threads).map(|number| {
            let (mut hand, queue) = (Hand::new(number, parser.clone()), Arc::clone(&queue));
            thread::Builder::new().name("metrix-hand".to_owned()).spawn(move || work(&mut hand, &queue))
        });
        let threads = spawned.take_while(Result::is_ok).count();
        Self { jobs, threads, own: Hand::new(0, parser.clone()), spare: Vec::new() }
    }

    /// How many chunks it may have at once, so that no hand has to wait for the next.
    pub(crate) fn most(&self) -> usize {
        2 * self.threads + 1
    }

    /// Has a chunk read; of several, the steps may be done in any order.
    pub(crate) fn give(&mut self, chunk: Chunk) -> oneshot::Receiver<Steps> {
        let (done, steps) = oneshot::channel();
        let job = Job { chunk, steps: self.spare.pop().unwrap_or_default(), done };
        if self.threads == 0 {
            job.run(&mut self.own);
        } else {
            // If all hands have panicked, nobody is left to answer, which the receiver tells.
            let _ = self.jobs.send(job);
        }
        steps
    }

    /// Takes back steps that have been gone, and gives their chunk.
    pub(crate) fn take_back(&mut self, Steps { chunk, mut steps, .. }: Steps) -> Chunk {
        // A chunk of the shortest lines has many times the steps of one of long lines.
        if steps.capacity() <= (4 * steps.len()).max(FEW) {
            steps.clear();
            self.spare.push(steps);
        }
        chunk
    }
}

impl Job {
    fn run(self, hand: &mut Hand) {
        // Nobody may wait for it any more.
        let _ = self.done.send(hand.read(self.chunk, self.steps));
    }
}

fn work(hand: &mut Hand, queue: &Mutex<mpsc::Receiver<Job>>) {
    loop {
        // Nothing panics while it is locked.
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        job.run(hand);
    }
}

#[cfg(test)]
mod tests {
    use metrix_io::sources::Jsonl;

    use super::*;

    #[test]
    fn memory_is_kept_as_long_as_it_is_needed() {
        let mut crew = Crew::new(&Parser::Jsonl(Jsonl::new()), 0);
        for (len, capacity, is_kept) in
            [(0, FEW, true), (FEW, 4 * FEW, true), (FEW, 5 * FEW, false), (0, 2 * FEW, false)]
        {
            let mut steps = Vec::with_capacity(capacity);
            steps.resize(len, Step::Skip { line: 0 });
            let new = Vec::new();
            crew.take_back(Steps { chunk: Chunk::default(), lines: 0, steps, hand: 0, forgets: false, new });
            assert_eq!(crew.spare.pop().map(|steps| (steps.len(), steps.capacity())), is_kept.then_some((0, capacity)));
        }
    }
}
