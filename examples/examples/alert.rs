//! An alert: the mean of a page's response times is above a bound for three windows in a row. It goes to the sinks of a
//! coordinator, as elements do.
//!
//! A metric stream is a stream, so any combinator can follow it; the rule "in a row" is a small operator, and `keyed` runs
//! one for each page. The clock is paused. Run it with `cargo run -p examples --example alert`.

use std::time::Duration;

use futures::Stream;
use metrix::sink::{Memory, Print};
use metrix::{MCoordinator, MElement, MStream, tags};
use metrix_core::prelude::*;
use tokio::time::sleep;

const WINDOW: Duration = Duration::from_secs(10);
const BOUND: f64 = 200.0;

/// Emits the `n`th of elements whose windows follow each other without a gap, once for each such row.
#[derive(Clone, Debug)]
struct InARow {
    n: u32,
    seen: u32,
    end: Option<Timestamp>,
}

impl InARow {
    fn new(n: u32) -> Self {
        Self { n, seen: 0, end: None }
    }
}

impl Operator<MElement> for InARow {
    type Out = MElement;

    fn is_timed(&self) -> bool {
        false
    }

    fn on_item(&mut self, element: MElement, _now: Timestamp, out: &mut impl Emit<MElement>) {
        // A window that was left out, because it was good or because nothing came, is a gap.
        let follows = self.end.replace(element.at) == element.start;
        self.seen = if follows { self.seen + 1 } else { 1 };
        if self.seen == self.n {
            out.emit(element);
        }
    }
}

/// The pipeline between the metric stream and the sinks: of all means, those that are worth an alert.
fn alerts(means: MStream) -> impl Stream<Item = MElement> + Send {
    let an_hour = Duration::from_secs(3600);
    means
        .filter(|element| element.value > BOUND)
        .keyed(|element| element.tags.clone(), size(1000), an_hour, InARow::new(3))
        .map(|(_page, mut element)| {
            element.name = "response.alert".into();
            element
        })
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let kept = Memory::new(size(100));
    let metrics = MCoordinator::builder()
        .stream_through(MStream::builder("response").window(WINDOW).agg("mean"), alerts)
        .sink("print", Print::stdout())
        .sink("memory", kept.clone())
        .start()?;

    // What the pages' requests take, window by window; no number where nobody asks for the page.
    let home = [20.0, 250.0, 240.0, 30.0, 260.0, 270.0, 20.0, 10.0];
    let cart = [Some(300.0), Some(310.0), None, Some(300.0), Some(320.0), Some(350.0), Some(400.0), Some(90.0)];
    let (began, millis) = (Timestamp::now(), metrics.stream("response")?);
    let (at_home, at_cart) = (millis.with(tags! { "page" => "/" }), millis.with(tags! { "page" => "/cart" }));
    for (home, cart) in home.into_iter().zip(cart) {
        sleep(WINDOW / 2).await;
        at_home.send(home);
        cart.into_iter().for_each(|cart| at_cart.send(cart));
        sleep(WINDOW / 2).await;
    }
    assert!(metrics.shutdown(WINDOW).await.is_complete());

    // `/` never has three in a row; of `/cart` the first two don't count, for nothing came in the third window.
    let alerts = kept.take();
    assert_eq!(alerts.len(), 1);
    let second = (alerts[0].at - began).as_secs();
    println!("at {second} s: {}", alerts[0]);
    assert_eq!((second, alerts[0].tags.get("page"), alerts[0].value), (60, Some("/cart"), 350.0));
    Ok(())
}
