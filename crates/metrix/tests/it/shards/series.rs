//! Series that come and go.

use metrix::{MSender, tags};
use proptest::prelude::*;
use tokio::runtime::Builder;
use tokio::time::advance;

use super::*;

/// Which thread sends which series, how often and in which way.
type Send = (usize, u32, u32, bool);

fn send(sender: &MSender, bound: &[MSender], (_, series, times, is_bound): Send) {
    for _ in 0..times {
        if is_bound {
            bound[series as usize].try_send(1.0).unwrap();
        } else {
            sender.try_send_with(1.0, [("series", series.to_string())]).unwrap();
        }
    }
}

/// The groups that this makes, in the order in which they first come: at most so many, and one for the rest.
fn groups(sends: &[Send], most: usize) -> Vec<(Tags, f64)> {
    let mut groups: Vec<(Tags, f64)> = Vec::new();
    let rest = tags! { "metrix.overflow" => true };
    for &(_, series, times, _) in sends.iter().filter(|send| send.2 > 0) {
        let mut tags = tags! { "series" => series };
        let is_there = groups.iter().any(|(there, _)| *there == tags);
        if !is_there && groups.iter().filter(|(there, _)| *there != rest).count() == most {
            tags = rest.clone();
        }
        match groups.iter_mut().find(|(there, _)| *there == tags) {
            Some((_, count)) => *count += f64::from(times),
            None => groups.push((tags, f64::from(times))),
        }
    }
    groups
}

async fn play(windows: Vec<(Vec<Send>, bool)>, most: usize) {
    let (sender, mut stream) = of_windows().max_series(size(most)).build().unwrap();
    let workers = [Worker::new(), Worker::new()];
    let bind = || (0..8).map(|series| sender.with(tags! { "series" => series })).collect::<Vec<_>>();
    let bounds = [bind(), bind(), bind()].map(std::sync::Arc::new);
    for (sends, is_polled) in windows {
        for &one in &sends {
            if is_polled {
                assert_eq!(ready(&mut stream), []);
            }
            let (sender, bound) = (sender.clone(), std::sync::Arc::clone(&bounds[one.0]));
            match workers.get(one.0) {
                Some(worker) => worker.run(move || send(&sender, &bound, one)),
                None => send(&sender, &bound, one),
            }
        }
        advance(SECOND).await;
        assert_eq!(counts(&ready(&mut stream)), groups(&sends, most));
    }
    drop((sender, bounds));
    assert_eq!(rest(stream), []);
}

#[tokio::test(start_paused = true)]
async fn a_bound_sender_finds_its_series_though_another_has_its_number() {
    let (sender, mut stream) = of_windows().build().unwrap();
    let series = ["a", "b", "c", "d", "e"].map(|series| tags! { "series" => series });
    let bound = series.clone().map(|tags| sender.with(tags));
    // The thread forgets the first two when windows come without them, and gives their numbers to the last two.
    for sends in [vec![0, 1], vec![2], vec![2], vec![3, 4], vec![3, 4, 0, 1], vec![1, 0, 4, 3, 2]] {
        for &one in &sends {
            (0..3).for_each(|_| bound[one].send(1.0));
            assert_eq!(ready(&mut stream), []);
            (0..3).for_each(|_| bound[one].send(1.0));
        }
        advance(SECOND).await;
        let expected: Vec<_> = sends.iter().map(|&one| (series[one].clone(), 6.0)).collect();
        assert_eq!(counts(&ready(&mut stream)), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn each_window_has_its_groups_in_the_order_of_their_first_values(
        windows in prop::collection::vec(
            (prop::collection::vec((0..3_usize, 0..8_u32, 0..4_u32, any::<bool>()), 0..12), any::<bool>()),
            0..12,
        ),
        most in 1..10_usize,
    ) {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(play(windows, most));
    }
}

#[tokio::test(start_paused = true)]
async fn new_series_in_every_window_take_the_places_of_those_that_went() {
    let (sender, mut stream) = of_windows().build().unwrap();
    for window in 0..200_u32 {
        assert_eq!(ready(&mut stream), []);
        let series: Vec<Tags> = (0..50)
            .map(|n| {
                if n % 10 == 0 {
                    tags! { "stays" => n }
                } else {
                    tags! { "n" => window * 50 + n }
                }
            })
            .collect();
        for _ in 0..3 {
            series.iter().for_each(|tags| sender.try_send_with(1.0, tags).unwrap());
        }
        advance(SECOND).await;
        let expected: Vec<(Tags, f64)> = series.into_iter().map(|tags| (tags, 3.0)).collect();
        assert_eq!(counts(&ready(&mut stream)), expected);
    }
}
