//! How much memory a series takes beyond its own text, in a stream of five aggregates with 100 000 series that has closed
//! windows before. It prints JSON: bytes a series with tags in each call, and with a bound sender for each. They are those that
//! the allocator was asked for and has not been given back.
//!
//! A program of its own (`cargo footprint`), since it has an allocator that counts.
#![allow(clippy::print_stdout)]

use std::thread;
use std::time::Duration;

use allocation_counter::measure;
use benches::send::{Load, Setup};
use futures::{FutureExt, StreamExt};
use metrix::{MSender, MStream, size};
use serde_json::json;
use tokio::runtime::Builder;
use tokio::time::advance;

const SERIES: usize = 100_000;
const WINDOW: Duration = Duration::from_secs(1);
/// The last is open when it is looked at.
const WINDOWS: usize = 4;

fn main() {
    let load = Load::new(Setup::one(SERIES));
    let of_text = load.firsts(0).iter().flat_map(|item| load.tags(*item)).map(|(name, value)| name.len() + value.len());
    let of_text: usize = of_text.sum();
    let beyond_text = |bytes: i64| (bytes as f64 - of_text as f64) / SERIES as f64;

    let each_call = on_a_thread(|| {
        held(|sender| load.firsts(0).iter().for_each(|item| sender.send_with(item.value(), load.tags(*item))))
    });
    let with_senders = on_a_thread(|| {
        let mut bound: Vec<MSender> = Vec::new();
        held(|sender| {
            if bound.is_empty() {
                bound.extend(load.firsts(0).iter().map(|item| sender.with(load.tags(*item))));
            }
            load.firsts(0).iter().zip(&bound).for_each(|(item, sender)| sender.send(item.value()));
        })
    });
    println!("{}", json!({ "each_call": beyond_text(each_call), "bound": beyond_text(with_senders) }));
}

/// On a thread of its own: what a thread keeps of a stream must be gone before the next is measured.
fn on_a_thread(measured: impl FnOnce() -> i64 + Send) -> i64 {
    thread::scope(|scope| scope.spawn(measured).join().expect("it only measures"))
}

/// The bytes that are there more than before anything was sent, after some windows in which `send` has sent to all series.
fn held(mut send: impl FnMut(&MSender)) -> i64 {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().expect("it needs no I/O");
    let _in_runtime = runtime.enter();
    let stream = MStream::builder("n").window(WINDOW).aggs(["count", "sum", "min", "max", "mean"]);
    let (sender, mut stream) =
        stream.max_series(size(SERIES)).queue(size(10 * SERIES)).build().expect("it is a stream");
    let mut counted = 0.0;
    let allocated = measure(|| {
        for window in 1..=WINDOWS {
            send(&sender);
            if window < WINDOWS {
                runtime.block_on(advance(WINDOW));
            }
            while let Some(Some(element)) = stream.next().now_or_never() {
                counted += if &*element.name == "n.count" { element.value } else { 0.0 };
            }
        }
    });
    let stats = stream.stats();
    assert_eq!((stats.accepted, stats.refused() + stats.overflowed), ((WINDOWS * SERIES) as u64, 0));
    assert_eq!(counted, ((WINDOWS - 1) * SERIES) as f64, "what is closed must be out");
    allocated.bytes_current
}
