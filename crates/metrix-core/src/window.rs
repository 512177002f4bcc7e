//! [`Window`], a value with the time that it covers.

use crate::Timestamp;

/// What became of the items of one window, and the time that it covers: from `start`, up to but without `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window<T> {
    /// The first moment of the window.
    pub start: Timestamp,
    /// The first moment after the window.
    pub end: Timestamp,
    /// What the window's items were folded into.
    pub value: T,
}

impl<T> Window<T> {
    /// Whether `at` lies in the window.
    #[inline]
    pub fn contains(&self, at: Timestamp) -> bool {
        // Both comparisons in one: what lies before the start wraps around to more than any length.
        let since_start = |time: Timestamp| time.as_nanos().wrapping_sub(self.start.as_nanos()) as u64;
        since_start(at) < since_start(self.end)
    }

    /// Whether no time lies in it.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.start >= self.end
    }

    /// The same window around another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Window<U> {
        Window { start: self.start, end: self.end, value: f(self.value) }
    }
}

#[cfg(test)]
mod tests {
    use super::Window;
    use crate::Timestamp;

    #[test]
    fn the_start_is_in_and_the_end_is_not() {
        let [before, start, inside, end] = [-11, -10, 0, 5].map(Timestamp::from_nanos);
        let window = Window { start, end, value: () };
        assert_eq!([before, start, inside, end].map(|at| window.contains(at)), [false, true, true, false]);
        let all = Window { start: Timestamp::MIN, end: Timestamp::MAX, value: () };
        assert!(all.contains(Timestamp::MIN) && all.contains(Timestamp::EPOCH) && !all.contains(Timestamp::MAX));
        assert!(!window.contains(Timestamp::MIN) && !window.contains(Timestamp::MAX));
    }
}
