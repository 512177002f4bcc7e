//! What threads share: loom's, where loom runs the tests.

#[cfg(metrix_loom)]
pub(crate) use loom::{
    cell::{MutPtr, UnsafeCell},
    sync::atomic::{AtomicI64, AtomicU64, Ordering, fence},
    thread::yield_now,
};
#[cfg(not(any(target_os = "linux", metrix_loom)))]
pub(crate) use std::sync::atomic::fence;
#[cfg(not(metrix_loom))]
pub(crate) use std::{
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
    thread::yield_now,
};

/// As loom's, which checks that no two are in it at once.
#[cfg(not(metrix_loom))]
#[derive(Debug, Default)]
pub(crate) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

#[cfg(not(metrix_loom))]
impl<T> UnsafeCell<T> {
    pub(crate) const fn new(inner: T) -> Self {
        Self(std::cell::UnsafeCell::new(inner))
    }

    #[inline]
    pub(crate) fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        f(self.0.get())
    }

    #[inline]
    pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }

    #[inline]
    pub(crate) fn get_mut(&self) -> MutPtr<T> {
        MutPtr(self.0.get())
    }
}

/// Somebody is in a cell as long as this is there.
#[cfg(not(metrix_loom))]
#[derive(Debug)]
pub(crate) struct MutPtr<T>(*mut T);

#[cfg(not(metrix_loom))]
impl<T> MutPtr<T> {
    #[inline(always)]
    pub(crate) fn with<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0)
    }
}
