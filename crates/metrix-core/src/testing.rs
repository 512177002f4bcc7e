//! The kit for testing operators and folds of your own.

mod laws;

pub use laws::*;
