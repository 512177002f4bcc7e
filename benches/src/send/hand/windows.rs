//! [`Windows`]: when the windows of a table are over.

use std::time::{Duration, Instant};

use crate::input::A_POLL;
use crate::send::load::Load;

pub(super) trait Windows: Send + 'static {
    fn new(load: &Load) -> Self;

    /// How many values may come before [`are_over`](Self::are_over) has to be asked.
    fn part(&self) -> usize;

    /// Whether a window is over, now that so many values have come.
    fn are_over(&mut self, values: usize) -> bool;
}

/// All that comes is in one.
pub(super) struct Never;

impl Windows for Never {
    fn new(_: &Load) -> Self {
        Self
    }

    fn part(&self) -> usize {
        usize::MAX
    }

    fn are_over(&mut self, _: usize) -> bool {
        false
    }
}

/// Windows of time.
pub(super) struct Timed {
    window: Duration,
    end: Instant,
}

impl Windows for Timed {
    fn new(load: &Load) -> Self {
        let window = load.setup.window();
        Self { window, end: Instant::now() + window }
    }

    fn part(&self) -> usize {
        A_POLL
    }

    fn are_over(&mut self, _: usize) -> bool {
        let now = Instant::now();
        let over = now >= self.end;
        if over {
            self.end = now + self.window;
        }
        over
    }
}

/// Windows of so many values.
pub(super) struct Counted {
    size: usize,
    left: usize,
}

impl Windows for Counted {
    fn new(load: &Load) -> Self {
        let size = load.setup.batch();
        Self { size, left: size }
    }

    fn part(&self) -> usize {
        self.left
    }

    fn are_over(&mut self, values: usize) -> bool {
        self.left -= values;
        let over = self.left == 0;
        if over {
            self.left = self.size;
        }
        over
    }
}
