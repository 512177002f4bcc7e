//! What a line of StatsD costs on its way from a file into a stream, step by step: a million lines of 1000 series.
//! With an argument, only the steps whose names have it.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, fs, process};

use futures::StreamExt;
use metrix::{MSender, MStream, Tags, Timestamp, Windows, size};
use metrix_io::sources::statsd::StatsD;
use metrix_io::{Input, ParseLine, Reading, Step};

const LINES: u64 = 1_000_000;
const SERIES: u64 = 1000;
const ROUNDS: usize = 11;

type Took = Result<Duration, Box<dyn std::error::Error>>;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let only = env::args().nth(1).unwrap_or_default();
    let items: Vec<Item> = (0..LINES).map(Item::at).collect();
    let text: String = items.iter().map(Item::line).collect();
    let path = env::temp_dir().join(format!("metrix-lines-{}", process::id()));
    fs::write(&path, &text)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let _in_runtime = runtime.enter();

    let every = |secs| Windows::every(Duration::from_secs(secs));
    let steps: [(&str, &dyn Fn() -> Took); 7] = [
        ("read lines", &|| lines(&path)),
        ("read chunks in another thread", &|| chunks(&path)),
        ("parse", &|| parse(&text)),
        ("send, windows of 1 s", &|| send(&items, every(1), |sender, item| sender.send(item.value))),
        ("send, windows of 10 s", &|| send(&items, every(10), |sender, item| sender.send(item.value))),
        ("send, event-time windows of 10 s", &|| {
            send(&items, every(10).event_time(Duration::from_secs(5)), |sender, item| {
                sender.send_at(item.value, Tags::NONE, item.at);
            })
        }),
        ("all but reading, with tags made each time", &|| parse_and_send(&text, every(10))),
    ];
    println!("ns a line of {} bytes: the median and the best of {ROUNDS} rounds", text.len() as u64 / LINES);
    for (name, step) in steps.into_iter().filter(|(name, _)| name.contains(&only)) {
        let mut took = (0..ROUNDS).map(|_| step()).collect::<Result<Vec<_>, _>>()?;
        took.sort();
        let [median, best] = [took[ROUNDS / 2], took[0]].map(|took| took.as_nanos() as f64 / LINES as f64);
        println!("{name:42} {median:7.1} {best:7.1}");
    }
    fs::remove_file(&path)?;
    Ok(())
}

fn lines(path: &Path) -> Took {
    let started = Instant::now();
    let mut input = Input::builder(path).open()?;
    while input.advance()? == Step::Line {
        black_box(input.line());
    }
    assert_eq!(input.number(), LINES);
    Ok(started.elapsed())
}

fn chunks(path: &Path) -> Took {
    let started = Instant::now();
    let mut chunks = Input::builder(path).open()?.chunks(size(8))?;
    let mut lines = 0;
    while let Some(chunk) = futures::executor::block_on(chunks.next()) {
        lines += chunk?.lines().map(black_box).count() as u64;
    }
    assert_eq!(lines, LINES);
    Ok(started.elapsed())
}

fn parse(text: &str) -> Took {
    let started = Instant::now();
    let mut sum = 0.0;
    each_reading(text, |reading| sum += black_box(&reading).value)?;
    assert!(sum > 0.0);
    Ok(started.elapsed())
}

/// Sends each item through a sender that is bound to its series.
fn send(items: &[Item], windows: Windows, send: impl Fn(&MSender, &Item)) -> Took {
    into_stream(windows, |sender| {
        let senders: Vec<MSender> = (0..SERIES).map(|series| sender.with(tags(series))).collect();
        let started = Instant::now();
        for item in items {
            send(&senders[item.series as usize], item);
        }
        Ok(started.elapsed())
    })
}

fn parse_and_send(text: &str, windows: Windows) -> Took {
    into_stream(windows, |sender| {
        let started = Instant::now();
        each_reading(text, |reading| sender.send_with(reading.value, reading.to_tags()))?;
        Ok(started.elapsed())
    })
}

/// Runs what sends to a stream, and checks that the stream has taken all of it.
fn into_stream(windows: Windows, send: impl FnOnce(&MSender) -> Took) -> Took {
    let (sender, stream) = MStream::builder("requests").window(windows).aggs(["count", "sum", "mean"]).build()?;
    let took = send(&sender)?;
    let stats = stream.stats();
    assert_eq!((stats.accepted, stats.refused(), stats.late, stats.overflowed), (LINES, 0, 0, 0));
    Ok(took)
}

fn each_reading(text: &str, mut visit: impl FnMut(Reading<'_>)) -> Result<(), Box<dyn std::error::Error>> {
    let mut statsd = StatsD::new();
    for line in text.lines() {
        statsd.parse(line.as_bytes(), &mut visit)?;
    }
    Ok(())
}

struct Item {
    series: u64,
    value: f64,
    at: Timestamp,
}

impl Item {
    /// One of so many, in an order that no processor foresees.
    fn at(place: u64) -> Self {
        let mixed = (place + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32;
        let at = Timestamp::from_nanos(place as i64 * 20_000);
        Self { series: mixed % SERIES, value: (mixed >> 12) as f64 / 16.0, at }
    }

    fn line(&self) -> String {
        let (page, host) = names(self.series);
        format!("requests:{}|c|#page:{page},host:{host}\n", self.value)
    }
}

fn names(series: u64) -> (String, String) {
    (format!("/article/{}", series / 10), format!("web{}", series % 10))
}

fn tags(series: u64) -> Tags {
    let (page, host) = names(series);
    Tags::from([("page", page), ("host", host)])
}
