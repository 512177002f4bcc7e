//! Sends to a stream of 100 series, on one thread, on which the stream is polled too.

use std::array;
use std::time::Duration;

use futures::{FutureExt, StreamExt};
use metrix::{MElement, MSender, MStream, MStreamBuilder, size, tags};
use tokio::runtime::{Builder, Runtime};
use tokio::time::advance;

use super::random;

/// The aggregates of most rows.
pub(crate) const FIVE: [&str; 5] = ["count", "sum", "min", "max", "mean"];

const SERIES: usize = 100;
const WINDOW: Duration = Duration::from_secs(60 * 60);

/// How many values are sent before the stream is polled.
const PART: usize = 1000;

/// Windows that do not end by themselves.
pub(crate) fn window() -> MStreamBuilder {
    MStream::builder("n").window(WINDOW)
}

pub(crate) fn batch() -> MStreamBuilder {
    MStream::builder("n").batch(size(PART))
}

pub(crate) fn bound(stream: MStreamBuilder, values: usize) {
    sends(stream, values, |sender| {
        let bound = names()
            .map(|[host, section, lang]| sender.with(tags! { "host" => host, "section" => section, "lang" => lang }));
        move |series, value| bound[series].send(value)
    });
}

pub(crate) fn no_tags(stream: MStreamBuilder, values: usize) {
    sends(stream, values, |sender| move |_, value| sender.send(value));
}

pub(crate) fn three_tags(stream: MStreamBuilder, values: usize) {
    sends(stream, values, |sender| {
        let names = names();
        move |series, value| {
            let [host, section, lang] = names[series].each_ref().map(String::as_str);
            sender.send_with(value, [("host", host), ("section", section), ("lang", lang)]);
        }
    });
}

pub(crate) fn three_names(stream: MStreamBuilder, values: usize) {
    sends(stream, values, |sender| {
        let (family, names) = (sender.by(["host", "section", "lang"]), names());
        move |series, value| family.send(value, names[series].each_ref())
    });
}

/// Each window has one value of each series: what is counted is a first sighting, the window's end, and what comes out.
pub(crate) fn a_window_a_round(aggs: [&'static str; 5], values: usize) {
    let runtime = runtime();
    let _in_runtime = runtime.enter();
    let (sender, mut stream) = window().aggs(aggs).build().expect("the builder has all that it needs");
    let bound: [MSender; SERIES] = array::from_fn(|series| sender.with(tags! { "series" => series }));
    let mut counted = 0.0;
    for _ in 0..values / SERIES {
        bound.iter().for_each(|sender| sender.send(1.0));
        runtime.block_on(advance(WINDOW));
        counted += drain(&mut stream);
    }
    assert_eq!(counted, (values / SERIES * SERIES) as f64, "no value may be lost");
}

/// Sends while elements of the window before are still to be taken.
pub(crate) fn while_given(aggs: [&'static str; 5], values: usize) {
    let runtime = runtime();
    let _in_runtime = runtime.enter();
    let (sender, mut stream) = window().aggs(aggs).build().expect("the builder has all that it needs");
    let bound: [MSender; SERIES] = array::from_fn(|series| sender.with(tags! { "series" => series }));
    bound.iter().for_each(|sender| sender.send(1.0));
    let mut counted = drain(&mut stream);
    runtime.block_on(advance(WINDOW));
    counted += take(&mut stream, 1);
    // Another window begins, and the stream sees it.
    bound[0].send(1.0);
    counted += take(&mut stream, 1);
    (0..values).for_each(|n| bound[n % SERIES].send(1.0));
    sender.close();
    counted += drain(&mut stream);
    assert_eq!(counted, (SERIES + 1 + values) as f64, "no value may be lost");
}

/// Sends values to series in no order by what `form` makes of the stream's sender.
fn sends<F: Fn(usize, f64)>(stream: MStreamBuilder, values: usize, form: impl FnOnce(MSender) -> F) {
    let runtime = runtime();
    let _in_runtime = runtime.enter();
    let (sender, mut stream) = stream.build().expect("the builder has all that it needs");
    let (close, send) = (sender.clone(), form(sender));
    let mut random = random();
    let order: Vec<(usize, f64)> =
        (0..16 * PART).map(|_| (random() as usize % SERIES, f64::from(random() % 10_000) / 1000.0)).collect();
    let mut counted = 0.0;
    for (part, sent) in order.chunks(PART).cycle().zip((0..values).step_by(PART)) {
        part[..PART.min(values - sent)].iter().for_each(|&(series, value)| send(series, value));
        counted += drain(&mut stream);
    }
    close.close();
    counted += drain(&mut stream);
    assert_eq!(counted, values as f64, "no value may be lost");
}

/// Takes what is ready, and tells how many values it stands for.
fn drain(stream: &mut MStream) -> f64 {
    take(stream, usize::MAX)
}

/// Takes so many elements of what is ready, and tells how many values they stand for.
fn take(stream: &mut MStream, most: usize) -> f64 {
    let mut counted = 0.0;
    for _ in 0..most {
        let Some(Some(MElement { name, value, .. })) = stream.next().now_or_never() else { break };
        if &*name == "n.count" {
            counted += value;
        }
    }
    counted
}

/// Time stands still, so that no window ends because valgrind takes its time.
fn runtime() -> Runtime {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime without I/O needs no help")
}

/// The values of three tags, of each series.
fn names() -> [[String; 3]; SERIES] {
    array::from_fn(|i| [format!("web-{i:05}"), format!("section-{}", i % 10), format!("lang-{}", i / 10)])
}
