//! Where windows that overlap lie, and the slices that they are made of.

use std::time::Duration;

use crate::{Interval, Timestamp};

/// Before any time that there is, by more than a window.
pub(super) const NEVER: i128 = i128::MIN / 2;

/// The most windows that an item may be in.
const MOST_WINDOWS: i128 = 10_000;

/// Where windows and slices lie. Nanoseconds, in a type that the ends of time and a window more fit in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    origin: i128,
    pub(super) size: i128,
    pub(super) hop: i128,
    /// How far into a hop windows end, which is where it is cut.
    cut: i128,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Slice<S> {
    pub(super) start: i128,
    pub(super) end: i128,
    /// The end of the first window that holds it.
    pub(super) first_end: i128,
    pub(super) state: S,
}

impl Grid {
    /// # Panics
    /// If a length is impossible, or the windows that a time is in are too many.
    #[track_caller]
    pub(super) fn new(size: Duration, hop: Duration) -> Self {
        // An interval fits in an `i64`.
        let (size_nanos, hop_nanos) =
            (Interval::new(size).as_duration().as_nanos() as i128, Interval::new(hop).as_duration().as_nanos() as i128);
        assert!(
            size_nanos <= MOST_WINDOWS * hop_nanos,
            "a window of {size:?} every {hop:?} is not possible: it must be at most {MOST_WINDOWS} times its hop"
        );
        Self { origin: 0, size: size_nanos, hop: hop_nanos, cut: size_nanos % hop_nanos }
    }

    pub(super) fn aligned_to(self, origin: Timestamp) -> Self {
        Self { origin: origin.as_nanos().into(), ..self }
    }

    /// The slice of time around `at`.
    pub(super) fn slice(&self, at: i128) -> Slice<()> {
        let hop_start = at - (at - self.origin).rem_euclid(self.hop);
        let cut = hop_start + self.cut;
        if at < cut {
            Slice { start: hop_start, end: cut, first_end: cut, state: () }
        } else {
            Slice { start: cut, end: hop_start + self.hop, first_end: cut + self.hop, state: () }
        }
    }

    /// The end of the last window that `at` may be in.
    pub(super) fn last_end(&self, at: i128) -> i128 {
        at - (at - self.origin).rem_euclid(self.hop) + self.size
    }

    /// Whether `at` is in no window.
    pub(super) fn is_gap(&self, at: i128) -> bool {
        (at - self.origin).rem_euclid(self.hop) >= self.size
    }

    /// The first end of a window after `at`.
    pub(super) fn next_end(&self, at: i128) -> i128 {
        at + self.hop - (at - self.origin - self.cut).rem_euclid(self.hop)
    }
}

/// This time, or the first or last that there is.
pub(super) fn nearest(nanos: i128) -> Timestamp {
    let clamped = nanos.clamp(i64::MIN.into(), i64::MAX.into());
    Timestamp::from_nanos(clamped as i64)
}
