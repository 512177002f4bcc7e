//! A news site: how many articles each section publishes in five minutes, and how many words they have.
//!
//! It is the story that the Python library begins with, told to its end. The clock is paused, so that minutes take no time.
//! Run it with `cargo run -p examples --example news_site`. With the argument `graph` it draws its network instead,
//! as in `docs/graph.svg`.

use std::time::Duration;

use metrix::sink::{Memory, Print};
use metrix::{MCoordinator, MElement, MStream, Tags, size, tags};
use tokio::time::{Instant, sleep_until};

/// When, in seconds; the section, unless the editors forgot it; the text.
const ARTICLES: [(u64, Option<&str>, &str); 6] = [
    (10, Some("politics"), "The council has voted for the new bridge"),
    (75, Some("science"), "A comet can be seen tonight"),
    (130, Some("politics"), "The old bridge stays open until autumn"),
    (290, None, "Corrections"),
    (310, Some("science"), "The comet was hidden by clouds"),
    (400, Some("sports"), "Rain"),
];

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let five_minutes = Duration::from_secs(300);
    let kept = Memory::new(size(1000));
    let site = MCoordinator::builder()
        .stream(
            MStream::builder("n_articles").window(five_minutes).agg("sum").default_tags(tags! { "section" => "NA" }),
        )
        .stream(MStream::builder("wc").window(five_minutes).aggs(["sum", "mean"]))
        .sink("print", Print::stdout())
        .sink("memory", kept.clone())
        .rate_limit(Duration::from_millis(500)) // between two elements into a sink; nobody who sends waits for it
        .start()?;
    if std::env::args().any(|argument| argument == "graph") {
        print!("{}", site.graph().svg());
        return Ok(());
    }

    let began = Instant::now();
    for (second, section, text) in ARTICLES {
        sleep_until(began + Duration::from_secs(second)).await;
        site.send_with("n_articles", 1.0, section.map(|section| tags! { "section" => section }))?;
        site.send("wc", text.split_whitespace().count() as f64)?;
    }

    // The second window is still open: it is closed early, and what waits for the rate limit is delivered.
    let report = site.shutdown(Duration::from_secs(10)).await;
    print!("{report}");
    assert!(report.is_complete());

    let elements = kept.take();
    let articles = |tags: Tags| -> f64 {
        let of = |element: &&MElement| &*element.name == "n_articles.sum" && element.tags == tags;
        elements.iter().filter(of).map(|element| element.value).sum()
    };
    assert_eq!(articles(tags! { "section" => "politics" }), 2.0);
    assert_eq!(articles(tags! { "section" => "science" }), 2.0);
    assert_eq!(articles(tags! { "section" => "NA" }), 1.0);
    Ok(())
}
