//! The mutex that is checked: loom's, where loom runs the tests.

#[cfg(metrix_loom)]
pub(crate) use loom::sync::{Mutex, MutexGuard};
#[cfg(not(metrix_loom))]
pub(crate) use std::sync::{Mutex, MutexGuard};
