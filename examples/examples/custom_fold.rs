//! A fold of our own: Apdex, the share of requests that were answered fast enough, of which a slow one counts half.
//!
//! It keeps two numbers however many requests there are, and merges, so that two servers can each fold their own.
//! Run it with `cargo run -p examples --example custom_fold`.

use std::time::Duration;

use metrix_core::prelude::*;

/// Apdex, as its specification has it: satisfied up to the target, tolerating up to four times of it.
/// (Apdex Alliance, *Application Performance Index, Technical Specification 1.1*, 2007.)
#[derive(Clone, Copy, Debug)]
struct Apdex {
    target: Duration,
}

/// Half points, of which a satisfied request scores two and a tolerating one scores one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Score {
    half_points: u64,
    requests: u64,
}

impl Fold<Duration> for Apdex {
    type State = Score;
    type Out = Option<f64>;

    fn init(&self) -> Score {
        Score::default()
    }

    fn step(&self, score: &mut Score, took: Duration) {
        score.requests += 1;
        score.half_points += match took {
            took if took <= self.target => 2,
            took if took <= self.target * 4 => 1,
            _ => 0,
        };
    }

    fn finish(&self, score: Score) -> Option<f64> {
        (score.requests > 0).then(|| score.half_points as f64 / (2 * score.requests) as f64)
    }
}

impl Merge<Duration> for Apdex {
    fn merge(&self, into: &mut Score, later: Score) {
        into.half_points += later.half_points;
        into.requests += later.requests;
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let apdex = Apdex { target: Duration::from_millis(100) };

    // On its own.
    let milliseconds = [30, 80, 250, 90, 900, 60, 400, 401];
    let took = milliseconds.map(Duration::from_millis);
    assert_eq!(apdex.fold(took), Some(0.625));
    assert_eq!(apdex.fold([]), None);

    // In a pipeline: one score for every four requests.
    let scores = futures::stream::iter(took).partition_with(size(4), apdex);
    let scores: Vec<Option<f64>> = scores.collect().await;
    for (batch, score) in scores.iter().enumerate() {
        println!("requests {} to {}: {:.3}", 4 * batch + 1, 4 * batch + 4, score.unwrap());
    }
    assert_eq!(scores, [Some(0.875), Some(0.375)]);

    // In two places: each folds its own requests, and what they send each other is two numbers.
    let (here, there) = took.split_at(4);
    let (mut all, mut later) = (apdex.init(), apdex.init());
    here.iter().for_each(|took| apdex.step(&mut all, *took));
    there.iter().for_each(|took| apdex.step(&mut later, *took));
    apdex.merge(&mut all, later);
    let together = apdex.finish(all);
    println!("all together: {:.3}", together.unwrap());
    assert_eq!(together, apdex.fold(took));
}
