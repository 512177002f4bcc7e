//! The prebuilt metric stream: many measurements in, few aggregated ones out, to any sink.
//!
//! - A [metric stream](MStream) gathers what its [senders](MSender) send, by its [tags](Tags), for the length of a window or
//!   a batch; then it gives an [element](MElement) for each group and [aggregate](Agg). It is a `Stream`, which any
//!   combinator of [metrix-core](metrix_core) can follow, also
//!   [on the way to a coordinator's sinks](MCoordinatorBuilder::stream_through).
//! - A [coordinator](MCoordinator) runs many streams, and brings their elements to many [sinks](sink). Each sink has a
//!   bounded queue, a policy for when that is full, a pace and retries of its own ([`SinkOptions`]), and an account of what
//!   became of each element ([`SinkStats`]).
//! - [Timers](Timer), [gauges](Gauge) and [counters that others keep](Cumulative) send to a stream, each in its way.
//!
//! ```
//! use metrix::{MCoordinator, MStream, sink::Memory, size, tags};
//! use std::time::Duration;
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let kept = Memory::new(size(1000));
//! let metrics = MCoordinator::builder()
//!     .stream(MStream::builder("requests").window(Duration::from_secs(10)).agg("count"))
//!     .stream(MStream::builder("took").window(Duration::from_secs(10)).aggs(["mean", "p99"]))
//!     .sink("memory", kept.clone())
//!     .start()?;
//!
//! let requests = metrics.stream("requests")?.with(tags! { "page" => "/" }); // looked up and bound once
//! requests.send(1.0);
//! requests.send(1.0);
//! let timer = metrics.timer("took")?;
//! tokio::time::sleep(Duration::from_millis(250)).await;
//! drop(timer); // 0.25 is sent
//!
//! tokio::time::sleep(Duration::from_secs(10)).await;
//! let lines: Vec<String> = kept.take().iter().map(|element| element.to_string()).collect();
//! assert_eq!(lines, ["requests.count page=/ 2", "took.mean 0.25", "took.p99 0.25"]);
//! assert!(metrics.shutdown(Duration::from_secs(5)).await.is_complete());
//! # Ok(())
//! # }
//! ```
//!
//! No `send` waits for a sink, fails, or panics: what can't be taken is refused and counted, and [`try_send`](MSender::try_send)
//! says why. Memory is bounded by numbers that builders and options take. What is open when it ends is given out, not lost.
//! Streams and coordinators need a tokio runtime with its timer on; tests pause its clock.
//!
//! # Features
//! - `log`: [`sink::Log`] can write through the `log` crate too.
//! - `metrics`: `MRecorder`, which makes metric streams of all that is instrumented with the `metrics` facade.
//! - `testing`: the module `testing`, a kit for testing sinks of your own, and programs whose sinks fail.
//!
//! None is on by default.
// But for the one module that says why it may.
#![deny(unsafe_code)]

pub use metrix_core::{Timestamp, size};

mod agg;
mod chain;
mod coordinator;
mod cumulative;
mod delivery;
mod element;
mod gauge;
mod graph;
mod guard;
mod later;
mod name;
mod nearest;
#[cfg(feature = "metrics")]
mod recorder;
mod shard;
pub mod sink;
mod stream;
mod sync;
mod tags;
#[cfg(feature = "testing")]
pub mod testing;
mod timer;

pub use agg::{Agg, AggError, Aggregate, Aggs, AggsState, IntoAgg, MergeableAggs, Outcome};
pub use coordinator::{CoordinatorError, Flushed, MCoordinator, MCoordinatorBuilder, Report};
pub use cumulative::Cumulative;
pub use delivery::{Jitter, Overflow, Retry, SinkOptions, SinkStats};
pub use element::MElement;
pub use gauge::Gauge;
pub use graph::{Graph, Xml};
pub use nearest::nearest;
#[cfg(feature = "metrics")]
pub use recorder::{Description, MRecorder, MRecorderBuilder, MetricKind, RecorderStats};
pub use sink::{Sink, WriteError};
pub use stream::{
    BuildError, Family, MSender, MStream, MStreamBuilder, Mark, NamedBuilder, SendError, Stage, StreamStats, Windows,
};
pub use tags::{StaticTags, TagSet, Tags};
pub use timer::{TimeUnit, Timer};
