//! A pipeline of small stages: a web server's log in, one line for every ten seconds and page out.
//!
//! The clock is paused, so that half a minute takes no time. Run it with `cargo run -p examples --example pipeline`.

use std::time::Duration;

use futures::Stream;
use metrix_core::fold::{self, Count, Fold, Max};
use metrix_core::prelude::*;

/// When, in seconds from the start; status; milliseconds; page.
const LOG: [&str; 10] = [
    "1 200 12 /",
    "2 200 31 /cart",
    "4 500 5 /cart",
    "7 200 16 /",
    "9 200 250 /cart",
    "11 200 48 /cart",
    "12 404 3 /typo",
    "13 broken line",
    "24 200 36 /cart",
    "25 200 9 /",
];

#[derive(Clone, Debug, PartialEq)]
struct Request {
    page: &'static str,
    status: u16,
    milliseconds: u32,
}

/// One line of output: what a page's requests came to in one window.
#[derive(Debug, PartialEq)]
struct Summary {
    second: u64,
    page: &'static str,
    requests: u64,
    slowest: Option<u32>,
}

/// The log as it grows: each line comes at its second.
fn log() -> impl Stream<Item = &'static str> {
    futures::stream::unfold((LOG.into_iter(), 0), |(mut lines, now)| async move {
        let line = lines.next()?;
        let second = line.split(' ').next().and_then(|second| second.parse().ok()).unwrap_or(now);
        tokio::time::sleep(Duration::from_secs(second - now)).await;
        Some((line, (lines, second)))
    })
}

fn parse(line: &'static str) -> Option<Request> {
    let mut fields = line.split(' ').skip(1);
    let (status, milliseconds, page) = (fields.next()?, fields.next()?, fields.next()?);
    Some(Request { page, status: status.parse().ok()?, milliseconds: milliseconds.parse().ok()? })
}

/// A stage that is worth a name: a function from stream to stream, which can be tested and used again.
fn summaries(requests: impl Stream<Item = Request>) -> impl Stream<Item = Summary> {
    let slowest = Max.premap(|request: Request| request.milliseconds);
    let by_page = fold::group_by(|request: &Request| request.page, (Count, slowest));
    let began = tokio::time::Instant::now();
    requests
        .timed_window_with(Duration::from_secs(10), by_page)
        .map(move |window| {
            let second = began.elapsed().as_secs();
            window.value.into_iter().map(move |(page, (requests, slowest))| Summary { second, page, requests, slowest })
        })
        .flatten()
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let requests = log().filter_map(parse).filter(|request| request.status < 500);
    let summaries: Vec<Summary> = summaries(requests)
        .inspect(|Summary { second, page, requests, slowest }| {
            println!("at {second} s: {page:5} requests {requests}, slowest {} ms", slowest.unwrap_or_default());
        })
        .collect()
        .await;

    let expected = [
        (10, "/", 2, 16),
        (10, "/cart", 2, 250),
        (20, "/cart", 1, 48),
        (20, "/typo", 1, 3),
        (25, "/cart", 1, 36), // the end of the input does not wait for the end of the window
        (25, "/", 1, 9),
    ];
    let expected =
        expected.map(|(second, page, requests, slowest)| Summary { second, page, requests, slowest: Some(slowest) });
    assert_eq!(summaries, expected);
}
