//! Threads that send while their thread-locals are dropped.
//!
//! In a process of its own: where a test of the process has ever paused tokio's clock, tokio panics when a thread that has come so
//! far asks for the time. The clock of a program, which can't be paused, answers.

use std::cell::RefCell;
use std::thread;
use std::time::{Duration, Instant};

use futures::{FutureExt, StreamExt};
use metrix::{MElement, MSender, MStream, size, tags};

/// Sends when its thread ends.
struct AtTheEnd(MSender);

const EACH: u64 = 600;

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        for _ in 0..EACH {
            self.0.try_send(1.0).unwrap();
            self.0.try_send_with(1.0, [("b", "2")]).unwrap();
            self.0.by(["b"]).try_send(1.0, ["2"]).unwrap();
        }
    }
}

thread_local! {
    static BEFORE: RefCell<Option<AtTheEnd>> = const { RefCell::new(None) };
    static AFTER: RefCell<Option<AtTheEnd>> = const { RefCell::new(None) };
}

fn check(sends: u64) {
    let (sender, stream) =
        MStream::builder("m").batch(size(1001)).aggs(["count", "sum"]).queue(size(1_000_000)).build().unwrap();
    for _ in 0..3 {
        let sender = sender.clone();
        thread::spawn(move || {
            // Which is dropped first nobody says; so one is made before the thread has anything of the stream, and one after.
            BEFORE.set(Some(AtTheEnd(sender.with(tags! { "a" => 1 }))));
            (0..sends).for_each(|_| sender.try_send(1.0).unwrap());
            AFTER.set(Some(AtTheEnd(sender.with(tags! { "a" => 2 }))));
        });
    }
    let all = 3 * (sends + 2 * 3 * EACH);
    let start = Instant::now();
    while sender.stats().accepted < all {
        assert!(start.elapsed() < Duration::from_secs(60), "{:?}", sender.stats());
        thread::yield_now();
    }
    sender.close();
    let elements: Vec<MElement> = stream.collect().now_or_never().expect("it is closed");
    let total = |name: &str| elements.iter().filter(|one| &*one.name == name).map(|one| one.value).sum::<f64>();
    assert_eq!((total("m.count"), total("m.sum"), sender.stats().accepted), (all as f64, all as f64, all));
}

#[test]
fn all_that_they_send_counts_once() {
    [0, 1, 600].into_iter().for_each(check);
}
