//! Too many series from several threads at once.

use metrix::tags;
use tokio::time::advance;

use super::*;

const MOST: usize = 10;

#[tokio::test(start_paused = true)]
async fn there_are_never_more_series_than_may_be_and_one() {
    let (sender, mut stream) = of_windows().max_series(size(MOST)).build().unwrap();
    let mut sent = 0.0;
    for round in 0..30 {
        assert_eq!(ready(&mut stream), []);
        on_threads(2, |thread| {
            for value in 0..2000 {
                // The two have half of their series in common, and each window has others.
                let series = value % 20 + 10 * thread + round;
                sender.try_send_with(1.0, tags! { "series" => series }).unwrap();
            }
        });
        sent += 4000.0;
        advance(SECOND).await;
        let elements = ready(&mut stream);
        assert_eq!(totals(&elements), (4000.0, 4000.0));
        let groups = counts(&elements);
        let beyond = groups.iter().filter(|(tags, _)| tags.get("metrix.overflow") == Some("true")).count();
        assert_eq!((groups.len(), beyond), (MOST + 1, 1), "{groups:?}");
    }
    let stats = sender.stats();
    assert_eq!((stats.accepted as f64, stats.refused()), (sent, 0));
    // Each of the ten has a hundred values of each thread that has it.
    assert!((2000..=3000).contains(&(stats.overflowed / 30)), "{stats:?}");
}

#[test]
fn nor_are_there_in_a_batch() {
    let (sender, stream) = of_batches(5003).max_series(size(MOST)).build().unwrap();
    on_threads(2, |thread| {
        let bound = sender.with(tags! { "thread" => thread });
        for value in 0..20_000_u32 {
            if value % 3 == 0 {
                bound.try_send(1.0).unwrap();
            } else {
                sender.try_send_with(1.0, tags! { "series" => value % 40 }).unwrap();
            }
        }
    });
    sender.close();
    let (mut count, mut groups) = (0.0, 0);
    for (_, value) in counts(&rest(stream)) {
        groups += 1;
        count += value;
        assert!(groups <= MOST + 1 && count <= 5003.0);
        if count == 5003.0 {
            (count, groups) = (0.0, 0);
        }
    }
    assert_eq!(count, 40_000.0 % 5003.0);
}
