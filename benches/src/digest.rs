//! [`Digest`]: what became of the items, in one number that all of them, and their order, went into.
//!
//! It keeps the compiler from leaving work out, shows that contenders did the same, and costs each of them the same.
//! No loop over it can be turned into vector instructions, so a hand-written loop has no means that a stream lacks.

use metrix_core::Window;

/// What a digest can be made of.
pub trait Digest {
    /// Adds this value to the digest.
    fn add_to(&self, digest: &mut u64);
}

impl Digest for u64 {
    #[inline]
    fn add_to(&self, digest: &mut u64) {
        *digest = digest.rotate_left(5) ^ self;
    }
}

impl Digest for u32 {
    #[inline]
    fn add_to(&self, digest: &mut u64) {
        u64::from(*self).add_to(digest);
    }
}

impl Digest for usize {
    #[inline]
    fn add_to(&self, digest: &mut u64) {
        (*self as u64).add_to(digest);
    }
}

impl Digest for f64 {
    #[inline]
    fn add_to(&self, digest: &mut u64) {
        self.to_bits().add_to(digest);
    }
}

impl<T: Digest> Digest for Option<T> {
    #[inline]
    fn add_to(&self, digest: &mut u64) {
        match self {
            Some(value) => value.add_to(digest),
            None => u64::MAX.add_to(digest),
        }
    }
}

impl<A: Digest, B: Digest> Digest for (A, B) {
    #[inline]
    fn add_to(&self, digest: &mut u64) {
        self.0.add_to(digest);
        self.1.add_to(digest);
    }
}

/// The length and the two ends: to walk through it would cost as much as to make it.
impl<T: Digest> Digest for Vec<T> {
    #[inline]
    fn add_to(&self, digest: &mut u64) {
        self.len().add_to(digest);
        self.first().add_to(digest);
        self.last().add_to(digest);
    }
}

impl<T: Digest> Digest for &T {
    #[inline]
    fn add_to(&self, digest: &mut u64) {
        (*self).add_to(digest);
    }
}

/// The value alone: when a window was depends on the clock.
impl<T: Digest> Digest for Window<T> {
    #[inline]
    fn add_to(&self, digest: &mut u64) {
        self.value.add_to(digest);
    }
}
