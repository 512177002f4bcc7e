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
    /// The same window around another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Window<U> {
        Window { start: self.start, end: self.end, value: f(self.value) }
    }
}
