//! [`Grid`]: the windows of a stream in event time.

use std::time::Duration;

use metrix::Timestamp;

/// Windows of one length, aligned to the epoch, as [`streams`](crate::run::streams) has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grid(i64);

/// From the first moment of a window to the first after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
}

impl Grid {
    pub(crate) fn new(every: Duration) -> Self {
        Self(i64::try_from(every.as_nanos()).unwrap_or(i64::MAX).max(1))
    }

    /// The window of this time.
    pub(super) fn span(self, at: Timestamp) -> Span {
        let start = at.as_nanos() - at.as_nanos().rem_euclid(self.0).min(at.as_nanos().saturating_sub(i64::MIN));
        let end = at.as_nanos().saturating_add(self.0 - at.as_nanos().rem_euclid(self.0));
        Span { start: Timestamp::from_nanos(start), end: Timestamp::from_nanos(end) }
    }
}

impl Span {
    pub(super) fn has(self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_begin_at_the_epoch() {
        let grid = Grid::new(Duration::from_nanos(10));
        for (at, start, end) in [
            (0, 0, 10),
            (9, 0, 10),
            (10, 10, 20),
            (-1, -10, 0),
            (-10, -10, 0),
            (i64::MAX, i64::MAX - 7, i64::MAX),
            (i64::MIN, i64::MIN, i64::MIN + 8),
        ] {
            let [at, start, end] = [at, start, end].map(Timestamp::from_nanos);
            assert_eq!(grid.span(at), Span { start, end }, "{at:?}");
        }
        let longest = Grid::new(Duration::MAX).span(Timestamp::from_nanos(5));
        assert_eq!((longest.start, longest.end), (Timestamp::EPOCH, Timestamp::MAX));
    }
}
