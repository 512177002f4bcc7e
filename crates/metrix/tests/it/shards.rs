//! Threads that fold by themselves: whatever they do and whenever they end, each value counts once, in its window or batch.

mod batches;
mod close;
mod hostile;
mod limits;
mod series;
mod threads;
mod windows;

use std::sync::{Barrier, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use futures::{FutureExt, StreamExt};
use metrix::{MElement, MStream, MStreamBuilder, Tags, size};
use tokio::runtime::Handle;

const SECOND: Duration = Duration::from_secs(1);

fn of_windows() -> MStreamBuilder {
    MStream::builder("m").window(SECOND).aggs(["count", "sum"]).queue(size(1_000_000))
}

fn of_batches(n: usize) -> MStreamBuilder {
    MStream::builder("m").batch(size(n)).aggs(["count", "sum"]).queue(size(1_000_000))
}

/// What the elements of this name come to.
fn total<'a>(elements: impl IntoIterator<Item = &'a MElement>, name: &str) -> f64 {
    elements.into_iter().filter(|element| &*element.name == name).map(|element| element.value).sum()
}

/// The count and the sum of all.
fn totals(elements: &[MElement]) -> (f64, f64) {
    (total(elements, "m.count"), total(elements, "m.sum"))
}

/// What the stream has to give at once. A stream of windows that has nothing lets threads fold by themselves from then on.
fn ready(stream: &mut MStream) -> Vec<MElement> {
    std::iter::from_fn(|| stream.next().now_or_never().flatten()).collect()
}

/// All that is to come from a stream that is closed.
fn rest(stream: MStream) -> Vec<MElement> {
    stream.collect().now_or_never().expect("it is closed")
}

/// The groups and their counts, in the order in which they come.
fn counts(elements: &[MElement]) -> Vec<(Tags, f64)> {
    let counts = elements.iter().filter(|element| &*element.name == "m.count");
    counts.map(|element| (element.tags.clone(), element.value)).collect()
}

/// Runs `f` on so many new threads at once, with the clock of this runtime, until they have ended.
fn on_threads(threads: u32, f: impl Fn(u32) + Sync) {
    let (barrier, runtime) = (Barrier::new(threads as usize), Handle::try_current().ok());
    thread::scope(|scope| {
        for thread in 0..threads {
            let (barrier, f, runtime) = (&barrier, &f, &runtime);
            scope.spawn(move || {
                let _clock = runtime.as_ref().map(Handle::enter);
                barrier.wait();
                f(thread);
            });
        }
    });
}

/// Waits for others.
#[track_caller]
fn until(mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "it takes for ever");
        thread::yield_now();
    }
}

type Job = Box<dyn FnOnce() + Send>;

/// A thread that does one thing after the other, for as long as the test runs.
struct Worker {
    jobs: Option<mpsc::Sender<(Job, mpsc::Sender<()>)>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Worker {
    /// With the clock of this runtime.
    fn new() -> Self {
        let (jobs, to_do) = mpsc::channel::<(Job, mpsc::Sender<()>)>();
        let runtime = Handle::try_current().ok();
        let thread = thread::spawn(move || {
            let _clock = runtime.as_ref().map(Handle::enter);
            for (job, done) in to_do {
                job();
                done.send(()).unwrap();
            }
        });
        Self { jobs: Some(jobs), thread: Some(thread) }
    }

    /// Does it there, and waits until it is done.
    fn run(&self, job: impl FnOnce() + Send + 'static) {
        let (done, wait) = mpsc::channel();
        self.jobs.as_ref().expect("it is not dropped").send((Box::new(job), done)).unwrap();
        wait.recv().expect("the job does not panic");
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.jobs = None;
        let ended = self.thread.take().expect("it is dropped once").join();
        if !thread::panicking() {
            ended.unwrap();
        }
    }
}
