//! The kit for testing operators and streams, on times that the test makes up (feature `testing`).
//!
//! Nothing here waits: time is a number that is handed to an operator, or tokio's clock, paused. There are five ways in,
//! from the smallest piece to the largest:
//!
//! - [`ByHand`] calls an operator directly, and holds both sides to its contract;
//! - [`marbles`] draws an input, and [`assert_marbles`] compares a stream's outputs and their times with a drawing;
//! - [`conformance`] and [`stream_conformance`] run a whole operator or stream through everything that users can do to
//!   it, in one line;
//! - [`fold_laws`] checks that a fold's states merge as they must;
//! - [`Script`] and [`Wakes`], the input and the waker that those are made of, count what is done to them.
//!
//! ```
//! use metrix_core::testing::{assert_marbles, conformance, marbles};
//! use metrix_core::{ops::TimedWindow, prelude::*};
//! use std::time::Duration;
//!
//! let every_4ms = Duration::from_millis(4);
//! let sizes = || marbles("ab-c--d|").timed_window(every_4ms).map(|window| window.value.len());
//! assert_marbles(sizes, marbles("----3--(1|)").values([('3', 3), ('1', 1)]));
//!
//! conformance(|| TimedWindow::new(every_4ms), 0..10);
//! ```

mod assert_marbles;
mod by_hand;
mod conformance;
mod laws;
mod ledger;
mod marbles;
mod paused;
mod rig;
mod script;
mod stream_conformance;
mod wakes;

pub use assert_marbles::assert_marbles;
pub use by_hand::ByHand;
pub use conformance::{Conformance, conformance};
pub use laws::fold_laws;
pub use ledger::Ledger;
pub use marbles::{Marbles, MarblesError, marbles};
pub use script::Script;
pub use stream_conformance::{Outputs, StreamConformance, stream_conformance};
pub use wakes::Wakes;
