//! Streams that end while threads send.

use std::sync::atomic::{AtomicU64, Ordering};

use metrix::{MSender, SendError, tags};

use super::*;

/// Three threads send until they are refused, and `end` ends the stream once some have come. Gives how many were taken.
fn send_until_the_end<R: Send>(sender: MSender, end: impl FnOnce(&MSender) -> R + Send) -> (u64, R) {
    let taken = AtomicU64::new(0);
    let ended = thread::scope(|scope| {
        for thread in 0..3 {
            let (taken, sender) = (&taken, &sender);
            scope.spawn(move || {
                let bound = sender.with(tags! { "thread" => thread });
                let mut mine = 0;
                loop {
                    let sent =
                        if mine % 2 == 0 { bound.try_send(1.0) } else { sender.try_send_with(1.0, [("a", "b")]) };
                    match sent {
                        Ok(()) => mine += 1,
                        Err(SendError::Closed { .. }) => break,
                        Err(error) => panic!("{error}"),
                    }
                }
                taken.fetch_add(mine, Ordering::Relaxed);
            });
        }
        until(|| sender.stats().accepted > 3000);
        end(&sender)
    });
    let taken = taken.into_inner();
    assert_eq!(sender.stats().accepted, taken);
    (taken, ended)
}

#[test]
fn what_was_taken_before_a_close_comes_out() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _clock = runtime.enter();
    for round in 0..30 {
        let every = Duration::from_millis(1 + round % 4);
        for builder in [of_batches(1_000_000_000), of_batches(701), MStream::builder("m").window(every).agg("count")] {
            let (sender, mut stream) = builder.queue(size(100_000_000)).build().unwrap();
            let mut elements = ready(&mut stream);
            let (taken, more) = send_until_the_end(sender, |sender| {
                let more = ready(&mut stream);
                sender.close();
                more
            });
            elements.extend(more);
            elements.extend(ready(&mut stream));
            assert_eq!(stream.next().now_or_never(), Some(None));
            assert_eq!(total(&elements, "m.count"), taken as f64);
        }
    }
}

#[test]
fn a_stream_that_is_dropped_takes_nothing_more_and_knows_what_it_took() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _clock = runtime.enter();
    for _ in 0..30 {
        for builder in [of_batches(1_000_000_000), of_batches(701), of_windows()] {
            let (sender, mut stream) = builder.queue(size(100_000_000)).build().unwrap();
            assert_eq!(ready(&mut stream), []);
            let (taken, ()) = send_until_the_end(sender.clone(), |_| drop(stream));
            assert!(taken > 3000);
            assert!(matches!(sender.try_send(1.0), Err(SendError::Closed { .. })));
        }
    }
}

#[tokio::test]
async fn when_the_last_sender_is_gone_what_was_sent_comes_out() {
    for builder in [of_batches(1_000_000), of_batches(701), of_windows()] {
        let (sender, mut stream) = builder.build().unwrap();
        assert_eq!(ready(&mut stream), []);
        let senders = std::sync::Mutex::new(vec![sender.clone(), sender.with(tags! { "a" => 1 }), sender]);
        on_threads(3, |_| {
            let sender = senders.lock().unwrap().pop().expect("there is one for each");
            (0..5000).for_each(|_| sender.try_send(2.0).unwrap());
        });
        let elements: Vec<MElement> = stream.by_ref().collect().await;
        assert_eq!(totals(&elements), (15_000.0, 30_000.0));
        assert_eq!((stream.stats().accepted, stream.stats().waiting), (15_000, 0));
    }
}

#[test]
fn a_stream_that_is_closed_is_drained_though_its_runtime_is_gone() {
    let (sender, mut stream) = of_windows().build().unwrap();
    let bound = sender.with(tags! { "a" => 1 });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        bound.send(1.0);
        assert_eq!(ready(&mut stream), []);
        tokio::time::advance(SECOND).await;
        // Begins another window, which the stream sees when the runtime's timers are no more.
        bound.send(2.0);
    });
    drop(runtime);
    sender.close();
    assert_eq!(counts(&rest(stream)), [(tags! { "a" => 1 }, 1.0), (tags! { "a" => 1 }, 1.0)]);
}
