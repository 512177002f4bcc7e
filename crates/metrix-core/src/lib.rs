//! Stream operators, mergeable folds, windows and controlled time: what pipelines of measurements are made of.
//!
//! Many small items go in at a high rate, few aggregated ones come out at a low rate. Four ideas carry it:
//!
//! - **An [`Operator`] is a synchronous state machine that is told the time.** It has no `Pin`, `poll`, waker or clock, so
//!   it is small, and tests call it by hand. [`operate`](OperateExt::operate) makes a stream of it, and so does
//!   [`pushed`](pushed()), for items that are given to it from anywhere; [`Operator::then`] joins two into one, at no cost.
//! - **Time is a value**, a [`Timestamp`]. The same window runs in the time of the clock and in that of the items
//!   ([`EventTime`]: out of order, with a watermark and an output for what comes too late), and on times that a test makes up.
//! - **A [`Fold`] is a reduction** with a small state. Tuples of folds are folds; states [`Merge`], so that windows can
//!   overlap and work can be split.
//! - **Windows say when, folds say what**: a window of a billion items under [`fold::Sum`] holds one number.
//!
//! The operators ([`ops`], [`join`]) are methods on any [`Stream`](futures_core::Stream), one trait each; the [`prelude`]
//! has them all.
//!
//! ```
//! use metrix_core::{fold::{self, Count, Mean}, ops::TimedWindow, prelude::*};
//! use std::time::Duration;
//!
//! struct Request { at: Timestamp, page: &'static str, millis: f64 }
//! let request = |second, page, millis| Request { at: Timestamp::from_secs(second), page, millis };
//!
//! # futures::executor::block_on(async {
//! // From a log, so the times are in the items, and not quite in order.
//! let requests = futures::stream::iter([
//!     request(3, "/", 20.0), request(9, "/about", 5.0), request(8, "/", 30.0), request(14, "/", 40.0),
//! ]);
//! let by_page = fold::group_by(|request: &Request| request.page, (Count, Mean).premap(|request: Request| request.millis));
//! let lines: Vec<String> = requests
//!     .operate_at(
//!         TimedWindow::with(Duration::from_secs(10), by_page),
//!         EventTime::new(|request: &Request| request.at).lateness(Duration::from_secs(2)),
//!     )
//!     .map(|window| window.value)
//!     .flatten()
//!     .map(|(page, (count, mean))| format!("{page}: {count}, {:.0} ms", mean.unwrap()))
//!     .collect()
//!     .await;
//! assert_eq!(lines, ["/: 2, 25 ms", "/about: 1, 5 ms", "/: 1, 40 ms"]);
//! # });
//! ```
//!
//! Nothing here does I/O, spawns a task, or keeps state without a bound that its docs state. Every operator flushes when
//! its input ends. Timed operators need a tokio runtime with its timer on; the others run on any executor.
//!
//! # Features
//! - `sketches`: `Distinct`, the fold that estimates how many different items there are, in bounded memory.
//! - `testing`: the kit for testing operators, streams and folds of your own.
#![forbid(unsafe_code)]

mod drive;
mod end;
mod event_time;
pub mod fold;
mod interval;
pub mod join;
mod macros;
mod operator;
pub mod ops;
mod size;
mod source;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;
mod time;
mod window;

pub use drive::{ArrivalTime, Elements, Operate, OperateExt, Pushed, Pusher, TimeDomain, Wait, pushed, pushed_at};
pub use end::EndExt;
pub use event_time::{EventTime, EventTimeDomain, Late, LateCounter};
pub use fold::{Fold, Merge};
pub use interval::{Interval, IntervalError};
pub use operator::{Emit, Operator, Then};
pub use size::size;
pub use source::{EmitError, Emitter, Source, source};
pub use time::Timestamp;
pub use window::Window;

/// Everything that a pipeline is written with: each operator's trait, the ends of a stream, and the traits beneath.
pub mod prelude {
    pub use crate::join::*;
    // Under its name it would be hidden by futures' trait of the same name.
    pub use crate::ops::SinkExt as _;
    pub use crate::ops::*;
    pub use crate::{Emit, EndExt, EventTime, Fold, Merge, OperateExt, Operator, Timestamp, Window, size};
    pub use crate::{Emitter, Source, source};
    pub use crate::{Pushed, Pusher, pushed, pushed_at};
}
