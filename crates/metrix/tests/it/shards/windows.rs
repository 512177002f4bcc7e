//! Windows of time that end while threads fold.

use std::num::NonZeroU32;

use metrix::{Aggregate, Aggs, MElement, Timestamp, tags};
use metrix_core::Fold;
use tokio::time::advance;

use super::*;

const MS: Duration = Duration::from_millis(1);

/// The counts of the windows, by when they start after the first.
fn by_start(elements: &[MElement], first: Timestamp) -> Vec<(Duration, f64)> {
    let windows = elements.chunk_by(|a, b| a.start == b.start);
    let start = |window: &[MElement]| window[0].start.expect("it is a window") - first;
    windows.map(|window| (start(window), total(window, "m.count"))).collect()
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_nobody_polls_has_exact_windows() {
    let (sender, stream) = of_windows().build().unwrap();
    let first = Timestamp::now();
    let worker = Worker::new();
    for step in 0..20_u32 {
        // 300 ms a step: windows of four, three and three.
        (0..600).for_each(|_| sender.send(f64::from(step)));
        let sender = sender.clone();
        worker.run(move || (0..600).for_each(|_| sender.send_with(1.0, tags! { "a" => 1 })));
        advance(300 * MS).await;
    }
    sender.close();
    let expected: Vec<(Duration, f64)> =
        [4, 3, 3, 4, 3, 3].iter().zip(0..).map(|(steps, n)| (SECOND * n, f64::from(steps * 1200))).collect();
    assert_eq!(by_start(&rest(stream), first), expected);
}

#[tokio::test(start_paused = true)]
async fn what_comes_after_a_windows_end_is_in_the_next_though_nobody_polled() {
    for into_it in [Duration::ZERO, MS, 999 * MS] {
        let (sender, mut stream) = of_windows().build().unwrap();
        let first = Timestamp::now();
        let (bound, worker) = (sender.with(tags! { "a" => 1 }), Worker::new());
        let theirs = bound.clone();
        let send_there = || {
            let theirs = theirs.clone();
            worker.run(move || (0..10).for_each(|_| theirs.send(1.0)));
        };
        for window in 0..5 {
            advance(into_it).await;
            // From its first poll on the stream sleeps until the end of its window.
            for _ in 0..2 {
                bound.send(1.0);
                send_there();
                assert_eq!(ready(&mut stream), []);
            }
            advance(SECOND - into_it).await;
            bound.send(1.0);
            send_there();
            let of_before = if window == 0 { 0.0 } else { 11.0 };
            assert_eq!(by_start(&ready(&mut stream), first), [(SECOND * window, 22.0 + of_before)]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_window_ends_on_time_though_elements_of_the_one_before_still_wait() {
    let (sender, mut stream) = of_windows().build().unwrap();
    let first = Timestamp::now();
    let (bound, worker) = (sender.with(tags! { "a" => 1 }), Worker::new());
    let send = |values: u32| {
        (0..values).for_each(|_| bound.send(1.0));
        let theirs = bound.clone();
        worker.run(move || (0..values).for_each(|_| theirs.send(1.0)));
    };
    send(1);
    let mut elements = ready(&mut stream);
    for window in 0..5 {
        advance(SECOND).await;
        // Two elements a window, of which one is taken as it ends and one in the middle of the next: they wait for more and more.
        elements.push(stream.next().await.unwrap());
        send(1);
        advance(SECOND / 2).await;
        elements.push(stream.next().await.unwrap());
        // Now threads may go on by themselves, until the clock says that the window is over.
        send(20 + window);
        advance(SECOND / 2).await;
        send(1);
    }
    sender.close();
    elements.extend(rest(stream));
    let mut expected: Vec<(Duration, f64)> = vec![(Duration::ZERO, 2.0)];
    for window in 0..5 {
        // A turn takes two seconds: one window with the many, and one with what is sent as it begins.
        expected.push((SECOND * (2 * window + 1), f64::from(2 + 2 * (20 + window))));
        expected.push((SECOND * (2 * window + 2), 2.0));
    }
    assert_eq!(by_start(&elements, first), expected);
}

#[tokio::test(start_paused = true)]
async fn what_is_taken_is_accepted_and_nothing_else() {
    let (sender, mut stream) = of_windows().build().unwrap();
    let mut sent = 0;
    for _ in 0..3 {
        assert_eq!(ready(&mut stream), []);
        for _ in 0..700 {
            sender.send(1.0);
            sender.send_with(1.0, [("a", "b")]);
            sent += 2;
            assert_eq!(sender.stats().accepted, sent);
        }
        on_threads(2, |_| (0..700).for_each(|_| sender.send(1.0)));
        sent += 1400;
        assert_eq!(sender.stats().accepted, sent);
        advance(SECOND).await;
        assert_eq!(totals(&ready(&mut stream)).0, 2800.0);
        assert_eq!(sender.stats().accepted, sent);
    }
    drop(stream);
    sender.send(1.0);
    assert_eq!((sender.stats().accepted, sender.stats().closed), (sent, 1));
}

#[tokio::test(start_paused = true)]
async fn weights_count_wherever_a_value_is_folded() {
    let (sender, mut stream) = of_windows().build().unwrap();
    let ten = sender.weighted(NonZeroU32::new(10).unwrap());
    for _ in 0..3 {
        assert_eq!(ready(&mut stream), []);
        on_threads(3, |thread| {
            let (ten, one) = (ten.clone(), sender.clone());
            let bound = ten.with(tags! { "thread" => thread });
            for _ in 0..600 {
                ten.send(2.0);
                one.send(1.0);
                bound.send(3.0);
                ten.send_with(4.0, tags! { "thread" => thread });
                ten.by(["thread"]).send(5.0, ["any"]);
            }
        });
        advance(SECOND).await;
        let n = 1800.0;
        assert_eq!(totals(&ready(&mut stream)), (41.0 * n, 141.0 * n));
    }
    assert_eq!(sender.stats().accepted, 3 * 5 * 1800);
}

/// Sends values to one series by a bound sender, and gives the elements and how many were accepted.
async fn sent_bound(aggs: &[&str], values: &[f64]) -> (Vec<(String, f64)>, u64) {
    let stream = MStream::builder("m").window(SECOND).aggs(aggs.iter().copied());
    let (sender, mut stream) = stream.build().unwrap();
    let bound = sender.with(tags! { "x" => 1 });
    assert_eq!(ready(&mut stream), []);
    for &value in values {
        assert_eq!(bound.try_send(value).is_ok(), value.is_finite(), "{value}");
        // From then on the thread goes on by itself.
        assert_eq!(ready(&mut stream), []);
    }
    advance(SECOND).await;
    let elements = ready(&mut stream).into_iter().map(|element| (element.name.to_string(), element.value)).collect();
    (elements, sender.stats().accepted)
}

#[tokio::test(start_paused = true)]
async fn a_sum_beyond_the_largest_float_keeps_no_value_out() {
    let values = [&[f64::MAX, f64::MAX][..], &[1.0; 1000], &[f64::INFINITY, f64::NAN, 2.0]].concat();
    let expected =
        [("m.count", 1003.0), ("m.min", 1.0), ("m.max", f64::MAX)].map(|(name, value)| (name.to_owned(), value));
    assert_eq!(sent_bound(&["count", "sum", "min", "max"], &values).await, (expected.to_vec(), 1003));
}

#[tokio::test(start_paused = true)]
async fn bound_values_come_to_what_their_aggregates_make_of_them() {
    let mut random = fastrand::Rng::with_seed(3);
    let values: Vec<f64> = (0..3000).map(|_| (random.f64() - 0.3) * 10_f64.powi(random.i32(-3..4))).collect();
    let with_others = [&[f64::NAN, 0.0, f64::NEG_INFINITY, 5e-324][..], &values, &[f64::INFINITY, -5e-324]].concat();
    let finite: Vec<f64> = with_others.iter().copied().filter(|value| value.is_finite()).collect();
    // Nothing but numbers, percentiles too, and what is kept otherwise.
    for names in [
        &["count", "sum", "min", "max", "mean"][..],
        &["count", "p0", "p1", "p50", "p99", "p100", "sum"],
        &["first", "last", "p50", "max"],
        &["stdev", "mean"],
        &["median", "count"],
    ] {
        let aggs = Aggs::new(names.iter().copied(), None).unwrap();
        let of = |found: Vec<Aggregate>| -> Vec<(String, f64)> {
            found.into_iter().map(|found| (format!("m.{}", aggs.name(found.agg)), found.value)).collect()
        };
        let expected = of(Fold::fold(&aggs, finite.iter().copied()));
        assert_eq!(sent_bound(names, &with_others).await, (expected, finite.len() as u64), "{names:?}");
    }
}
