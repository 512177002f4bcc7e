//! What is checked: loom's mutex and atomics, where loom runs the tests.

#[cfg(metrix_loom)]
pub(crate) use loom::sync::atomic::{AtomicUsize, Ordering};
#[cfg(metrix_loom)]
pub(crate) use loom::sync::{Mutex, MutexGuard};
#[cfg(not(metrix_loom))]
pub(crate) use std::sync::atomic::{AtomicUsize, Ordering};
#[cfg(not(metrix_loom))]
pub(crate) use std::sync::{Mutex, MutexGuard};
