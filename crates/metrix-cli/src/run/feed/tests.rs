//! What a feed sends, and what it knows of series.

use futures_util::StreamExt;
use metrix::{MStream, size};
use metrix_io::Chunk;

use super::*;
use crate::run::router::Entrance;
use crate::run::steps::Step;

/// A thousand readings, of which every tenth is of the second series; each stands for so many.
fn steps(new: &[&'static str], copies: NonZeroU32) -> Steps {
    let step =
        |line| Step::Send { line, series: usize::from(line % 10 == 0), value: 1.0, copies, at: Some(Timestamp::EPOCH) };
    let new = new.iter().map(|name| Reading::new(*name, 1.0)).collect();
    Steps { chunk: Chunk::default(), lines: 1000, steps: (0..1000).map(step).collect(), hand: 1, forgets: false, new }
}

fn go(feed: &mut Feed, steps: &Steps) {
    feed.learn(steps);
    for step in &steps.steps {
        let Step::Send { series, value, copies, at, .. } = *step else { continue };
        feed.send_known((steps.hand, series), (value, at), copies);
        assert!(!feed.holds());
    }
}

#[test]
fn known_series_take_no_allocation() {
    let (sender, stream) = MStream::builder("a").batch(size(10_000)).agg("count").build().unwrap();
    let router = Arc::new(Router::new(vec![Entrance::of("a", sender)]));
    let mut feed = Feed::new(Arc::clone(&router), Order::Strict);
    go(&mut feed, &steps(&["a", "b"], NonZeroU32::MIN));
    // As of lines such as `a:1|ms|@0.5`.
    let two = NonZeroU32::MIN.saturating_add(1);
    go(&mut feed, &steps(&[], two));
    for copies in [NonZeroU32::MIN, two] {
        let again = steps(&[], copies);
        let allocations = allocation_counter::measure(|| go(&mut feed, &again));
        assert_eq!(allocations.count_total, 0, "{copies}");
    }
    assert_eq!((feed.readings(), stream.stats().accepted), (4000, 3600));
    assert_eq!(router.all_unmatched(), Some((400, "b")));
    drop((feed, router));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let counts: f64 = runtime.block_on(stream.map(|element| element.value).collect::<Vec<_>>()).iter().sum();
    assert_eq!(counts, 900.0 * (1.0 + 2.0 + 1.0 + 2.0));
}

#[test]
fn what_a_hand_has_forgotten_begins_anew() {
    let router = Arc::new(Router::new(Vec::new()));
    let mut feed = Feed::new(Arc::clone(&router), Order::Loose);
    feed.learn(&steps(&["a", "b"], NonZeroU32::MIN));
    go(&mut feed, &Steps { forgets: true, ..steps(&["c", "d"], NonZeroU32::MIN) });
    assert_eq!(router.all_unmatched(), Some((1000, "d")));
}
