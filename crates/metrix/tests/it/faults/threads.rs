//! Faults of threads.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use futures::{FutureExt, StreamExt};
use metrix::{MElement, MStream, MStreamBuilder, size, tags};

/// Four threads, one of them with a sender bound to its tags, and a fifth that takes the elements meanwhile.
fn send_from_all(builder: MStreamBuilder) {
    const THREADS: u32 = 4;
    const EACH: u32 = 20_000;
    let (sender, stream) = builder.aggs(["sum", "count"]).queue(size(1_000_000)).build().unwrap();
    let barrier = Barrier::new(THREADS as usize);
    let elements: Vec<MElement> = thread::scope(|scope| {
        for thread in 0..THREADS {
            let (sender, barrier) = (sender.clone(), &barrier);
            scope.spawn(move || {
                let bound = sender.with(tags! { "thread" => thread % 3 });
                barrier.wait();
                for value in 0..EACH {
                    let value = f64::from(value * THREADS + thread);
                    let sent = match value as u32 % 3 {
                        0 => sender.try_send(value),
                        1 => sender.try_send_with(value, [("thread", "any")]),
                        _ => bound.try_send(value),
                    };
                    sent.unwrap();
                }
            });
        }
        drop(sender);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(stream.collect())
    });
    let total = |name: &str| elements.iter().filter(|one| &*one.name == name).map(|one| one.value).sum::<f64>();
    let sends = f64::from(THREADS * EACH);
    assert_eq!((total("m.count"), total("m.sum")), (sends, sends * (sends - 1.0) / 2.0));
}

#[test]
fn threads_send_together_without_errors_and_nothing_is_lost() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _in_runtime = runtime.enter();
    send_from_all(MStream::builder("m").batch(size(7)));
    send_from_all(MStream::builder("m").window(Duration::from_millis(3)));
}

/// A handle goes wherever it is needed, also shared.
#[test]
fn senders_and_streams_go_to_any_thread() {
    fn anywhere<T: Clone + Send + Sync + 'static>(_: &T) {}
    fn moves<T: Send + Unpin + 'static>(_: &T) {}
    let (sender, stream) = MStream::builder("m").batch(size(2)).agg("sum").build().unwrap();
    anywhere(&sender);
    moves(&stream);
    moves(&sender.timer());
    thread::scope(|scope| {
        scope.spawn(|| sender.send(1.0));
    });
    let taken = thread::spawn(move || {
        let mut stream = stream;
        stream.next().now_or_never().flatten()
    });
    assert!(taken.join().unwrap().is_some(), "the timer's value completes the batch");
}
