//! The same metrics twice: by a pipeline that keeps every measurement until its window is over, and by a metric stream,
//! which folds each as it comes. What comes out is equal; what is kept is not.
//!
//! The clock is paused. Run it with `cargo run -p examples --example naive_and_folded`.

use std::time::Duration;

use futures::Stream;
use metrix::{MElement, MStream, Tags, tags};
use metrix_core::fold::{Fold, Max, Sum};
use metrix_core::prelude::*;
use tokio::time::sleep;

const WINDOW: Duration = Duration::from_secs(60);

/// Something measured, and what it is of.
type Measurement = (f64, Tags);

/// The combinators one by one: `timed_window -> filter -> group_by -> map -> zip -> flatten -> flatten`.
fn naive(measurements: impl Stream<Item = Measurement>) -> impl Stream<Item = MElement> {
    let groups = measurements
        .timed_window(WINDOW)
        .filter(|window| !window.value.is_empty())
        .map(|Window { start, end, value }| value.into_iter().map(move |value| Window { start, end, value }))
        .group_by(|Window { value: (_, tags), .. }| tags.clone())
        .share(Slow::Lockstep);
    // An aggregate is a function of a group's values; each has a branch of its own, and `zip` waits for all of them.
    let sums = groups.subscribe().map(|groups| elements("words.sum", groups, |values| Some(Sum.fold(values))));
    let highest = groups.map(|groups| elements("words.max", groups, |values| Max.fold(values)));
    zip((sums, highest)).map(|(sums, highest)| [sums, highest]).flatten().flatten()
}

/// One element for each group.
fn elements(
    name: &str,
    groups: Vec<(Tags, Vec<Window<Measurement>>)>,
    aggregate: impl Fn(Vec<f64>) -> Option<f64>,
) -> Vec<MElement> {
    let element = |(tags, group): (Tags, Vec<Window<Measurement>>)| {
        let &Window { start, end, .. } = group.first()?;
        let values = group.into_iter().map(|Window { value: (value, _), .. }| value).collect();
        Some(MElement::new(name, aggregate(values)?, tags, end).since(start))
    };
    groups.into_iter().filter_map(element).collect()
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Both begin at the same moment, so their windows are the same.
    let (emitter, measurements) = source(size(100));
    let naive = naive(measurements);
    let (words, folded) = MStream::builder("words").window(WINDOW).aggs(["sum", "max"]).build()?;

    tokio::spawn(async move {
        let sections = ["politics", "sports", "politics", "culture", "sports"];
        for (second, section) in (0..).step_by(25).zip(sections) {
            let (value, tags) = (100.0 + f64::from(second), tags! { "section" => section });
            words.send_with(value, &tags);
            emitter.try_emit((value, tags)).expect("the source has room for 100, and both pipelines are polled");
            sleep(Duration::from_secs(25)).await;
        }
    });

    let (naive, folded): (Vec<MElement>, Vec<MElement>) = tokio::join!(naive.collect(), folded.collect());
    let began = naive[0].start.expect("elements of windows have a start");
    for element in &folded {
        println!("at {:3} s: {element}", (element.at - began).as_secs());
    }
    println!("the naive pipeline gives the same: {}", naive == folded);
    assert_eq!(naive, folded);
    assert_eq!(folded.len(), 8);
    Ok(())
}
