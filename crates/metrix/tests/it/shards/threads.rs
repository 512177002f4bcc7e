//! Threads that come, go and share senders.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};
use std::thread;
use std::time::Duration;

use futures::StreamExt;
use metrix::{MElement, MSender, MStream, size, tags};
use tokio::runtime::Builder;
use tokio::time::advance;

use super::*;

#[tokio::test(start_paused = true)]
async fn threads_end_between_windows_and_within_one() {
    let (sender, mut stream) = of_windows().build().unwrap();
    for round in 0..20 {
        assert_eq!(ready(&mut stream), []);
        for _ in 0..2 {
            on_threads(3, |thread| {
                let bound = sender.with(tags! { "thread" => thread });
                for _ in 0..700 {
                    bound.try_send(1.0).unwrap();
                    sender.try_send_with(2.0, [("thread", "any")]).unwrap();
                }
            });
        }
        advance(SECOND).await;
        let elements = ready(&mut stream);
        assert_eq!(totals(&elements), (2.0 * 3.0 * 1400.0, 2.0 * 3.0 * 2100.0), "window {round}");
        assert_eq!(counts(&elements).len(), 4, "window {round}");
    }
    assert_eq!(sender.stats().accepted, 20 * 8400);
}

#[tokio::test(start_paused = true)]
async fn a_sender_goes_from_thread_to_thread() {
    let (sender, mut stream) = of_windows().build().unwrap();
    let mut bound = sender.with(tags! { "a" => 1 });
    let workers = [Worker::new(), Worker::new()];
    for round in 0..10 {
        assert_eq!(ready(&mut stream), []);
        for worker in workers.iter().cycle().take(5) {
            (0..600).for_each(|_| bound.try_send(1.0).unwrap());
            let (back, come) = std::sync::mpsc::channel();
            worker.run(move || {
                (0..600).for_each(|_| bound.try_send(2.0).unwrap());
                back.send(bound).unwrap();
            });
            bound = come.recv().unwrap();
        }
        advance(SECOND).await;
        let elements = ready(&mut stream);
        assert_eq!(totals(&elements), (6000.0, 9000.0), "window {round}");
        assert_eq!(counts(&elements).len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_sender_is_shared_by_reference() {
    let (sender, mut stream) = of_windows().build().unwrap();
    let bound = sender.with(tags! { "a" => 1 });
    for _ in 0..5 {
        assert_eq!(ready(&mut stream), []);
        bound.send(1.0);
        on_threads(4, |_| (0..2000).for_each(|_| bound.try_send(1.0).unwrap()));
        advance(SECOND).await;
        assert_eq!(totals(&ready(&mut stream)), (8001.0, 8001.0));
    }
}

#[tokio::test(start_paused = true)]
async fn clones_on_one_series_and_on_their_own() {
    let (sender, mut stream) = of_windows().build().unwrap();
    for round in 0..20_u32 {
        assert_eq!(ready(&mut stream), []);
        on_threads(4, |thread| {
            let shared = sender.clone();
            let own = sender.with(tags! { "thread" => thread });
            for value in 0..1000 + round {
                shared.try_send(f64::from(value)).unwrap();
                own.try_send(f64::from(value)).unwrap();
            }
        });
        advance(SECOND).await;
        let elements = ready(&mut stream);
        let n = f64::from(1000 + round);
        assert_eq!(totals(&elements), (8.0 * n, 8.0 * n * (n - 1.0) / 2.0));
        let mut counts = counts(&elements);
        counts.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(counts.len(), 5);
        assert_eq!(counts.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [4.0 * n, n, n, n, n]);
    }
}

/// The stream is taken from by a task, while four threads send until many windows have ended.
fn by_the_real_clock(series: impl Fn(&MSender, u32) -> MSender + Sync) {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    let (sender, stream) = runtime.block_on(async {
        let every = Duration::from_millis(5);
        MStream::builder("m").window(every).aggs(["count", "sum"]).queue(size(1_000_000)).build().unwrap()
    });
    let stop = Arc::new(AtomicBool::new(false));
    let stops = Arc::clone(&stop);
    let taken = runtime.spawn(async move {
        let mut stream = stream;
        let mut elements: Vec<MElement> = Vec::new();
        while let Some(element) = stream.next().await {
            let windows = elements.chunk_by(|a, b| a.start == b.start).count();
            stops.store(windows > 30, Ordering::Relaxed);
            elements.push(element);
        }
        elements
    });
    let sent = std::sync::Mutex::new((0.0, 0.0));
    on_threads(4, |thread| {
        let sender = series(&sender, thread);
        let (mut count, mut sum) = (0.0, 0.0);
        until(|| {
            for value in 0..1000 {
                sender.try_send(f64::from(value)).unwrap();
                sum += f64::from(value);
                count += 1.0;
            }
            stop.load(Ordering::Relaxed)
        });
        let mut sent = sent.lock().unwrap();
        *sent = (sent.0 + count, sent.1 + sum);
    });
    let accepted = sender.stats().accepted;
    drop(sender);
    let elements = runtime.block_on(taken).unwrap();
    assert_eq!(totals(&elements), *sent.lock().unwrap());
    assert_eq!(accepted as f64, sent.lock().unwrap().0);
    // No group comes twice in a window.
    for window in elements.chunk_by(|a, b| a.start == b.start) {
        let mut tags: Vec<_> = counts(window).into_iter().map(|(tags, _)| tags).collect();
        let groups = tags.len();
        tags.sort();
        tags.dedup();
        assert_eq!(groups, tags.len(), "{window:?}");
    }
}

#[test]
fn one_series_by_the_real_clock() {
    by_the_real_clock(|sender, _| sender.clone());
}

#[test]
fn own_series_by_the_real_clock() {
    by_the_real_clock(|sender, thread| sender.with(tags! { "thread" => thread }));
}

#[test]
fn a_thread_that_was_home_to_a_sender_has_ended() {
    let (sender, stream) = of_batches(10_000).build().unwrap();
    let bound = sender.with(tags! { "a" => 1 });
    let bound = thread::spawn(move || {
        (0..700).for_each(|_| bound.send(1.0));
        bound
    });
    let bound = bound.join().unwrap();
    (0..700).for_each(|_| bound.send(1.0));
    sender.close();
    assert_eq!(counts(&rest(stream)), [(tags! { "a" => 1 }, 1400.0)]);
}

#[test]
fn one_thread_sends_to_hundreds_of_streams() {
    let new = |n: usize| of_batches(100 + n).build().unwrap();
    let mut streams: Vec<_> = (0..200).map(new).collect();
    for round in 0..3 {
        for value in 0..250_u32 {
            for (sender, _) in &streams {
                sender.try_send_with(f64::from(value), [("odd", (value % 2).to_string())]).unwrap();
            }
        }
        for (place, slot) in streams.iter_mut().enumerate().filter(|(place, _)| place % 3 == round) {
            let (sender, stream) = std::mem::replace(slot, new(place));
            sender.close();
            let sends = 250.0 * (round as f64 + 1.0);
            assert_eq!(totals(&rest(stream)), (sends, sends * 249.0 / 2.0));
        }
    }
}

/// As many as make it worth while to look for those that have ended before the window or batch is over.
const MANY: u32 = 100;

#[tokio::test(start_paused = true)]
async fn a_thread_a_request_in_one_window() {
    let (sender, mut stream) = of_windows().build().unwrap();
    assert_eq!(ready(&mut stream), []);
    let mut kept = Vec::new();
    for thread in 0..MANY {
        let bound = sender.with(tags! { "a" => thread % 3 });
        on_threads(1, |_| (0..10).for_each(|_| bound.try_send(1.0).unwrap()));
        kept.push(bound);
        assert_eq!(ready(&mut stream), []);
    }
    advance(SECOND).await;
    let elements = ready(&mut stream);
    assert_eq!(totals(&elements), (f64::from(10 * MANY), f64::from(10 * MANY)));
    assert_eq!(counts(&elements).iter().map(|(tags, _)| tags.get("a").unwrap()).collect::<Vec<_>>(), ["0", "1", "2"]);
    // Their senders are still good, for the thread that has them now.
    kept.iter().for_each(|bound| bound.try_send(1.0).unwrap());
    advance(SECOND).await;
    assert_eq!(totals(&ready(&mut stream)).0, f64::from(MANY));
}

#[test]
fn a_thread_a_request_in_one_batch() {
    let n = 7 * MANY as usize + 3;
    let (sender, mut stream) = of_batches(n).build().unwrap();
    for _ in 0..MANY {
        on_threads(1, |_| (0..20).for_each(|_| sender.try_send_with(1.0, [("a", "b")]).unwrap()));
    }
    let full = ready(&mut stream);
    let counts: Vec<f64> = counts(&full).into_iter().map(|(_, count)| count).collect();
    assert_eq!(counts, [n as f64, n as f64]);
    sender.close();
    assert_eq!(totals(&rest(stream)).0, (20 * MANY as usize - 2 * n) as f64);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_series_and_few_afterwards() {
    let (sender, mut stream) = of_windows().build().unwrap();
    for series in [1000, 3, 3, 500, 3] {
        assert_eq!(ready(&mut stream), []);
        for _ in 0..3 {
            (0..series).for_each(|i| sender.try_send_with(1.0, [("i", i.to_string())]).unwrap());
            assert_eq!(ready(&mut stream), []);
        }
        advance(SECOND).await;
        let elements = ready(&mut stream);
        let names: Vec<String> = counts(&elements).iter().map(|(tags, _)| tags.get("i").unwrap().to_owned()).collect();
        assert_eq!(names, (0..series).map(|i| i.to_string()).collect::<Vec<_>>());
        assert_eq!(totals(&elements).0, 3.0 * f64::from(series));
    }
}

#[test]
fn batches_that_come_to_nothing_take_no_room() {
    let batches = MStream::builder("m").batch(size(1)).agg("stdev").queue(size(10));
    let (sender, stream) = batches.build().unwrap();
    (0..100).for_each(|i| sender.try_send(f64::from(i)).unwrap());
    assert_eq!((sender.waiting(), sender.stats().full), (0, 0));
    sender.close();
    assert_eq!(rest(stream), []);
}

#[tokio::test(start_paused = true)]
async fn what_is_accepted_only_grows_while_others_look() {
    for builder in [of_windows(), of_batches(701)] {
        let (sender, mut stream) = builder.build().unwrap();
        let sent = AtomicU64::new(0);
        assert_eq!(ready(&mut stream), []);
        thread::scope(|scope| {
            scope.spawn(|| {
                let bound = sender.with(tags! { "a" => 1 });
                for n in 1..=300_000 {
                    sent.store(n, Ordering::SeqCst);
                    bound.send(1.0);
                }
            });
            let mut last = 0;
            until(|| {
                let before = sent.load(Ordering::SeqCst);
                let accepted = sender.stats().accepted;
                fence(Ordering::Acquire);
                let after = sent.load(Ordering::SeqCst);
                assert!(last <= accepted && accepted <= after, "{last}, {accepted}, {after}");
                // All but the one that is on its way.
                assert!(before <= accepted + 1, "{before}, {accepted}");
                last = accepted;
                accepted == 300_000
            });
        });
        drop(sender);
        assert_eq!(total(&ready(&mut stream), "m.count"), 300_000.0);
    }
}
