//! [`Waiting`]: whether a source has no partition for long.

use std::time::Duration;

use tokio::time::Instant;

/// A group gives its partitions out in this time, unless it waits for somebody.
const USUAL: Duration = Duration::from_secs(5);

/// Whether a source has no partition for long, which is told once each time.
#[derive(Debug)]
pub(super) struct Waiting {
    partitions: usize,
    since: Instant,
    is_told: bool,
}

impl Waiting {
    pub(super) fn new(now: Instant) -> Self {
        Self { partitions: 0, since: now, is_told: false }
    }

    /// When it is to be told that there is none, if that is not told yet.
    pub(super) fn deadline(&self) -> Option<Instant> {
        (self.partitions == 0 && !self.is_told).then(|| self.since + USUAL)
    }

    /// It is told now.
    pub(super) fn tell(&mut self) {
        self.is_told = true;
    }

    /// One has come. Says whether it was told that there was none.
    pub(super) fn come(&mut self) -> bool {
        self.partitions += 1;
        std::mem::take(&mut self.is_told)
    }

    /// So many have gone.
    pub(super) fn go(&mut self, partitions: usize, now: Instant) {
        self.partitions = self.partitions.saturating_sub(partitions);
        self.since = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_once_each_time() {
        let begin = Instant::now();
        let mut waiting = Waiting::new(begin);
        assert_eq!(waiting.deadline(), Some(begin + USUAL));
        waiting.tell();
        assert_eq!(waiting.deadline(), None);
        assert!(waiting.come());
        assert!(!waiting.come());
        waiting.go(1, begin);
        assert_eq!(waiting.deadline(), None, "there is another");
        let later = begin + 3 * USUAL;
        waiting.go(1, later);
        assert_eq!(waiting.deadline(), Some(later + USUAL));
        assert!(!waiting.come(), "it came before it was told");
    }
}
