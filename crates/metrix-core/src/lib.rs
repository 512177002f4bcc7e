//! Stream operators, mergeable folds, windows and controlled time.
#![forbid(unsafe_code)]

mod drive;
mod end;
mod event_time;
pub mod fold;
pub mod join;
mod macros;
mod operator;
pub mod ops;
mod size;
mod source;
#[cfg(feature = "testing")]
pub mod testing;
mod time;
mod window;

pub use drive::{ArrivalTime, Operate, OperateExt, TimeDomain, Wait};
pub use end::EndExt;
pub use event_time::{EventTime, EventTimeDomain, Late, LateCounter};
pub use fold::{Fold, Merge};
pub use operator::{Emit, Operator, Then};
pub use size::size;
pub use source::{EmitError, Emitter, Source, source};
pub use time::{Interval, IntervalError, Timestamp};
pub use window::Window;

/// Everything that a pipeline is written with: each operator's trait, the ends of a stream, and the traits beneath.
pub mod prelude {
    pub use crate::join::*;
    // Under its name it would be hidden by futures' trait of the same name.
    pub use crate::ops::SinkExt as _;
    pub use crate::ops::*;
    pub use crate::{Emit, EndExt, EventTime, Fold, Merge, OperateExt, Operator, Timestamp, Window, size};
    pub use crate::{Emitter, Source, source};
}
