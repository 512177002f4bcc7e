//! Batches of many threads, exactly.

use metrix::{MSender, tags};

use super::*;

/// Three threads, whose values are to come in batches of `n`, the last of them with what is left.
#[track_caller]
fn check(n: usize, each: u32, send: impl Fn(&MSender, u32, f64) + Sync) {
    let (sender, stream) = of_batches(n).build().unwrap();
    on_threads(3, |thread| {
        let sender = sender.clone();
        (0..each).for_each(|value| send(&sender, thread, f64::from(value)));
    });
    assert_eq!(sender.stats().accepted, 3 * u64::from(each));
    sender.close();
    let elements = rest(stream);
    let all = f64::from(3 * each);
    assert_eq!(totals(&elements), (all, all * f64::from(each - 1) / 2.0), "batches of {n}");
    let (mut batches, mut count, mut groups) = (0.0, 0.0, Vec::new());
    for (tags, value) in counts(&elements) {
        assert!(!groups.contains(&tags), "{tags} comes twice in a batch of {n}");
        groups.push(tags);
        count += value;
        assert!(count <= n as f64, "a batch of {n} has {count}");
        if count == n as f64 {
            (batches, count) = (batches + 1.0, 0.0);
            groups.clear();
        }
    }
    assert_eq!((batches, count), ((all / n as f64).floor(), all % n as f64), "batches of {n}");
}

#[test]
fn each_batch_has_exactly_as_many_as_it_is_to_have() {
    for n in [1, 2, 3, 7, 97, 511, 513, 1009, 10_007] {
        let each = 4001;
        check(n, each, |sender, _, value| sender.try_send(value).unwrap());
        check(n, each, |sender, thread, value| {
            sender.try_send_with(value, [("thread", ["a", "b", "c"][thread as usize])]).unwrap();
        });
        check(n, each, |sender, thread, value| {
            let of = (value as u32 + thread) % 5;
            sender.try_send_with(value, tags! { "of" => of }).unwrap();
        });
    }
}

#[test]
fn threads_bound_to_their_series_share_batches() {
    for n in [1, 5, 1000, 4001] {
        let (sender, stream) = of_batches(n).build().unwrap();
        on_threads(3, |thread| {
            let bound = sender.with(tags! { "thread" => thread });
            // One that sends seldom is no reason for the others' batches not to end.
            let each = if thread == 0 { 10 } else { 20_000 };
            (0..each).for_each(|_| bound.try_send(1.0).unwrap());
        });
        let before = sender.stats();
        assert_eq!(before.accepted, 40_010);
        let whole = 40_010 / n as u64 * n as u64;
        let mut stream = stream;
        assert_eq!(total(&ready(&mut stream), "m.count"), whole as f64, "batches of {n} end when they are full");
        sender.close();
        assert_eq!(total(&rest(stream), "m.count"), (40_010 - whole) as f64);
    }
}

#[test]
fn values_that_a_thread_may_take_and_does_not_are_not_accepted() {
    let (sender, _stream) = of_batches(1000).build().unwrap();
    for sent in 1..=3500 {
        sender.send(1.0);
        assert_eq!(sender.stats().accepted, sent);
    }
    on_threads(3, |_| (0..777).for_each(|_| sender.send(1.0)));
    assert_eq!(sender.stats().accepted, 3500 + 3 * 777);
}
