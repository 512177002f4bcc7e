//! metrix: a stream of five aggregates (count, sum, min, max, mean) in windows of 10 ms (longer where there are many
//! series), in a coordinator that brings what it gives to a sink which does nothing. Windows are closed and emitted as
//! values come; the sink has a thread of its own, which takes its share of the processors.
//!
//! Bound, a series is a sender that was given its tags once; each call gives three pairs of borrowed texts, a family their values
//! alone. Other rows have p99 on top, the count alone, or batches instead of windows: 1000 values, or ten a series where that is more.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ::metrix::{
    MCoordinator, MElement, MSender, MStream, MStreamBuilder, Overflow, Sink, SinkOptions, WriteError, size, tags,
};
use tokio::runtime::{Builder, Runtime};

use super::Row;
use super::contestant::Contestant;
use super::load::{Item, Load, TAGS};

pub(super) const ROWS: [Row; 5] = [
    Row { name: FIVE, bound: Some(bound_five), each_call: Some(each_five) },
    Row { name: FAMILY, bound: None, each_call: Some(each_family) },
    Row { name: P99, bound: Some(bound_p99), each_call: Some(each_p99) },
    Row { name: "metrix: count", bound: Some(bound_count), each_call: Some(each_count) },
    Row { name: BATCHES, bound: Some(bound_batches), each_call: Some(each_batches) },
];

/// Five aggregates in windows of time.
pub(super) const FIVE: &str = "metrix: five aggregates";
/// Five aggregates, where the names of the tags are declared once.
pub(super) const FAMILY: &str = "metrix: five aggregates, a family";
/// And p99.
pub(super) const P99: &str = "metrix: five aggregates and p99";
/// Five aggregates in batches.
pub(super) const BATCHES: &str = "metrix: five aggregates, batches of 1000";

pub(super) const AGGREGATES: [&str; 5] = ["count", "sum", "min", "max", "mean"];

/// Takes all elements, and does nothing.
struct Null;

impl Sink for Null {
    async fn write(&mut self, _: &[MElement]) -> Result<(), WriteError> {
        Ok(())
    }
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_time().build();
        runtime.expect("a runtime without I/O needs no help")
    })
}

fn windows(load: &Load) -> MStreamBuilder {
    MStream::builder("n").window(load.setup.window())
}

fn batches(load: &Load) -> MStreamBuilder {
    MStream::builder("n").batch(size(load.setup.batch()))
}

/// Room for all that two windows of many series come to: nothing may be refused or lost.
const ROOM: usize = 10_000_000;

fn with_room(load: &Load, stream: MStreamBuilder) -> MStreamBuilder {
    stream.max_series(size(load.series.len())).queue(size(ROOM))
}

/// A sender to the stream, and what says how much has come when all has been emitted.
fn start(load: &Load, stream: MStreamBuilder) -> (MSender, impl FnOnce() -> u64 + 'static) {
    let _in_runtime = runtime().enter();
    let options = SinkOptions::default().queue(size(ROOM)).overflow(Overflow::Block);
    let coordinator = MCoordinator::builder().stream(with_room(load, stream)).sink_with("null", Null, options).start();
    let coordinator = coordinator.expect("one stream and one sink with names of their own are accepted");
    let sender = coordinator.stream("n").expect("it has this stream");
    (sender, move || {
        let report = runtime().block_on(coordinator.shutdown(Duration::from_secs(60)));
        let (stream, sink) = (report.streams["n"], &report.sinks["null"]);
        assert!(report.is_complete() && stream.refused() + stream.overflowed == 0, "nothing may be lost: {report}");
        assert_eq!((sink.delivered, stream.emitted > 0), (stream.emitted, true), "all must be emitted: {report}");
        stream.accepted
    })
}

/// A sender of each series.
pub(super) fn senders(load: &Load, sender: &MSender) -> Arc<[MSender]> {
    let bind = |[host, section, lang]: &[String; 3]| {
        sender.with(tags! { "host" => host, "section" => section, "lang" => lang })
    };
    load.series.iter().map(bind).collect()
}

/// Five aggregates in windows of time, without a coordinator.
pub(super) fn stream(load: &Load) -> MStreamBuilder {
    with_room(load, windows(load).aggs(AGGREGATES))
}

fn bound(load: &Load, stream: MStreamBuilder) -> Contestant {
    let (sender, counted) = start(load, stream);
    let senders = senders(load, &sender);
    let lane = |_| {
        // Each thread has clones of its own, which know its shard.
        let senders = senders.to_vec();
        move |items: &[Item]| items.iter().for_each(|item| senders[item.series()].send(item.value()))
    };
    Contestant::new(load, lane, counted)
}

/// Tags, or what stands for them, in each call: `form` makes what a thread does.
fn each<F>(load: &Arc<Load>, stream: MStreamBuilder, form: impl Fn(MSender, Arc<Load>) -> F) -> Contestant
where
    F: FnMut(&[Item]) + Send + 'static,
{
    let (sender, counted) = start(load, stream);
    Contestant::new(load, |_| form(sender.clone(), Arc::clone(load)), counted)
}

fn by_tags(sender: MSender, load: Arc<Load>) -> impl FnMut(&[Item]) + Send {
    move |items| match load.setup.tags {
        0 => items.iter().for_each(|item| sender.send(item.value())),
        1 => items.iter().for_each(|item| sender.send_with(item.value(), [load.tags(*item)[0]])),
        _ => items.iter().for_each(|item| sender.send_with(item.value(), load.tags(*item))),
    }
}

fn by_family(sender: MSender, load: Arc<Load>) -> impl FnMut(&[Item]) + Send {
    let family = sender.by(TAGS);
    move |items| {
        for item in items {
            family.send(item.value(), load.series[item.series()].each_ref().map(String::as_str));
        }
    }
}

fn bound_five(load: &Arc<Load>) -> Contestant {
    bound(load, windows(load).aggs(AGGREGATES))
}

fn each_five(load: &Arc<Load>) -> Contestant {
    each(load, windows(load).aggs(AGGREGATES), by_tags)
}

fn each_family(load: &Arc<Load>) -> Contestant {
    each(load, windows(load).aggs(AGGREGATES), by_family)
}

fn bound_p99(load: &Arc<Load>) -> Contestant {
    bound(load, windows(load).aggs(AGGREGATES).agg("p99"))
}

fn each_p99(load: &Arc<Load>) -> Contestant {
    each(load, windows(load).aggs(AGGREGATES).agg("p99"), by_tags)
}

fn bound_count(load: &Arc<Load>) -> Contestant {
    bound(load, windows(load).agg("count"))
}

fn each_count(load: &Arc<Load>) -> Contestant {
    each(load, windows(load).agg("count"), by_tags)
}

fn bound_batches(load: &Arc<Load>) -> Contestant {
    bound(load, batches(load).aggs(AGGREGATES))
}

fn each_batches(load: &Arc<Load>) -> Contestant {
    each(load, batches(load).aggs(AGGREGATES), by_tags)
}
