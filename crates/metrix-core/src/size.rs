//! [`size`], which makes a size that can't be zero.

use std::num::NonZeroUsize;

/// The size `n`, for operators that take a [`NonZeroUsize`].
///
/// ```
/// use metrix_core::size;
///
/// const BATCH: std::num::NonZeroUsize = size(1000); // a zero here would not compile
/// assert_eq!(BATCH.get(), 1000);
/// ```
///
/// # Panics
/// If `n` is zero. Where sizes come from a user, make them with [`NonZeroUsize::new`] and show the error.
#[track_caller]
pub const fn size(n: usize) -> NonZeroUsize {
    match NonZeroUsize::new(n) {
        Some(size) => size,
        None => panic!("a size of 0 is not possible: it must be at least 1"),
    }
}
